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
 * Accumulators of one output position of a quantized product and how they become results. Operands of at most 8 bits sum
 * in i32, modulo 2^32; with a 16-bit operand sums are kept in i64.
 */
final class IntSums {
    private final int[] narrow;
    private final long[] wide;
    private final int[] bias;
    private final Tensor out;
    private final QuantRange range;

    private IntSums(int channels, boolean isWide, int[] bias, Tensor out, QuantRange range) {
        this.narrow = isWide ? null : new int[channels];
        this.wide = isWide ? new long[channels] : null;
        this.bias = bias;
        this.out = out;
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

    /** Starts a position from the bias, or from 0. */
    void start() {
        if (narrow == null) {
            for (int o = 0; o < wide.length; o++) {
                wide[o] = bias == null ? 0 : bias[o];
            }
        } else if (bias == null) {
            Arrays.fill(narrow, 0);
        } else {
            System.arraycopy(bias, 0, narrow, 0, narrow.length);
        }
    }

    /** {@code acc[to + o] += a[from + k] * b[at + k * n + o]} for k below {@code length} and o below {@code n}. */
    void accumulate(int[] a, int from, int length, int[] b, int at, int to, int n) {
        if (narrow == null) {
            for (int k = 0; k < length; k++) {
                for (int o = 0; o < n; o++) {
                    wide[to + o] += (long) a[from + k] * b[at + k * n + o];
                }
            }
        } else {
            accumulate(a, from, length, b, at, narrow, to, n);
        }
    }

    private static void accumulate(int[] a, int from, int length, int[] b, int at, int[] acc, int to, int n) {
        int k = 0;
        for (; k + 4 <= length; k += 4) {
            int a0 = a[from + k];
            int a1 = a[from + k + 1];
            int a2 = a[from + k + 2];
            int a3 = a[from + k + 3];
            int b0 = at + k * n;
            int b1 = b0 + n;
            int b2 = b1 + n;
            int b3 = b2 + n;
            for (int o = 0; o < n; o++) {
                acc[to + o] += a0 * b[b0 + o] + a1 * b[b1 + o] + a2 * b[b2 + o] + a3 * b[b3 + o];
            }
        }
        for (; k < length; k++) {
            int ak = a[from + k];
            int bk = at + k * n;
            for (int o = 0; o < n; o++) {
                acc[to + o] += ak * b[bk + o];
            }
        }
    }

    /** {@code acc[c] += a[from + c] * b[at + c]} for every channel. */
    void multiply(int[] a, int from, int[] b, int at) {
        if (narrow == null) {
            for (int c = 0; c < wide.length; c++) {
                wide[c] += (long) a[from + c] * b[at + c];
            }
        } else {
            multiply(a, from, b, at, narrow);
        }
    }

    private static void multiply(int[] a, int from, int[] b, int at, int[] acc) {
        for (int c = 0; c < acc.length; c++) {
            acc[c] += a[from + c] * b[at + c];
        }
    }

    /** Stores the position's results from element {@code at} on: requantized, or the raw sums of an i32 result. */
    void store(Requantizer[] requantizers, int at) {
        for (int o = 0; o < channels(); o++) {
            if (range == null) {
                out.ints()[at + o] = narrow == null ? (int) wide[o] : narrow[o];
            } else {
                Requantizer r = requantizers[requantizers.length == 1 ? 0 : o];
                out.setInteger(at + o, narrow == null ? r.applyWide(wide[o], range) : r.apply(narrow[o], range));
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
        Requantizer[] all = new Requantizer[weights.scaleCount()];
        Arrays.setAll(all, o -> Requantizer.of(rounding,
                factor.of(in, weights.scale(o), result.quantized().scale(0))));
        return all;
    }
}
