package quantwright.backend.jvm;

import java.util.Arrays;
import quantwright.backend.jvm.runtime.Depthwise;
import quantwright.backend.jvm.runtime.DoubleScaler;
import quantwright.backend.jvm.runtime.Finish;
import quantwright.backend.jvm.runtime.Geometry;
import quantwright.backend.jvm.runtime.PixelProduct;
import quantwright.backend.jvm.runtime.Product;
import quantwright.backend.jvm.runtime.Storage;
import quantwright.backend.jvm.runtime.WideProduct;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Steps of convolutions and matrix products. */
final class ProductLowering {
    /** Elements that a strip of a depthwise convolution should have. */
    private static final int STRIP = 256;

    private ProductLowering() {
    }

    /** Below this, floats hold every whole number. */
    private static final double EXACT = 1 << 24;

    /**
     * What sums of a product start from and become.
     *
     * @param start float start values, or empty
     * @param finish what becomes of integer sums; null for a float product
     * @param exact whether integer sums are proven to stay below 2^24
     */
    private record Sums(float[] start, Finish finish, boolean exact) {
        /** Sums of an integer product: in floats if they can be, with the bias to start from. */
        static Sums of(Site site, Finish finish, float[] w) {
            int[] bias = finish.bias();
            int outputs = site.type(1).dim(0);
            int k = w.length / Math.max(1, outputs);
            QuantizedType.PerTensor x = Site.perTensor(site.type(0));
            if (isWide(site)) {
                return new Sums(new float[0], finish, false);
            }
            double most = Math.max(x.storage().maxValue() - x.zeroPoint(), x.zeroPoint() - x.storage().minValue());
            for (int o = 0; o < outputs; o++) {
                double bound = bias.length == 0 ? 0 : Math.abs((double) bias[o]);
                for (int i = 0; i < k; i++) {
                    bound += Math.abs(w[o * k + i]) * most;
                }
                if (bound >= EXACT) {
                    return new Sums(new float[0], finish, false);
                }
            }
            float[] start = new float[bias.length];
            for (int o = 0; o < start.length; o++) {
                start[o] = bias[o];
            }
            return new Sums(start, withoutBias(finish), true);
        }

        private static Finish withoutBias(Finish finish) {
            return switch (finish) {
                case Finish.Raw _ -> new Finish.Raw(new int[0]);
                case Finish.F32 f -> new Finish.F32(new int[0], f.factors(), f.range(), f.storage());
                case Finish.Doubled d -> new Finish.Doubled(new int[0], d.scaler(), d.range(), d.storage());
                case Finish.Fixed f -> new Finish.Fixed(new int[0], f.rounding(), f.values(), f.exponents(), f.range(),
                        f.storage());
            };
        }
    }

    static void conv(Conv2d op, Site site) {
        site.requireFloat(0);
        if (!site.isConstant(1) || site.operands() > 2 && !site.isConstant(2)) {
            ComputedProducts.conv(site, op.window(), op.groups(), null, false);
            return;
        }
        Tensor w = site.constant(1);
        convolve(site, op.window(), op.groups(), w.floats(), w.type().shape(), floats(site));
    }

    static void dense(Site site) {
        site.requireFloat(0);
        if (!site.isConstant(1) || site.operands() > 2 && !site.isConstant(2)) {
            ComputedProducts.dense(site, null, false);
            return;
        }
        Tensor w = site.constant(1);
        dense(site, w.floats(), w.type().shape(), floats(site));
    }

    private static Sums floats(Site site) {
        return new Sums(site.operands() < 3 ? new float[0] : site.constant(2).floats(), null, true);
    }

    static void conv(QConv2d op, Site site) {
        Finish finish = finish(site, op.rounding(), op.clamp(), Scales::productFactor);
        if (!site.isConstant(1)) {
            ComputedProducts.conv(site, op.window(), op.groups(), finish, isWide(site));
            return;
        }
        float[] w = centred(site.constant(1));
        convolve(site, op.window(), op.groups(), w, site.type(1).shape(), Sums.of(site, finish, w));
    }

    static void dense(QDense op, Site site) {
        boolean perChannel = !(site.type(1).element() instanceof QuantizedType.PerTensor);
        Finish finish = finish(site, op.rounding(), op.clamp(), (in, weight, out) ->
                Scales.fullyConnectedFactor(op.rounding(), perChannel, in, weight, out));
        if (!site.isConstant(1)) {
            ComputedProducts.dense(site, finish, isWide(site));
            return;
        }
        float[] w = centred(site.constant(1));
        dense(site, w, site.type(1).shape(), Sums.of(site, finish, w));
    }

    private static Finish finish(Site site, Rounding rounding, Clamp clamp, QuantLowering.Factor factor) {
        narrow(site, 0);
        narrow(site, 1);
        requireWideForm(site, rounding);
        int[] bias = site.operands() < 3 ? new int[0] : site.constant(2).ints();
        TensorType result = site.result();
        if (result.element() == ScalarType.I32) {
            return new Finish.Raw(bias);
        }
        float in = Site.perTensor(site.type(0)).scale();
        QuantizedType weights = site.type(1).quantized();
        double[] factors = new double[weights.sumScaleCount()];
        Arrays.setAll(factors, o -> factor.of(in, weights.sumScale(o), Site.perTensor(result).scale()));
        return rescaling(bias, rounding, factors, range(result, clamp), site.resultStorage());
    }

    /** Refuses operands whose products have no defined accumulator. */
    static void narrow(Site site, int i) {
        site.require(site.type(i).isQuantized() && site.type(i).storage().bits() <= 16, "operand " + i + " is "
                + site.type(i).element() + ", not quantized in 16 bits");
    }

    /** Whether sums need more than i32. */
    static boolean isWide(Site site) {
        return Math.max(site.type(0).storage().bits(), site.type(1).storage().bits()) > 8
                && site.type(0).isQuantized();
    }

    static void requireWideForm(Site site, Rounding rounding) {
        boolean hasForm = site.result().element() == ScalarType.I32 || !(rounding instanceof Rounding.Fixed f)
                || f.intermediate() == Rounding.Intermediate.I64;
        site.require(!isWide(site) || hasForm, rounding + " has no form for 64-bit sums");
    }

    static QuantRange range(TensorType result, Clamp clamp) {
        return new QuantRange(Site.perTensor(result).zeroPoint(), clamp.min(), clamp.max());
    }

    /** A rescaling by factors of the channels, or of all. */
    static Finish rescaling(int[] bias, Rounding rounding, double[] factors, QuantRange range, Storage storage) {
        boolean alike = Arrays.stream(factors).allMatch(f -> f == factors[0]);
        double[] used = alike ? Arrays.copyOf(factors, 1) : factors;
        switch (rounding) {
            case Rounding.F32 _ -> {
                if ((long) range.max() - range.zero() > 1 << 21 || (long) range.min() - range.zero() < -(1 << 21)) {
                    throw new Refusal("results of more than 22 bits have no kernel");
                }
                float[] floats = new float[used.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) used[i];
                }
                return new Finish.F32(bias, floats, range, storage);
            }
            case Rounding.Fixed f -> {
                Multiplier[] multipliers = Arrays.stream(used).mapToObj(u -> Multiplier.of(u, f.multiplierBits()))
                        .toArray(Multiplier[]::new);
                if (inDoubles(f, multipliers)) {
                    return new Finish.Doubled(bias, scaler(f, multipliers), range, storage);
                }
                return new Finish.Fixed(bias, f, Arrays.stream(multipliers).mapToLong(Multiplier::value).toArray(),
                        Arrays.stream(multipliers).mapToInt(Multiplier::exponent).toArray(), range, storage);
            }
        }
    }

    /** Whether doubles rescale as a rounding does: no left shift, and ties up or away from zero. */
    static boolean inDoubles(Rounding.Fixed f, Multiplier... multipliers) {
        return f.multiplierBits() == 31 && f.intermediate() == Rounding.Intermediate.I32
                && (f.mode() == Rounding.Mode.HALF_UP || isAway(f))
                && Arrays.stream(multipliers).allMatch(m -> m.exponent() <= 0);
    }

    private static boolean isAway(Rounding.Fixed f) {
        return f.mode() == Rounding.Mode.HALF_AWAY || f.mode() == Rounding.Mode.GEMMLOWP_DOUBLE;
    }

    /** The multipliers as doubles, where {@link #inDoubles}. */
    static DoubleScaler scaler(Rounding.Fixed f, Multiplier... multipliers) {
        int n = multipliers.length;
        DoubleScaler scaler = new DoubleScaler(new double[n], new double[n], new double[n], new double[n]);
        for (int i = 0; i < n; i++) {
            scaler.high()[i] = multipliers[i].value() >> 15;
            scaler.low()[i] = multipliers[i].value() & 0x7fff;
            scaler.down()[i] = Math.scalb(1.0, multipliers[i].exponent());
            scaler.tie()[i] = isAway(f) ? Math.scalb(1.0, multipliers[i].exponent() - 1) : 0;
        }
        return scaler;
    }

    /** Weights less their zero points, as floats. */
    private static float[] centred(Tensor w) {
        QuantizedType type = w.type().quantized();
        float[] out = new float[w.size()];
        int inner = w.size() / Math.max(1, w.type().dim(0));
        QuantizedType.PerGroup grouped = type instanceof QuantizedType.PerGroup g ? g : null;
        int inputs = w.type().dim(-1);
        for (int i = 0; i < out.length; i++) {
            out[i] = (w.integer(i) - type.zeroPoint(type.scaleCount() == 1 ? 0 : i / inner))
                    * (grouped == null ? 1 : grouped.multiplier(i / inner, i % inputs));
        }
        return out;
    }

    static Geometry geometry(Window2d w, Shape x, int channels, Shape out) {
        return new Geometry(x.dim(0), x.dim(1), x.dim(2), channels, out.dim(1), out.dim(2), w.kernelH(), w.kernelW(),
                w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(), w.padLeft(), w.padBottom(),
                w.padRight());
    }

    static int zero(Site site) {
        return site.type(0).element() instanceof QuantizedType.PerTensor t ? t.zeroPoint() : 0;
    }

    private static void convolve(Site site, Window2d window, int groups, float[] w, Shape weights,
            Sums sums) {
        Shape x = site.type(0).shape();
        if (isWide(site)) {
            Geometry geometry = geometry(window, x, x.dim(3), site.result().shape());
            int[] runs = new int[geometry.taps()];
            Arrays.setAll(runs, i -> geometry.tap(i / window.kernelW(), i % window.kernelW()));
            product(site, geometry, groups, columns(w, groups, weights.dim(0) / groups,
                    (int) weights.product(1, 4)), runs, weights.dim(3), sums);
            return;
        }
        if (groups > 1 && weights.dim(3) == 1) {
            depthwise(site, window, w, weights, sums, weights.dim(0) / groups);
            return;
        }
        Geometry geometry = geometry(window, x, x.dim(3), site.result().shape());
        int outputs = weights.dim(0);
        if (groups == 1 && LaneChoice.pixels(geometry, outputs)) {
            site.add(new PixelProduct(site.in(0), site.out(), geometry, site.storage(0), zero(site), outputs,
                    new float[][] {w}, sums.start, sums.finish, sums.exact));
            return;
        }
        boolean joined = groups == 1 && window.dilationW() == 1;
        int perRow = joined ? 1 : window.kernelW();
        int length = joined ? window.kernelW() * weights.dim(3) : weights.dim(3);
        int[] runs = new int[window.kernelH() * perRow];
        Arrays.setAll(runs, i -> geometry.tap(i / perRow, i % perRow));
        product(site, geometry, groups, columns(w, groups, outputs / groups, (int) weights.product(1, 4)), runs,
                length, sums);
    }

    private static void product(Site site, Geometry geometry, int groups, float[][] weights, int[] runs, int length,
            Sums sums) {
        if (isWide(site)) {
            site.add(new WideProduct(site.in(0), site.out(), geometry, groups, site.storage(0), zero(site), weights,
                    runs, length, sums.finish));
            return;
        }
        int channels = weights.length == 0 ? 1 : Math.max(1, groups * weights[0].length);
        boolean alone = groups > 1 && site.resultStorage() != Storage.WHOLE;
        int strip = sums.finish == null || !sums.exact ? 0 : alone ? 1 : Math.max(1, STRIP / channels);
        site.add(new Product(site.in(0), site.out(), geometry, groups, site.storage(0), zero(site), weights, runs,
                length, sums.start, strip > 1 ? repeated(sums.finish, strip, channels) : sums.finish, strip));
    }

    private static void depthwise(Site site, Window2d window, float[] w, Shape weights, Sums sums, int multiplier) {
        int channels = weights.dim(0);
        Geometry geometry = geometry(window, site.type(0).shape(), channels, site.result().shape());
        int pixels = Math.clamp(Math.ceilDiv(STRIP, channels), 1, Math.max(1, geometry.outWidth()));
        float[][] rows = new float[geometry.taps()][pixels * channels];
        for (int t = 0; t < rows.length; t++) {
            for (int i = 0; i < rows[t].length; i++) {
                rows[t][i] = w[i % channels * rows.length + t];
            }
        }
        float[] start = new float[sums.start.length * pixels];
        for (int i = 0; i < start.length; i++) {
            start[i] = sums.start[i % channels];
        }
        site.add(new Depthwise(site.in(0), site.out(), geometry, multiplier, site.storage(0), zero(site), rows, pixels,
                start, repeated(sums.finish, pixels, channels), sums.exact));
    }

    /** The finish of a strip of pixels: what belongs to channels again for each pixel. */
    private static Finish repeated(Finish finish, int pixels, int channels) {
        return switch (finish) {
            case null -> null;
            case Finish.Raw r -> new Finish.Raw(repeated(r.bias(), pixels));
            case Finish.F32 f -> {
                float[] factors = new float[f.factors().length == 1 ? 1 : pixels * channels];
                for (int i = 0; i < factors.length; i++) {
                    factors[i] = f.factors()[i % f.factors().length];
                }
                yield new Finish.F32(repeated(f.bias(), pixels), factors, f.range(), f.storage());
            }
            case Finish.Doubled d -> {
                DoubleScaler s = d.scaler();
                int times = s.high().length == 1 ? 1 : pixels;
                yield new Finish.Doubled(repeated(d.bias(), pixels), new DoubleScaler(repeated(s.high(), times),
                        repeated(s.low(), times), repeated(s.down(), times), repeated(s.tie(), times)), d.range(),
                        d.storage());
            }
            case Finish.Fixed f -> {
                long[] values = new long[f.values().length == 1 ? 1 : pixels * channels];
                Arrays.setAll(values, i -> f.values()[i % f.values().length]);
                yield new Finish.Fixed(repeated(f.bias(), pixels), f.rounding(), values,
                        f.exponents().length == 1 ? f.exponents() : repeated(f.exponents(), pixels), f.range(),
                        f.storage());
            }
        };
    }

    private static double[] repeated(double[] values, int times) {
        double[] out = new double[values.length * times];
        Arrays.setAll(out, i -> values[i % values.length]);
        return out;
    }

    private static int[] repeated(int[] values, int times) {
        int[] out = new int[values.length * times];
        Arrays.setAll(out, i -> values[i % values.length]);
        return out;
    }

    private static void dense(Site site, float[] w, Shape weights, Sums sums) {
        int n = weights.dim(0);
        int k = weights.dim(1);
        int rows = n == 0 ? 0 : site.size() / n;
        Geometry geometry = rowOfPixels(rows, k);
        product(site, geometry, 1, columns(w, 1, n, k), new int[] {0}, k, sums);
    }

    /** A dense layer's rows as pixels of a window of one. */
    static Geometry rowOfPixels(int rows, int k) {
        return new Geometry(1, 1, rows, k, 1, rows, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0);
    }

    /** Weights [groups * outputs, k] as rows [groups * k][outputs]. */
    private static float[][] columns(float[] w, int groups, int outputs, int k) {
        float[][] rows = new float[groups * k][outputs];
        for (int g = 0; g < groups; g++) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < k; i++) {
                    rows[g * k + i][o] = w[(g * outputs + o) * k + i];
                }
            }
        }
        return rows;
    }
}
