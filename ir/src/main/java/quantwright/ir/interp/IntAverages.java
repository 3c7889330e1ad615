package quantwright.ir.interp;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** Quantized averages: sums of stored values in i32, then the rule's formula. */
final class IntAverages {
    private IntAverages() {
    }

    static Tensor pool(QAvgPool op, Tensor x, TensorType result) {
        if (op.rule() == AverageRule.TFLITE_MEAN) {
            throw new IllegalArgumentException("rule " + op.rule() + " is for q.mean");
        }
        Window2d w = op.window();
        QuantizedType from = x.type().quantized();
        QuantRange range = Quantizing.range(result, op.clamp());
        boolean scaled = op.rule() == AverageRule.SCALED;
        int[] q = Quantizing.centred(x, scaled ? from.zeroPoint(0) : 0);
        Map<Integer, Requantizer> requantizers = new HashMap<>();
        Tensor out = Tensor.zeros(result);
        int channels = result.dim(3);
        int[] sum = new int[channels];
        Pooling.positions(w, x.type(), result, (n, y, ox, rows, columns) -> {
            Arrays.fill(sum, 0);
            for (int kh = rows.first(); kh < rows.end(); kh++) {
                for (int kw = columns.first(); kw < columns.end(); kw++) {
                    int tap = Pooling.tap(w, x.type(), n, y, ox, kh, kw);
                    for (int c = 0; c < channels; c++) {
                        sum[c] += q[tap + c];
                    }
                }
            }
            // A window wholly in the padding sums to 0, whatever it is divided by.
            int count = Math.max(1, Pooling.count(w, x.type(), op.countIncludePad(), op.uncountedBottom(),
                    op.uncountedRight(), y, ox, rows, columns));
            Requantizer requantizer = requantizers.computeIfAbsent(count, k -> Requantizer.of(op.rounding(),
                    Averages.factor(from.scale(0), result.quantized().scale(0), k)));
            int to = ((n * result.dim(1) + y) * result.dim(2) + ox) * channels;
            for (int c = 0; c < channels; c++) {
                out.setInteger(to + c, scaled ? requantizer.apply(sum[c], range)
                        : Averages.divide(sum[c], count, range));
            }
        });
        return out;
    }

    static Tensor mean(QMean op, Tensor x, TensorType result) {
        Rows rows = Rows.along(x, op.axes().toArray());
        QuantizedType from = x.type().quantized();
        boolean scaled = op.rule() == AverageRule.SCALED;
        int[] q = Quantizing.centred(rows.tensor(), scaled ? from.zeroPoint(0) : 0);
        Tensor out = Tensor.zeros(result);
        IntUnaryOperator finish = finish(op, x.type(), result, rows.length());
        for (int i = 0; i < out.size(); i++) {
            int sum = 0;
            for (int j = 0; j < rows.length(); j++) {
                sum += q[i * rows.length() + j];
            }
            out.setInteger(i, finish.applyAsInt(sum));
        }
        return out;
    }

    private static IntUnaryOperator finish(QMean op, TensorType x, TensorType result, int count) {
        QuantizedType from = x.quantized();
        float scale = result.quantized().scale(0);
        QuantRange range = Quantizing.range(result, op.clamp());
        return switch (op.rule()) {
            case SCALED -> {
                Requantizer r = Requantizer.of(op.rounding(), Averages.factor(from.scale(0), scale, count));
                yield sum -> r.apply(sum, range);
            }
            case TFLITE_DIVISION -> sum -> Averages.divide(sum, count, range);
            case TFLITE_MEAN -> {
                if (!(op.rounding() instanceof Rounding.Fixed fixed)) {
                    throw new IllegalArgumentException("TFLite's mean needs a fixed-point rounding");
                }
                Averages.TfliteMean mean = isSpatial(op, x.rank())
                        ? Averages.TfliteMean.spatial(fixed, from.scale(0), from.zeroPoint(0), scale, range, count)
                        : Averages.TfliteMean.general(fixed, from.scale(0), from.zeroPoint(0), scale, range, count);
                yield mean::apply;
            }
        };
    }

    private static boolean isSpatial(QMean op, int rank) {
        List<Integer> axes = op.axes().stream().map(a -> a < 0 ? a + rank : a).sorted().boxed().toList();
        return rank == 4 && op.keepDims() && axes.equals(List.of(1, 2));
    }
}
