package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.Value;

/**
 * One accumulator vector and where its lanes go.
 *
 * @param acc      i32 lanes
 * @param high     high words of {@link LongSums}, whose low words {@code acc} holds; null for sums of 32 bits
 * @param lane     index of lane 0 among the padded channels of the block
 * @param out      address of lane 0 in the result
 * @param residual address of lane 0 in the residual tensor, or null
 * @param valid    lanes that exist
 */
record Piece(Value acc, Value high, int lane, Address out, Address residual, int valid) {
    Piece(Value acc, int lane, Address out, Address residual, int valid) {
        this(acc, null, lane, out, residual, valid);
    }

    int lanes() {
        return acc.type().lanes();
    }
}
