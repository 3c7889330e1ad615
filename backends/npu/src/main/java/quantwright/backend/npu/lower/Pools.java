package quantwright.backend.npu.lower;

import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.Rescaling;

/** Pools and means. */
final class Pools {
    private static final int MAX_TAPS = 65536;

    private Pools() {
    }

    /** Why the vector unit does not compute a pool; empty if it does. */
    static Optional<String> reason(Node node) {
        TensorType x = node.operand(0).type();
        if (x.rank() != 4 || x.dim(0) != 1) {
            return Optional.of("a pool takes one image of rows and pixels, not " + x.shape());
        }
        if (node.op() instanceof QMean m && !isSpatial(m)) {
            return Optional.of("a mean over axes other than rows and pixels");
        }
        Window2d w = window(node);
        if ((long) w.kernelH() * w.kernelW() > MAX_TAPS) {
            return Optional.of("a window of more than " + MAX_TAPS + " taps");
        }
        boolean padded16 = x.storage().bits() == 16 && w.isPadded()
                && (node.op() instanceof MaxPool || x.quantized().zeroPoint(0) != 0);
        return padded16 ? Optional.of("16-bit maps are padded with 0 only") : Optional.empty();
    }

    private static boolean isSpatial(QMean m) {
        List<Integer> axes = m.axes().stream().map(a -> a < 0 ? a + 4 : a).sorted().boxed().toList();
        return axes.equals(List.of(1, 2));
    }

    private static Window2d window(Node node) {
        TensorType x = node.operand(0).type();
        return switch (node.op()) {
            case MaxPool p -> p.window();
            case QAvgPool p -> p.window();
            case QMean _ -> Window2d.of(x.dim(1), x.dim(2), 1, 1);
            default -> throw new IllegalArgumentException(node.op().mnemonic() + " is no pool");
        };
    }

    /** The layer of a pool. */
    static Layer layer(Node node, Feature input, Feature output) {
        PoolRule rule = switch (node.op()) {
            case MaxPool _ -> new PoolRule(PoolKind.MAX, 0, 0, Rescaling.f32(), new byte[0], false,
                    Clamp.full(node.result().type().storage()));
            case QAvgPool p -> average(p, node.operand(0).type(), node.result().type());
            case QMean m -> mean(m, node.operand(0).type(), node.result().type());
            default -> throw new IllegalArgumentException(node.op().mnemonic() + " is no pool");
        };
        return new PoolLayer(node, input, output, window(node), rule);
    }

    private static PoolRule average(QAvgPool p, TensorType x, TensorType result) {
        int[] counts = counts(p, x, result);
        boolean uniform = java.util.Arrays.stream(counts).allMatch(c -> c == counts[0]);
        int[] entries = uniform ? new int[] {counts[0]} : counts;
        if (p.rule() == AverageRule.TFLITE_DIVISION) {
            return new PoolRule(PoolKind.AVERAGE_DIVIDE, 0, 0, Rescaling.f32(), Tables.integers(entries), !uniform,
                    p.clamp());
        }
        return scaled(p.rounding(), x, result, entries, p.clamp());
    }

    private static PoolRule scaled(Rounding rounding, TensorType x, TensorType result, int[] counts, Clamp clamp) {
        double[] factors = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            factors[i] = Averages.factor(x.quantized().scale(0), result.quantized().scale(0), counts[i]);
        }
        return new PoolRule(PoolKind.AVERAGE, x.quantized().zeroPoint(0), result.quantized().zeroPoint(0),
                Tables.rescaling(rounding), Tables.factors(rounding, factors), counts.length > 1, clamp);
    }

    /** Taps that each output pixel divides by. */
    private static int[] counts(QAvgPool p, TensorType x, TensorType result) {
        Window2d w = p.window();
        boolean padding = p.countIncludePad();
        int[] rows = new int[result.dim(1)];
        for (int y = 0; y < rows.length; y++) {
            rows[y] = taps(y * w.strideH() - w.padTop(), w.kernelH(), w.dilationH(), padding ? -w.padTop() : 0,
                    x.dim(1) + (padding ? w.padBottom() - p.uncountedBottom() : 0));
        }
        int[] counts = new int[rows.length * result.dim(2)];
        for (int i = 0; i < counts.length; i++) {
            int column = taps(i % result.dim(2) * w.strideW() - w.padLeft(), w.kernelW(), w.dilationW(),
                    padding ? -w.padLeft() : 0, x.dim(2) + (padding ? w.padRight() - p.uncountedRight() : 0));
            counts[i] = Math.max(1, rows[i / result.dim(2)] * column);
        }
        return counts;
    }

    private static int taps(int start, int kernel, int dilation, int low, int high) {
        int taps = 0;
        for (int k = 0; k < kernel; k++) {
            int at = start + k * dilation;
            taps += at >= low && at < high ? 1 : 0;
        }
        return taps;
    }

    private static PoolRule mean(QMean m, TensorType x, TensorType result) {
        int count = x.dim(1) * x.dim(2);
        QuantRange range = new QuantRange(result.quantized().zeroPoint(0), m.clamp().min(), m.clamp().max());
        return switch (m.rule()) {
            case SCALED -> scaled(m.rounding(), x, result, new int[] {count}, m.clamp());
            case TFLITE_DIVISION -> new PoolRule(PoolKind.AVERAGE_DIVIDE, 0, 0, Rescaling.f32(), Tables.integers(count),
                    false, m.clamp());
            case TFLITE_MEAN -> {
                Rounding.Fixed fixed = (Rounding.Fixed) m.rounding();
                float in = x.quantized().scale(0);
                int zero = x.quantized().zeroPoint(0);
                float out = result.quantized().scale(0);
                Averages.TfliteMean mean = m.keepDims() ? Averages.TfliteMean.spatial(fixed, in, zero, out, range, count)
                        : Averages.TfliteMean.general(fixed, in, zero, out, range, count);
                Multiplier multiplier = mean.scaler().multiplier();
                // The sum of (q - z) over all taps is the raw sum less the offset, count * z.
                yield new PoolRule(PoolKind.AVERAGE, mean.offset() == 0 ? 0 : zero, mean.bias(), Tables.rescaling(fixed),
                        Tables.factor(multiplier), false, m.clamp());
            }
        };
    }
}
