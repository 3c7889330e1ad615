package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.SmallSums;
import quantwright.backend.llvm.kernel.TensorView;

/** Random epilogues and the byte comparison of kernel tests. */
public final class Cases {
    private Cases() {
    }

    /** The expected result of an element: an i8 value, an i32, or the bits of a float. */
    public interface Expected {
        int at(int y, int x, int c);
    }

    /** Compares every byte of {@code actual}, those between elements against what lay there {@code before}. */
    public static void compare(String what, MemorySegment actual, byte[] before, TensorView out, Epilogue e, int flip,
            Expected expected) {
        byte[] bytes = before.clone();
        var b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int y = 0; y < out.height(); y++) {
            for (int x = 0; x < out.width(); x++) {
                for (int c = 0; c < out.channels(); c++) {
                    int q = expected.at(y, x, c);
                    int at = (int) out.offset(y, x) + c * e.store().bytes();
                    switch (e.store()) {
                        case ENCODED -> b.put(at, (byte) (q ^ flip));
                        case I8 -> b.put(at, (byte) q);
                        case I16 -> b.putShort(at, (short) q);
                        case F32, I32 -> b.putInt(at, q);
                    }
                }
            }
        }
        byte[] got = actual.toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != got[i]) {
                assertEquals(bytes[i], got[i], "byte " + i + " of " + what);
            }
        }
    }

    /** Weights as our own quantizer makes them, symmetric. */
    public static void withoutMinimum(byte[] weights) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (byte) Math.max(-127, weights[i]);
        }
    }

    public static int pick(Random r, int... values) {
        return values[r.nextInt(values.length)];
    }

    public static Epilogue epilogue(Random r) {
        boolean narrow = r.nextBoolean();
        boolean proven = r.nextInt(3) > 0;
        Epilogue.Requantize f = new Epilogue.Requantize.F32(proven, narrow);
        return switch (r.nextInt(8)) {
            case 0 -> Epilogue.raw();
            case 1 -> new Epilogue(f, true, Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
            case 2 -> new Epilogue(f, false, Epilogue.Residual.F32, Epilogue.Store.ENCODED);
            case 3 -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.F32);
            case 4 -> new Epilogue(f, r.nextBoolean(), Epilogue.Residual.NONE, Epilogue.Store.I8);
            case 5 -> new Epilogue(new Epilogue.Requantize.Fixed(
                Epilogue.FixedRounding.values()[r.nextInt(Epilogue.FixedRounding.values().length)], r.nextBoolean(),
                        proven,
                narrow), r.nextBoolean(), Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
            default -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
        };
    }

    /** An epilogue of products of which activations or results are words: fixed-point rounding of one step only. */
    public static Epilogue wordEpilogue(Random r, boolean wordInput, boolean fixed) {
        Epilogue.Requantize f = new Epilogue.Requantize.F32(r.nextInt(3) > 0, r.nextBoolean());
        Epilogue.FixedRounding rounding = Epilogue.FixedRounding.values()[r.nextInt(5)];
        Epilogue.Requantize once = new Epilogue.Requantize.Fixed(rounding, false, r.nextBoolean(), r.nextBoolean());
        return switch (wordInput ? r.nextInt(9) : 5 + r.nextInt(4)) {
            case 0 -> Epilogue.raw();
            case 1 -> new Epilogue(f, r.nextBoolean(), Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
            case 2 -> new Epilogue(f, false, Epilogue.Residual.F32, Epilogue.Store.I8);
            case 3 -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.F32);
            case 4 -> new Epilogue(fixed ? once : f, false, Epilogue.Residual.NONE, Epilogue.Store.I8);
            case 5 -> new Epilogue(fixed ? once : f, false, Epilogue.Residual.NONE, Epilogue.Store.I16);
            case 6 -> new Epilogue(f, false, Epilogue.Residual.F32, Epilogue.Store.I16);
            default -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.I16);
        };
    }

    /** The same, of sums that are known to be small where weights, bias and factors say so, and by chance not. */
    public static Epilogue smallWhereProven(Random r, Epilogue e, EpilogueValues v, byte[] weights, int[] bias, int zero) {
        if (!(e.requantize() instanceof Epilogue.Requantize.F32 f) || !f.proven() || r.nextInt(8) == 0) {
            return e;
        }
        int per = weights.length / bias.length;
        for (int c = 0; c < bias.length; c++) {
            double bound = Math.abs(bias[c]);
            for (int k = 0; k < per; k++) {
                bound += Math.abs(weights[c * per + k]) * Math.max(127 - zero, zero + 128);
            }
            if (!SmallSums.fit(bound, v.factors()[v.factors().length == 1 ? 0 : c])) {
                return e;
            }
        }
        return new Epilogue(new Epilogue.Requantize.F32(true, f.narrow(), true), e.table(), e.residual(), e.store());
    }

    public static EpilogueValues values(Random r, Epilogue e, int channels, int k) {
        return values(r, e, channels, k, 1);
    }

    /**
     * Numbers of an epilogue.
     *
     * @param k products of a sum
     * @param inputBytes bytes of an activation
     */
    public static EpilogueValues values(Random r, Epilogue e, int channels, int k, int inputBytes) {
        int step = e.store() == Epilogue.Store.I16 ? 256 : 1;
        boolean narrow = switch (e.requantize()) {
            case Epilogue.Requantize.F32 f -> f.narrow();
            case Epilogue.Requantize.Fixed f -> f.narrow();
            case Epilogue.Requantize.None n -> false;
        };
        int least = -128 * step;
        int most = 128 * step - 1;
        int zero = pick(r, 0, least, most, 17);
        int min = narrow ? Math.max(least, zero - 20 * step) : least;
        int max = narrow ? Math.min(most, zero + 90 * step) : most;
        int n = r.nextBoolean() ? channels : 1;
        boolean proven = e.requantize() instanceof Epilogue.Requantize.F32 f && f.proven();
        float[] factors = new float[n];
        int[] multipliers = new int[n];
        int[] shifts = new int[n];
        int[] lefts = new int[n];
        boolean left = e.requantize() instanceof Epilogue.Requantize.Fixed f && f.leftShift();
        for (int i = 0; i < n; i++) {
            double spread = 60.0 * step / (5500 * Math.sqrt(k) * (inputBytes == 1 ? 1 : 256)) * (0.5 + r.nextDouble());
            factors[i] = (float) (proven || r.nextInt(3) > 0 ? spread : 1e6 * spread);
            lefts[i] = left ? r.nextInt(3) : 0;
            int exponent = Math.getExponent(spread);
            multipliers[i] = (int) Math.rint(spread * Math.pow(2, 30 - exponent));
            shifts[i] = Math.max(31, 30 - exponent + lefts[i]);
        }
        byte[] table = null;
        if (e.table()) {
            table = new byte[256];
            r.nextBytes(table);
        }
        var add = e.hasResidual() ? new EpilogueValues.Add(zero, r.nextFloat() * 1.5f, pick(r, 0, least, most),
                r.nextFloat(),
            pick(r, least, 3, most), pick(r, least, -5 * step), pick(r, most, 100 * step)) : null;
        return new EpilogueValues(factors, multipliers, shifts, lefts, zero, min, max, table, add, 0.0173f);
    }
}
