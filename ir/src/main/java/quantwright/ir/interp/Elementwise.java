package quantwright.ir.interp;

import quantwright.ir.arith.FloatMath;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elementwise functions, in f32, f64 or plain integers. */
final class Elementwise {
    /** A function of f32. */
    @FunctionalInterface
    private interface Function {
        float at(float x);
    }

    private Elementwise() {
    }

    static Tensor binary(BinaryKind kind, Tensor left, Tensor right, TensorType result) {
        Tensor a = StridedCopy.expand(left, result.shape());
        Tensor b = StridedCopy.expand(right, result.shape());
        Tensor out = Tensor.zeros(result);
        switch (result.storage()) {
            case F32 -> floats(kind, a.floats(), b.floats(), out.floats());
            case F64 -> {
                for (int i = 0; i < out.size(); i++) {
                    out.doubles()[i] = WideFloats.binary(kind, a.doubles()[i], b.doubles()[i]);
                }
            }
            default -> {
                for (int i = 0; i < out.size(); i++) {
                    out.setInteger(i, Integers.binary(kind, a.integer(i), b.integer(i), result.storage()));
                }
            }
        }
        return out;
    }

    private static void floats(BinaryKind kind, float[] a, float[] b, float[] out) {
        switch (kind) {
            case ADD -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] + b[i];
                }
            }
            case SUB -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] - b[i];
                }
            }
            case MUL -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] * b[i];
                }
            }
            case DIV -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] / b[i];
                }
            }
            case MIN -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] < b[i] ? a[i] : b[i];
                }
            }
            case MAX -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] > b[i] ? a[i] : b[i];
                }
            }
            case POW -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = FloatMath.pow(a[i], b[i]);
                }
            }
            case MOD -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = a[i] % b[i];
                }
            }
        }
    }

    static Tensor unary(UnaryKind kind, Tensor x, TensorType result) {
        if (result.storage() == ScalarType.F32 && kind != UnaryKind.RELU) {
            return map(x, function(kind), result);
        }
        Tensor out = Tensor.zeros(result);
        if (result.storage() == ScalarType.F32) {
            relu(x.floats(), out.floats());
            return out;
        }
        for (int i = 0; i < out.size(); i++) {
            if (result.storage() == ScalarType.F64) {
                out.doubles()[i] = WideFloats.unary(kind, x.doubles()[i]);
            } else {
                out.setInteger(i, Integers.unary(kind, x.integer(i), result.storage()));
            }
        }
        return out;
    }

    /** In a loop of its own, as the commonest of all. */
    private static void relu(float[] x, float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = x[i] < 0 ? 0 : x[i];
        }
    }

    private static Function function(UnaryKind kind) {
        return switch (kind) {
            case RELU -> x -> x < 0 ? 0 : x;
            case SIGMOID -> FloatMath::sigmoid;
            case TANH -> FloatMath::tanh;
            case EXP -> FloatMath::exp;
            case LOG -> FloatMath::log;
            case SQRT -> FloatMath::sqrt;
            case RECIPROCAL -> x -> 1f / x;
            case NEG -> x -> -x;
            case ABS -> Math::abs;
            case FLOOR -> x -> (float) Math.floor(x);
            case CEIL -> x -> (float) Math.ceil(x);
            case ROUND -> x -> (float) Math.rint(x);
            case SIGN -> x -> x > 0 ? 1 : x < 0 ? -1 : x;
            case ERF -> FloatMath::erf;
            case GELU -> FloatMath::gelu;
            case GELU_TANH -> FloatMath::geluTanh;
            case HARD_SWISH -> FloatMath::hardSwish;
            case SOFTPLUS -> FloatMath::softplus;
            case SILU -> FloatMath::silu;
            case SIN -> FloatMath::sin;
            case COS -> FloatMath::cos;
            case NOT -> throw new IllegalArgumentException("NOT is for bool and integers, not f32");
        };
    }

    private static Tensor map(Tensor x, Function f, TensorType result) {
        Tensor out = Tensor.zeros(result);
        float[] from = x.floats();
        float[] to = out.floats();
        for (int i = 0; i < to.length; i++) {
            to[i] = f.at(from[i]);
        }
        return out;
    }

    static Tensor clip(Clip op, Tensor x, TensorType result) {
        float min = op.min();
        float max = op.max();
        if (result.storage() == ScalarType.F32) {
            return map(x, v -> {
                float raised = v < min ? min : v;
                return raised > max ? max : raised;
            }, result);
        }
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            if (result.storage() == ScalarType.F64) {
                double raised = x.doubles()[i] < min ? min : x.doubles()[i];
                out.doubles()[i] = raised > max ? max : raised;
            } else {
                // Bounds beyond the type saturate in the conversion and then never bind.
                out.setInteger(i, Math.min(Math.max(x.integer(i), (long) Math.ceil(min)), (long) Math.floor(max)));
            }
        }
        return out;
    }

    static Tensor leakyRelu(LeakyRelu op, Tensor x, TensorType result) {
        float alpha = op.alpha();
        return result.storage() == ScalarType.F64
                ? WideFloats.map(x, v -> v < 0 ? alpha * v : v, result)
                : map(x, v -> v < 0 ? alpha * v : v, result);
    }

    static Tensor elu(Elu op, Tensor x, TensorType result) {
        float alpha = op.alpha();
        return result.storage() == ScalarType.F64
                ? WideFloats.map(x, v -> v < 0 ? alpha * (StrictMath.exp(v) - 1) : v, result)
                : map(x, v -> v < 0 ? alpha * (FloatMath.exp(v) - 1) : v, result);
    }

    static Tensor hardSigmoid(HardSigmoid op, Tensor x, TensorType result) {
        float alpha = op.alpha();
        float beta = op.beta();
        return result.storage() == ScalarType.F64
                ? WideFloats.map(x, v -> Math.max(0, Math.min(1, alpha * v + beta)), result)
                : map(x, v -> {
                    float line = alpha * v + beta;
                    return line < 0 ? 0 : line > 1 ? 1 : line;
                }, result);
    }

    static Tensor batchNorm(BatchNorm op, Tensor x, float[] scale, float[] bias, float[] mean, float[] variance,
                            TensorType result) {
        int axis = op.axis() < 0 ? op.axis() + x.type().rank() : op.axis();
        int channels = x.type().dim(axis);
        int inner = (int) x.type().shape().product(axis + 1, x.type().rank());
        Tensor out = Tensor.zeros(result);
        float[] deviation = new float[channels];
        for (int c = 0; c < channels; c++) {
            deviation[c] = (float) Math.sqrt(variance[c] + op.epsilon());
        }
        for (int i = 0; i < out.size(); i++) {
            int c = i / inner % channels;
            out.floats()[i] = (x.floats()[i] - mean[c]) / deviation[c] * scale[c] + bias[c];
        }
        return out;
    }
}
