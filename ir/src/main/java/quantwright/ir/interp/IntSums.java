package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Accumulators of one output position of a quantized product and how they become results. Operands of at most 8 bits
 * sum in i32, modulo 2^32; with a 16-bit operand sums are kept in i64.
 */
final class IntSums {
    private final int[] narrow;
    private final long[] wide;
    private final int[] bias;
    private final Tensor out;
    private final byte[] bytes;
    private final QuantRange range;

    private IntSums(int channels, boolean isWide, int[] bias, Tensor out, QuantRange range) {
        this.narrow = isWide ? null : new int[channels];
        this.wide = isWide ? new long[channels] : null;
        this.bias = bias;
        this.out = out;
        this.bytes = out.array() instanceof byte[] b ? b : null;
        this.range = range;
    }

    /**
     * Accumulators for {@code channels} outputs.
     *
     * @throws IllegalArgumentException if an operand is wider than 16 bits
     */
    static IntSums of(Tensor x, Tensor w, Tensor bias, Tensor out, Clamp clamp, int channels) {
        int bits = Math.max(x.type().storage().bits(), w.type().storage().bits());
        if (bits > 16) {
            throw new IllegalArgumentException("products of " + bits + "-bit operands have no defined accumulator");
        }
        QuantRange range = out.type().isQuantized() ? Quantizing.range(out.type(), clamp) : null;
        return new IntSums(channels, bits > 8, bias == null ? null : bias.ints(), out, range);
    }

    int channels() {
        return narrow == null ? wide.length : narrow.length;
    }

    /** Starts from the biases of the channels from {@code first} on, or from 0. */
    void start(int first) {
        if (narrow == null) {
            for (int o = 0; o < wide.length; o++) {
                wide[o] = bias == null ? 0 : bias[first + o];
            }
        } else if (bias == null) {
            Arrays.fill(narrow, 0);
        } else {
            System.arraycopy(bias, first, narrow, 0, narrow.length);
        }
    }

    /**
     * {@code acc[o] += a[from + k] * b[row + k][o]} for k below {@code length}; see {@link FloatProduct#accumulate}.
     */
    void accumulate(int[] a, int from, int length, int[][] b, int row) {
        int k = 0;
        for (; narrow != null && k + 4 <= length; k += 4) {
            accumulate(a[from + k], a[from + k + 1], a[from + k + 2], a[from + k + 3], b[row + k], b[row + k + 1],
                    b[row + k + 2], b[row + k + 3], narrow);
        }
        for (; k < length; k++) {
            if (narrow != null) {
                accumulate(a[from + k], b[row + k], narrow);
            } else {
                accumulate(a[from + k], b[row + k], wide);
            }
        }
    }

    private static void accumulate(int a0, int a1, int a2, int a3, int[] b0, int[] b1, int[] b2, int[] b3, int[] acc) {
        for (int o = 0; o < acc.length; o++) {
            acc[o] += a0 * b0[o] + a1 * b1[o] + a2 * b2[o] + a3 * b3[o];
        }
    }

    private static void accumulate(int a, int[] b, int[] acc) {
        for (int o = 0; o < acc.length; o++) {
            acc[o] += a * b[o];
        }
    }

    private static void accumulate(int a, int[] b, long[] acc) {
        for (int o = 0; o < acc.length; o++) {
            acc[o] += (long) a * b[o];
        }
    }

    /** {@code acc[c] += a[c] * b[c]} for every channel. */
    void multiply(int[] a, int[] b) {
        if (narrow == null) {
            for (int c = 0; c < wide.length; c++) {
                wide[c] += (long) a[c] * b[c];
            }
        } else {
            multiply(a, b, narrow);
        }
    }

    private static void multiply(int[] a, int[] b, int[] acc) {
        for (int c = 0; c < acc.length; c++) {
            acc[c] += a[c] * b[c];
        }
    }

    /**
     * Stores the results of the channels from {@code first} on: requantized, or the raw sums of an i32 result.
     *
     * @param requantizers one for all channels or for each
     * @param at element of the position's channel 0
     */
    void store(Requantizer[] requantizers, int at, int first) {
        for (int o = 0; o < channels(); o++) {
            int i = at + first + o;
            if (range == null) {
                out.ints()[i] = narrow == null ? (int) wide[o] : narrow[o];
                continue;
            }
            Requantizer r = requantizers[requantizers.length == 1 ? 0 : first + o];
            int q = narrow == null ? r.applyWide(wide[o], range) : r.apply(narrow[o], range);
            if (bytes != null) {
                bytes[i] = (byte) q;
            } else {
                out.setInteger(i, q);
            }
        }
    }

    /** What gives the factor of one pair of scales. */
    @FunctionalInterface
    interface Factor {
        double of(float in, float weight, float out);
    }

    /** The requantizer of each output channel, one if they are all alike; none for a raw i32 result. */
    static Requantizer[] requantizers(Rounding rounding, float in, QuantizedType weights, TensorType result,
                                      Factor factor) {
        if (result.element() == ScalarType.I32) {
            return new Requantizer[0];
        }
        Requantizer[] all = new Requantizer[weights.sumScaleCount()];
        Arrays.setAll(all, o -> Requantizer.of(rounding,
                factor.of(in, weights.sumScale(o), result.quantized().scale(0))));
        return all;
    }
}
