package quantwright.backend.avx;

import java.nio.ByteBuffer;
import java.util.function.IntUnaryOperator;

/** Weights of several steps in the bits of one byte. */
final class PackedWeights {
    private PackedWeights() {
    }

    /**
     * Packs four bytes for each output.
     *
     * @param weights [output][4 * step + input]
     * @param bits 4 or 2: two's complement; 1: set for -1
     * @param place lowest bit of a step's weight
     */
    static void pack(ByteBuffer to, byte[][] weights, int bits, IntUnaryOperator place) {
        int mask = (1 << bits) - 1;
        for (byte[] w : weights) {
            for (int input = 0; input < 4; input++) {
                int packed = 0;
                for (int step = 0; 4 * step < w.length; step++) {
                    int weight = w[4 * step + input];
                    packed |= ((bits == 1 ? weight >>> 31 : weight) & mask) << place.applyAsInt(step);
                }
                to.put((byte) packed);
            }
        }
    }
}
