package quantwright.backend.jvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import quantwright.backend.jvm.runtime.DoubleScaler;
import quantwright.backend.jvm.runtime.Finish;
import quantwright.backend.jvm.runtime.Geometry;
import quantwright.backend.jvm.runtime.IntegerMap;
import quantwright.backend.jvm.runtime.Interpolate;
import quantwright.backend.jvm.runtime.Lookup;
import quantwright.backend.jvm.runtime.Pool;
import quantwright.backend.jvm.runtime.QuantizedMean;
import quantwright.backend.jvm.runtime.QuantizedMultiply;
import quantwright.backend.jvm.runtime.QuantizedSoftmaxRows;
import quantwright.backend.jvm.runtime.QuantizedSum;
import quantwright.backend.jvm.runtime.QuantizedSumDoubled;
import quantwright.backend.jvm.runtime.Quantizing;
import quantwright.backend.jvm.runtime.Rescale;
import quantwright.backend.jvm.runtime.Storage;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.arith.ResizeWeights;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Steps of quantized ops but products. */
final class QuantLowering {
    /** What gives the factor of one pair of scales. */
    @FunctionalInterface
    interface Factor {
        double of(float in, float weight, float out);
    }

    private QuantLowering() {
    }

    private static QuantRange whole(QuantizedType type, int i) {
        return new QuantRange(type.zeroPoint(i), (int) type.storage().minValue(), (int) type.storage().maxValue());
    }

    static void quantizing(Site site, boolean forward) {
        TensorType quantized = forward ? site.result() : site.type(0);
        TensorType real = forward ? site.type(0) : site.result();
        site.require(real.element() == ScalarType.F32, real.element() + " has no kernel");
        QuantizedType type = quantized.quantized();
        site.require(!type.isBlocked(), "scales of blocks have no kernel");
        site.require(!forward || type.storage().bits() <= 16, "integers of " + type.storage() + " have no kernel");
        int inner = type instanceof QuantizedType.PerAxis p
                ? (int) quantized.shape().product(p.axis() + 1, quantized.rank()) : 1;
        float[] scales = new float[type.scaleCount()];
        QuantRange[] ranges = new QuantRange[scales.length];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = type.scale(i);
            ranges[i] = whole(type, i);
        }
        site.add(new Quantizing(site.in(0), site.out(), site.size(), inner, scales, ranges, Site.storage(quantized),
                forward));
    }

    static void requantize(Requantize op, Site site) {
        if (site.type(0).element().equals(site.result().element())) {
            site.alias(0);
            return;
        }
        rescale(op.rounding(), site, 0, site.result(), site.in(0), site.out());
    }

    private static void rescale(Rounding rounding, Site site, int operand, TensorType result, int from, int to) {
        QuantizedType.PerTensor x = Site.perTensor(site.type(operand));
        QuantizedType.PerTensor y = Site.perTensor(result);
        site.require(x.storage().bits() <= 16 || x.storage() == ScalarType.I32, x + " has no kernel");
        Finish finish = ProductLowering.rescaling(new int[0], rounding,
                new double[] {Scales.rescaleFactor(x.scale(), y.scale())}, whole(y, 0), Site.storage(result));
        site.touch(from);
        site.touch(to);
        site.add(new Rescale(from, to, Site.size(site.type(operand)), site.storage(operand), x.zeroPoint(), finish));
    }

    static void concat(QConcat op, Site site) {
        List<Integer> parts = new ArrayList<>();
        for (int i = 0; i < site.operands(); i++) {
            if (site.type(i).element().equals(site.result().element())) {
                parts.add(site.in(i));
                continue;
            }
            int to = site.between(site.resultStorage(), Site.size(site.type(i)));
            rescale(op.rounding(), site, i, site.result(), site.in(i), to);
            parts.add(to);
        }
        MovementLowering.concat(op.axis(), site, parts);
    }

    static void add(QAdd op, Site site) {
        QuantizedType.PerTensor a = Site.perTensor(site.type(0));
        QuantizedType.PerTensor b = Site.perTensor(site.type(1));
        site.require(a.storage().bits() <= 16 && b.storage().bits() <= 16, "operands of more than 16 bits");
        QuantRange range = ProductLowering.range(site.result(), op.clamp());
        QuantizedAdd adder = QuantizedAdd.of(op.rounding(), op.subtract(), Math.max(a.storage().bits(),
                b.storage().bits()), a.scale(), a.zeroPoint(), b.scale(), b.zeroPoint(),
                Site.perTensor(site.result()).scale(), range);
        Shape shape = site.result().shape();
        int left = site.expanded(0, shape);
        int right = site.expanded(1, shape);
        site.touch(left);
        if (adder instanceof QuantizedAdd.Fixed f && ProductLowering.inDoubles(f.scaler1().rounding(),
                f.scaler1().multiplier(), f.scaler2().multiplier(), f.outScaler().multiplier())
                && site.storage(0) == Storage.WHOLE && site.storage(1) == Storage.WHOLE
                && site.resultStorage() == Storage.WHOLE) {
            site.add(new QuantizedSumDoubled(left, right, site.out(), site.size(), f.zero1(), f.zero2(),
                    f.leftShift(), f.subtract(), scaler(f.scaler1()), scaler(f.scaler2()), scaler(f.outScaler()),
                    range));
            return;
        }
        site.add(new QuantizedSum(left, right, site.out(), site.size(), site.storage(0), site.storage(1),
                site.resultStorage(), adder));
    }

    private static DoubleScaler scaler(Requantizer.Fixed fixed) {
        return ProductLowering.scaler(fixed.rounding(), fixed.multiplier());
    }

    static void mul(QMul op, Site site) {
        QuantizedType.PerTensor a = Site.perTensor(site.type(0));
        QuantizedType.PerTensor b = Site.perTensor(site.type(1));
        double factor = Scales.mulFactor(op.rounding(), a.scale(), b.scale(), Site.perTensor(site.result()).scale());
        Finish finish = ProductLowering.rescaling(new int[0], op.rounding(), new double[] {factor},
                ProductLowering.range(site.result(), op.clamp()), site.resultStorage());
        Shape shape = site.result().shape();
        int left = site.expanded(0, shape);
        int right = site.expanded(1, shape);
        site.touch(left);
        site.add(new QuantizedMultiply(left, right, site.out(), site.size(), site.storage(0), site.storage(1),
                a.zeroPoint(), b.zeroPoint(), finish));
    }

    static void lookup(Site site) {
        Tensor table = site.constant(1);
        float[] results = new float[table.size()];
        for (int i = 0; i < results.length; i++) {
            results[i] = table.integer(i);
        }
        site.add(new Lookup(site.in(0), site.out(), site.size(), site.storage(0), site.resultStorage(), results,
                (int) site.type(0).storage().minValue()));
    }

    static void clamp(QClamp op, Site site) {
        Clamp c = op.clamp();
        site.add(new IntegerMap(site.in(0), site.out(), site.size(), site.storage(0), site.resultStorage(), 0,
                c.min(), c.max()));
    }

    static void reinterpret(Site site) {
        ScalarType from = site.type(0).storage();
        ScalarType to = site.result().storage();
        if (from == to && site.storage(0) == site.resultStorage()) {
            site.alias(0);
            return;
        }
        site.require(from.bits() >= 8 && to.bits() >= 8, "types below 8 bits have no kernel");
        int shift = from == ScalarType.U8 && to == ScalarType.I8 ? -128
                : from == ScalarType.I8 && to == ScalarType.U8 ? 128 : 0;
        site.add(new IntegerMap(site.in(0), site.out(), site.size(), site.storage(0), site.resultStorage(), shift,
                Long.MIN_VALUE, Long.MAX_VALUE));
    }

    static void pool(QAvgPool op, Site site) {
        site.require(op.rule() != AverageRule.TFLITE_MEAN, "TFLite's mean is no pool");
        QuantizedType.PerTensor x = Site.perTensor(site.type(0));
        site.require(x.storage().bits() <= 16
                && (op.rule() == AverageRule.SCALED || site.storage(0) == site.resultStorage()),
                "averages from " + x.storage() + " to " + site.result().storage());
        Geometry geometry = ProductLowering.geometry(op.window(), site.type(0).shape(), site.type(0).dim(3),
                site.result().shape());
        int[] counts = FloatLowering.counts(op.window(), geometry, op.countIncludePad(), op.uncountedBottom(),
                op.uncountedRight());
        QuantRange range = ProductLowering.range(site.result(), op.clamp());
        for (int i = 0; i < counts.length; i++) {
            counts[i] = Math.max(1, counts[i]);
        }
        Pool.How how;
        if (op.rule() == AverageRule.SCALED) {
            Map<Integer, Integer> kinds = new TreeMap<>();
            List<Finish> finishes = new ArrayList<>();
            int[] kind = new int[counts.length];
            for (int i = 0; i < counts.length; i++) {
                int count = counts[i];
                kind[i] = kinds.computeIfAbsent(count, c -> {
                    finishes.add(ProductLowering.rescaling(new int[0], op.rounding(), new double[] {Averages.factor(
                            x.scale(), Site.perTensor(site.result()).scale(), c)}, range, site.resultStorage()));
                    return finishes.size() - 1;
                });
            }
            how = new Pool.Rescaled(x.zeroPoint(), kind, finishes.toArray(Finish[]::new));
        } else {
            how = new Pool.Divided(counts, range);
        }
        site.add(new Pool(site.in(0), site.out(), geometry, site.storage(0), how));
    }

    static void mean(QMean op, Site site) {
        TensorType x = site.type(0);
        QuantizedType.PerTensor from = Site.perTensor(x);
        float scale = Site.perTensor(site.result()).scale();
        int[] axes = Arrays.stream(op.axes().toArray()).map(a -> a < 0 ? a + x.rank() : a).sorted().distinct()
                .toArray();
        site.require(axes.length > 0, "a mean over no axes has no kernel");
        for (int i = 1; i < axes.length; i++) {
            site.require(axes[i] == axes[i - 1] + 1, "a mean over axes apart has no kernel");
        }
        site.require(from.storage().bits() <= 16, "means of " + from.storage() + " have no kernel");
        int end = axes[axes.length - 1] + 1;
        int count = (int) x.shape().product(axes[0], end);
        QuantRange range = ProductLowering.range(site.result(), op.clamp());
        boolean scaled = op.rule() == AverageRule.SCALED;
        QuantizedMean.How how = switch (op.rule()) {
            case SCALED -> new QuantizedMean.Rescaled(ProductLowering.rescaling(new int[0], op.rounding(),
                    new double[] {Averages.factor(from.scale(), scale, count)}, range, site.resultStorage()));
            case TFLITE_DIVISION -> new QuantizedMean.Divided(count, range);
            case TFLITE_MEAN -> {
                if (!(op.rounding() instanceof Rounding.Fixed fixed)) {
                    throw new Refusal("TFLite's mean needs a fixed-point rounding");
                }
                boolean spatial = x.rank() == 4 && op.keepDims() && Arrays.equals(axes, new int[] {1, 2});
                Averages.TfliteMean mean = spatial
                        ? Averages.TfliteMean.spatial(fixed, from.scale(), from.zeroPoint(), scale, range, count)
                        : Averages.TfliteMean.general(fixed, from.scale(), from.zeroPoint(), scale, range, count);
                yield new QuantizedMean.Tflite(mean.scaler(), mean.offset(), mean.bias(), range);
            }
        };
        site.add(new QuantizedMean(site.in(0), site.out(), (int) x.shape().product(0, axes[0]), count,
                (int) x.shape().product(end, x.rank()), site.storage(0), site.resultStorage(),
                scaled ? from.zeroPoint() : 0, how));
    }

    static void softmax(QSoftmax op, Site site) {
        TensorType x = site.type(0);
        float scale = Site.perTensor(x).scale();
        boolean integer = op.rule() == SoftmaxRule.INTEGER_TABLE;
        QuantizedType.PerTensor to = Site.perTensor(site.result());
        FloatLowering.alongRows(op.axis(), site, (from, into, count, length) -> new QuantizedSoftmaxRows(from, into,
                count, length, site.storage(0), site.resultStorage(),
                integer ? QuantizedSoftmax.integerTable(scale, op.beta()) : new int[0],
                integer ? new float[0] : QuantizedSoftmax.tfliteTable(scale, op.beta()), to.scale(), whole(to, 0)));
    }

    static void resize(QResize op, Site site) {
        if (op.spec().mode() == ResizeMode.NEAREST) {
            MovementLowering.nearest(op.spec(), site);
            return;
        }
        TensorType x = site.type(0);
        int outH = op.spec().outH();
        int outW = op.spec().outW();
        switch (op.rounding()) {
            case Rounding.F32 _ -> {
                FloatLowering.Taps rows = q11(x.dim(1), outH, op.spec().scaleH(), op);
                FloatLowering.Taps columns = q11(x.dim(2), outW, op.spec().scaleW(), op);
                FloatLowering.interpolate(site, rows, columns, Interpolate.How.Q11);
            }
            case Rounding.Fixed _ -> FloatLowering.interpolate(site,
                    integers(ResizeTaps.linearTflite(x.dim(1), outH, op.spec().coordinates())),
                    integers(ResizeTaps.linearTflite(x.dim(2), outW, op.spec().coordinates())),
                    Interpolate.How.TFLITE);
        }
    }

    private static FloatLowering.Taps q11(int in, int out, float scale, QResize op) {
        int[] pairs = new int[2 * out];
        float[] weights = new float[out];
        for (int o = 0; o < out; o++) {
            ResizeWeights.Tap tap = ResizeWeights.tap(ResizeTaps.position(o, in, out, scale, op.spec().coordinates()),
                    in);
            pairs[2 * o] = tap.low();
            pairs[2 * o + 1] = tap.high();
            weights[o] = tap.highWeight();
        }
        return new FloatLowering.Taps(pairs, weights);
    }

    private static FloatLowering.Taps integers(ResizeTaps taps) {
        FloatLowering.Taps real = FloatLowering.Taps.of(taps);
        float[] weights = new float[taps.weight().length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = taps.weight()[i];
        }
        return new FloatLowering.Taps(real.pairs(), weights);
    }
}
