package quantwright.backend.llvm.lower;

import java.util.Arrays;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.Epilogue.FixedRounding;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.PackedSums;
import quantwright.backend.llvm.kernel.SmallSums;
import quantwright.ir.Value;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Op;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * The numbers of a quantized product: weights, bias, and the requantization of each output with the bounds that prove which
 * form of it is exact.
 *
 * @param weights s8, output-major
 * @param bias i32 for each output
 * @param requantize form of the requantization
 * @param factors f32 factors; null unless {@code F32}
 * @param multipliers integer multipliers; null unless {@code Fixed}
 * @param output parameters of the requantized value; null for raw sums
 * @param clamp clamp of the requantized value
 * @param isLong some sum may pass i32
 * @param problem why no kernel can compute this, or null
 */
record ProductNumbers(byte[] weights, int[] bias, Epilogue.Requantize requantize, float[] factors,
                      Multiplier[] multipliers, QuantizedType.PerTensor output, Clamp clamp, boolean isLong,
                      String problem) {
    private static final double I32_LIMIT = 2147483647.0;
    /** Stays normal when it makes up for accumulators that are 64 times the sums. */
    private static final float LEAST_PACKED_FACTOR = 0x1p-100f;

    /** Takes a product apart; {@code output} is null for raw i32 sums. */
    static ProductNumbers of(Op product, TensorType x, Value w, Value biasValue, QuantizedType.PerTensor output) {
        QuantizedType weightType = w.type().quantized();
        Rounding rounding = rounding(product);
        Clamp clamp = clamp(product);
        int outputs = w.type().dim(0);
        int[] bias = biasValue == null ? new int[outputs] : TileOps.constant(biasValue).toTensor().ints();
        if (w.type().storage().kind() != ScalarType.Kind.SIGNED || !weightType.isSymmetric()) {
            return problem("weights must be signed with zero point 0");
        }
        if (w.type().storage().bits() > 8) {
            return problem("weights are " + w.type().storage() + ", kernels take at most 8 bits");
        }
        byte[] weights = TileOps.constant(w).toTensor().bytes();
        double[] bounds = bounds(weights, bias, outputs, x, w.type());
        boolean words = x.storage().bits() > 8;
        for (int o = 0; o < outputs; o++) {
            if (bounds[o] > (words ? Epilogue.WORD_SUM_LIMIT : I32_LIMIT)) {
                return problem("output " + o + " may reach " + (long) bounds[o] + ", past " + (words ? "2^46" : "i32"));
            }
        }
        if (output == null) {
            // The low 32 bits are the result.
            return new ProductNumbers(weights, bias, new Epilogue.Requantize.None(), null, null, null, clamp, false, null);
        }
        if (words && rounding instanceof Rounding.Fixed f && f.intermediate() != Rounding.Intermediate.I64) {
            return problem("rounding " + f.text() + " has no form for sums of 16-bit activations");
        }
        boolean narrow = clamp.min() > output.storage().minValue() || clamp.max() < output.storage().maxValue();
        double[] scales = new double[weightType.sumScaleCount()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = factor(product, rounding, weightType, x.quantized().scale(0), i, output.scale());
        }
        return switch (rounding) {
            case Rounding.F32 _ -> f32(weights, bias, scales, bounds, output, clamp, narrow);
            case Rounding.Fixed f -> fixed(weights, bias, scales, bounds, output, clamp, narrow, f);
        };
    }

    private static ProductNumbers f32(byte[] weights, int[] bias, double[] scales, double[] bounds,
            QuantizedType.PerTensor output, Clamp clamp, boolean narrow) {
        float[] factors = new float[scales.length];
        boolean proven = true;
        boolean small = true;
        for (int i = 0; i < scales.length; i++) {
            factors[i] = (float) scales[i];
        }
        for (int o = 0; o < bounds.length; o++) {
            float factor = factors[factors.length == 1 ? 0 : o];
            // Below 2^30 leaves room for the rounding of the conversion and of the product.
            proven &= bounds[o] * factor < 1 << 30;
            small &= SmallSums.fit(bounds[o], factor);
        }
        return new ProductNumbers(weights, bias, new Epilogue.Requantize.F32(proven, narrow, small), factors, null, output,
                clamp, isLong(bounds), null);
    }

    private static boolean isLong(double[] bounds) {
        return Arrays.stream(bounds).anyMatch(b -> b > I32_LIMIT);
    }

    private static ProductNumbers fixed(byte[] weights, int[] bias, double[] scales, double[] bounds,
            QuantizedType.PerTensor output, Clamp clamp, boolean narrow, Rounding.Fixed f) {
        FixedRounding rounding = emitted(f);
        if (rounding == null) {
            return problem("rounding " + f.text() + " keeps an i32 intermediate, which the kernels do not emit");
        }
        boolean doubled = rounding.doubled();
        if (f.multiplierBits() == 32) {
            return problem("32-bit multipliers do not fit the kernels' signed product");
        }
        Multiplier[] multipliers = new Multiplier[scales.length];
        boolean left = false;
        boolean proven = true;
        for (int i = 0; i < scales.length; i++) {
            multipliers[i] = Multiplier.of(scales[i], f.multiplierBits());
            left |= doubled && multipliers[i].exponent() > 0;
        }
        for (int o = 0; o < bounds.length; o++) {
            double bound = bounds[o] * scales[scales.length == 1 ? 0 : o];
            proven &= bound < 1 << 30;
            Multiplier m = multipliers[scales.length == 1 ? 0 : o];
            if (doubled && Math.scalb(bounds[o], Math.max(0, m.exponent())) > I32_LIMIT) {
                return problem("output " + o + " shifted left by " + m.exponent() + " may pass i32");
            }
        }
        return new ProductNumbers(weights, bias, new Epilogue.Requantize.Fixed(rounding, left, proven, narrow), null,
                multipliers, output, clamp, isLong(bounds), null);
    }

    /** The kernels' rounding that computes {@code f}, or null. */
    private static FixedRounding emitted(Rounding.Fixed f) {
        if (f.intermediate() == Rounding.Intermediate.I64) {
            return FixedRounding.valueOf(f.mode().name());
        }
        if (f.multiplierBits() != 31) {
            return null;
        }
        return switch (f.mode()) {
            case GEMMLOWP_DOUBLE, HALF_AWAY -> FixedRounding.GEMMLOWP_DOUBLE;
            case HALF_UP -> FixedRounding.DOUBLE_HALF_UP;
            case HALF_EVEN, FLOOR, TOWARD_ZERO -> null;
        };
    }

    private static ProductNumbers problem(String text) {
        return new ProductNumbers(null, null, null, null, null, null, null, false, text);
    }

    /** Bits the kernels may store weights of type {@code w} in, for activations of type {@code x}. */
    int packedBits(TensorType w, TensorType x) {
        ScalarType storage = w.storage();
        if (x.storage().bits() > 8) {
            return storage.bits();
        }
        if (w.element() instanceof QuantizedType.PerGroup g) {
            // A group's sum of encoded bytes is scaled back before anything else is added to it.
            return PackedSums.fit(255.0 * g.groupSize() * -storage.minValue(), storage.bits()) ? storage.bits() : 8;
        }
        return fitsScaled(w, x) ? storage.bits() : 8;
    }

    /** Whether the sums of weights in groups fit as the kernels scale packed weights. */
    boolean groupsFit(TensorType w, TensorType x) {
        return w.element() instanceof QuantizedType.PerGroup && w.storage().bits() < 8 && x.storage().bits() == 8
                && fitsScaled(w, x);
    }

    private boolean fitsScaled(TensorType w, TensorType x) {
        double bound = Arrays.stream(bounds(weights, bias, bias.length, x, w)).max().orElse(0);
        boolean exact = true;
        for (int i = 0; factors != null && i < factors.length; i++) {
            exact &= factors[i] >= LEAST_PACKED_FACTOR;
        }
        return exact && PackedSums.fit(bound, w.storage().bits());
    }

    /** The multipliers of weights in groups as the kernels take them; null for others. */
    static byte[] multipliers(QuantizedType type) {
        if (!(type instanceof QuantizedType.PerGroup g)) {
            return null;
        }
        byte[] multipliers = new byte[g.multipliers().size()];
        for (int i = 0; i < multipliers.length; i++) {
            multipliers[i] = (byte) g.multipliers().get(i);
        }
        return multipliers;
    }

    private static double[] bounds(byte[] weights, int[] bias, int outputs, TensorType x, TensorType w) {
        QuantizedType.PerGroup grouped = w.element() instanceof QuantizedType.PerGroup g ? g : null;
        int zero = x.quantized().zeroPoint(0);
        long reach = Math.max(x.storage().maxValue() - zero, zero - x.storage().minValue());
        int per = weights.length / outputs;
        int inputs = w.dim(-1);
        double[] bounds = new double[outputs];
        for (int o = 0; o < outputs; o++) {
            long sum = 0;
            for (int k = 0; k < per; k++) {
                sum += Math.abs(weights[o * per + k]) * (grouped == null ? 1L : grouped.multiplier(o, k % inputs));
            }
            bounds[o] = Math.abs((double) bias[o]) + (double) sum * reach;
        }
        return bounds;
    }

    private static double factor(Op product, Rounding rounding, QuantizedType weights, float in, int channel, float out) {
        return product instanceof QDense
                ? Scales.fullyConnectedFactor(rounding, !(weights instanceof QuantizedType.PerTensor), in,
                        weights.sumScale(channel), out)
                : Scales.productFactor(in, weights.sumScale(channel), out);
    }

    private static Rounding rounding(Op product) {
        return product instanceof QConv2d c ? c.rounding() : ((QDense) product).rounding();
    }

    private static Clamp clamp(Op product) {
        return product instanceof QConv2d c ? c.clamp() : ((QDense) product).clamp();
    }

    /** What the kernel's epilogue needs. */
    EpilogueValues values(byte[] table, EpilogueValues.Add add) {
        if (output == null) {
            return EpilogueValues.none();
        }
        if (factors != null) {
            return new EpilogueValues(factors, null, null, null, output.zeroPoint(), clamp.min(), clamp.max(), table, add, 1f);
        }
        boolean doubled = ((Epilogue.Requantize.Fixed) requantize).rounding().doubled();
        int[] values = new int[multipliers.length];
        int[] shifts = new int[multipliers.length];
        int[] lefts = new int[multipliers.length];
        for (int i = 0; i < multipliers.length; i++) {
            Multiplier m = multipliers[i];
            values[i] = (int) m.value();
            lefts[i] = doubled ? Math.max(0, m.exponent()) : 0;
            shifts[i] = doubled ? m.bits() + Math.max(0, -m.exponent()) : m.totalRightShift();
        }
        return new EpilogueValues(null, values, shifts, lefts, output.zeroPoint(), clamp.min(), clamp.max(), table, add, 1f);
    }
}
