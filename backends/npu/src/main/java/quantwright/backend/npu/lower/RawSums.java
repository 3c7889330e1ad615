package quantwright.backend.npu.lower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.RoundingMode;

/**
 * 32-bit sums as results. The vector unit stores 16 bits at most, so two requantizations take the halves of a sum. The
 * upper half is {@code floor(sum * 2^-16)}: multiplier 2^30, exponent -15. The lower half, as a signed number, is that of
 * {@code sum << 16} in wrapping 32 bits times 2^-16: exponent 16 shifts left, multiplier 2^15 of 31 bits shifts back, and
 * nothing is left to round. Both go through the form that keeps 32 bits between multiplication and shift, for which {@code
 * a * 2^30 / 2^31} rounds half up first: the upper half therefore keeps the whole product.
 */
final class RawSums {
    /** Arithmetic of the upper half. */
    static final Rescaling RESCALING = new Rescaling(RoundingMode.FLOOR, 31, true);
    /** Arithmetic of the lower half. */
    static final Rescaling LOW = new Rescaling(RoundingMode.FLOOR, 31, false);
    private static final int ENTRY = 12;

    private RawSums() {
    }

    /** Entries of all upper halves and then of all lower halves. */
    static byte[] tables(int[] bias) {
        ByteBuffer table = ByteBuffer.allocate(2 * ENTRY * bias.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int b : bias) {
            table.putInt(b).putInt(1 << 30).putInt(-15);
        }
        for (int b : bias) {
            table.putInt(b).putInt(1 << 15).putInt(16);
        }
        return table.array();
    }
}
