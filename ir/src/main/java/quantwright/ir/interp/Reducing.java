package quantwright.ir.interp;

import quantwright.ir.arith.FloatMath;
import quantwright.ir.arith.FloatReduce;
import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Reductions over axes and along rows. */
final class Reducing {
    private Reducing() {
    }

    static Tensor reduce(Reduce op, Tensor x, TensorType result) {
        Rows rows = Rows.along(x, op.axes().toArray());
        Tensor out = Tensor.zeros(result);
        int n = rows.length();
        for (int i = 0; i < out.size(); i++) {
            switch (result.storage()) {
                case F32 -> out.floats()[i] = floats(op.kind(), rows.tensor().floats(), i * n, n);
                case F64 -> out.doubles()[i] = doubles(op.kind(), rows.tensor().doubles(), i * n, n);
                default -> out.setInteger(i, integers(op.kind(), rows.tensor(), i * n, n));
            }
        }
        return out;
    }

    private static float floats(ReduceKind kind, float[] x, int from, int n) {
        return switch (kind) {
            case SUM -> FloatReduce.sum(x, from, n);
            case MEAN -> FloatReduce.mean(x, from, n);
            case SUM_SQUARE -> FloatReduce.sumOfSquares(x, from, n);
            case L2 -> FloatMath.sqrt(FloatReduce.sumOfSquares(x, from, n));
            case MAX -> FloatReduce.max(x, from, n);
            case MIN -> FloatReduce.min(x, from, n);
            case PROD -> {
                float product = 1;
                for (int i = from; i < from + n; i++) {
                    product *= x[i];
                }
                yield product;
            }
        };
    }

    private static double doubles(ReduceKind kind, double[] x, int from, int n) {
        double result = switch (kind) {
            case MAX -> Double.NEGATIVE_INFINITY;
            case MIN -> Double.POSITIVE_INFINITY;
            case PROD -> 1;
            case SUM, MEAN, SUM_SQUARE, L2 -> 0;
        };
        for (int i = from; i < from + n; i++) {
            result = switch (kind) {
                case SUM, MEAN -> result + x[i];
                case SUM_SQUARE, L2 -> result + x[i] * x[i];
                case MAX -> x[i] > result ? x[i] : result;
                case MIN -> x[i] < result ? x[i] : result;
                case PROD -> result * x[i];
            };
        }
        return kind == ReduceKind.MEAN ? result / n : kind == ReduceKind.L2 ? Math.sqrt(result) : result;
    }

    private static long integers(ReduceKind kind, Tensor x, int from, int n) {
        ScalarType type = x.type().storage();
        if (n == 0 && (kind == ReduceKind.MEAN || kind == ReduceKind.MAX || kind == ReduceKind.MIN)) {
            throw new IllegalArgumentException(kind + " of no elements");
        }
        long result = n == 0 ? IntegerFunctions.start(kind, 0) : IntegerFunctions.start(kind, x.integer(from));
        for (int i = from; i < from + n; i++) {
            result = IntegerFunctions.reduce(kind, result, x.integer(i), type == ScalarType.U64);
        }
        return Integers.wrap(IntegerFunctions.end(kind, result, n), type);
    }

    static Tensor softmax(Softmax op, Tensor x) {
        Rows rows = Rows.along(x, op.axis());
        int n = rows.length();
        float[] in = rows.tensor().floats();
        Tensor moved = Tensor.zeros(rows.tensor().type());
        for (int from = 0; from < in.length; from += n) {
            if (op.beta() != 1) {
                // Scaled differences have maximum 0, so that the row's softmax subtracts nothing more.
                float max = FloatReduce.max(in, from, n);
                for (int i = from; i < from + n; i++) {
                    in[i] = op.beta() * (in[i] - max);
                }
            }
            FloatReduce.softmax(in, from, n, moved.floats(), from);
        }
        return rows.back(moved);
    }

    static Tensor logSoftmax(LogSoftmax op, Tensor x) {
        Rows rows = Rows.along(x, op.axis());
        Tensor moved = Tensor.zeros(rows.tensor().type());
        for (int from = 0; from < moved.size(); from += rows.length()) {
            FloatReduce.logSoftmax(rows.tensor().floats(), from, rows.length(), moved.floats(), from);
        }
        return rows.back(moved);
    }
}
