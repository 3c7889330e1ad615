package quantwright.ir.interp;

import quantwright.ir.data.Tensor;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.UnaryKind;
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
            case SUM -> sum(x, from, n);
            case MEAN -> sum(x, from, n) / n;
            case SUM_SQUARE -> sum(squares(x, from, n), 0, n);
            case L2 -> (float) Math.sqrt(sum(squares(x, from, n), 0, n));
            case MAX -> max(x, from, n);
            case MIN -> {
                float least = Float.POSITIVE_INFINITY;
                for (int i = from; i < from + n; i++) {
                    least = x[i] < least ? x[i] : least;
                }
                yield least;
            }
            case PROD -> {
                float product = 1;
                for (int i = from; i < from + n; i++) {
                    product *= x[i];
                }
                yield product;
            }
        };
    }

    private static float sum(float[] x, int from, int n) {
        float[] partial = new float[16];
        for (int i = 0; i < n; i++) {
            partial[i % 16] += x[from + i];
        }
        for (int half = 8; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                partial[i] += partial[i + half];
            }
        }
        return partial[0];
    }

    private static float max(float[] x, int from, int n) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = from; i < from + n; i++) {
            most = x[i] > most ? x[i] : most;
        }
        return most;
    }

    private static float[] squares(float[] x, int from, int n) {
        float[] squares = new float[n];
        for (int i = 0; i < n; i++) {
            squares[i] = x[from + i] * x[from + i];
        }
        return squares;
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
        long result = switch (kind) {
            case SUM, MEAN, SUM_SQUARE, L2 -> 0;
            case PROD -> 1;
            case MAX, MIN -> x.integer(from);
        };
        for (int i = from; i < from + n; i++) {
            long v = x.integer(i);
            result = switch (kind) {
                case SUM, MEAN -> result + v;
                case SUM_SQUARE, L2 -> result + v * v;
                case PROD -> result * v;
                case MAX -> Integers.binary(BinaryKind.MAX, result, v, type);
                case MIN -> Integers.binary(BinaryKind.MIN, result, v, type);
            };
        }
        return Integers.wrap(kind == ReduceKind.MEAN ? result / n
                : kind == ReduceKind.L2 ? (long) Math.sqrt((double) result) : result, type);
    }

    static Tensor softmax(Softmax op, Tensor x) {
        Rows rows = Rows.along(x, op.axis());
        int n = rows.length();
        float[] in = rows.tensor().floats();
        Tensor moved = Tensor.zeros(rows.tensor().type());
        float[] out = moved.floats();
        for (int from = 0; from < out.length; from += n) {
            float max = max(in, from, n);
            for (int i = from; i < from + n; i++) {
                out[i] = (float) WideFloats.unary(UnaryKind.EXP, op.beta() * (in[i] - max));
            }
            float sum = sum(out, from, n);
            for (int i = from; i < from + n; i++) {
                out[i] /= sum;
            }
        }
        return rows.back(moved);
    }

    static Tensor logSoftmax(LogSoftmax op, Tensor x) {
        Rows rows = Rows.along(x, op.axis());
        int n = rows.length();
        float[] in = rows.tensor().floats();
        Tensor moved = Tensor.zeros(rows.tensor().type());
        float[] out = moved.floats();
        for (int from = 0; from < out.length; from += n) {
            float max = max(in, from, n);
            for (int i = from; i < from + n; i++) {
                out[i] = (float) WideFloats.unary(UnaryKind.EXP, in[i] - max);
            }
            float log = (float) WideFloats.unary(UnaryKind.LOG, sum(out, from, n));
            for (int i = from; i < from + n; i++) {
                out[i] = in[i] - max - log;
            }
        }
        return rows.back(moved);
    }
}
