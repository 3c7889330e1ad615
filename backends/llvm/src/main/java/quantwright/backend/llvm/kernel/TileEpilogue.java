package quantwright.backend.llvm.kernel;

import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.Value;

/** Start and end of a tile's accumulators. */
interface TileEpilogue {
    /**
     * What the accumulators of {@code lanes} channels from padded channel {@code lane} of the block start from: the
     * bias.
     */
    Value start(int lane, int lanes);

    /** High words of what {@link LongSums} start from; {@link #start} gives the low ones. */
    default Value startHigh(int lane, int lanes) {
        throw new UnsupportedOperationException("sums of 32 bits");
    }

    /** Finishes and stores a tile. */
    void emit(List<Piece> pieces);

    /**
     * Finishes and stores two pixels from accumulators that each hold the sums of two outputs of the first pixel, then those
     * of the second.
     *
     * @param accumulators in order of outputs, from lane 0 of the block's numbers
     * @param first  result of the first pixel
     * @param second result of the second; null if there is none
     * @param valid  outputs that exist
     */
    default void emitPair(Value[] accumulators, Address first, Address second, int valid) {
        throw new UnsupportedOperationException("sums pixel by pixel");
    }
}
