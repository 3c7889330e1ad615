package quantwright.compiler.importer.tflite;

import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Clip;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** Activations fused into an operator of the model. */
final class Activations {
    private Activations() {
    }

    /** The activation as a node of its own, on reals. */
    static Value onReals(GraphBuilder b, Activation activation, Value x) throws NotImported {
        return switch (activation) {
            case NONE -> x;
            case RELU -> b.append(new Unary(UnaryKind.RELU), x);
            case RELU6 -> b.append(new Clip(0, 6), x);
            case RELU_N1_TO_1 -> b.append(new Clip(-1, 1), x);
            case TANH -> b.append(new Unary(UnaryKind.TANH), x);
            case SIGN_BIT -> throw NotImported.form("fused activation SIGN_BIT");
        };
    }

    /**
     * The activation as limits of the stored result: zero + round(bound / scale) in f32, halves away from zero, as
     * TFLite's {@code CalculateActivationRangeQuantized}.
     */
    static Clamp clamp(Activation activation, TensorType result) throws NotImported {
        if (!(result.element() instanceof QuantizedType.PerTensor q)) {
            throw NotImported.form("the result " + result.element() + " is not quantized per tensor");
        }
        var range = range(q);
        range = switch (activation) {
            case NONE -> range;
            case RELU -> range.narrowTflite(0, Float.POSITIVE_INFINITY, q.scale());
            case RELU6 -> range.narrowTflite(0, 6, q.scale());
            case RELU_N1_TO_1 -> range.narrowTflite(-1, 1, q.scale());
            case TANH, SIGN_BIT -> throw NotImported.form("fused activation " + activation + " on integers");
        };
        return new Clamp(range.min(), range.max());
    }

    /** The activation as a clamp of its own on stored integers; x itself where the clamp does nothing. */
    static Value onIntegers(GraphBuilder b, Activation activation, Value x) throws NotImported {
        var clamp = clamp(activation, x.type());
        return clamp.equals(Clamp.full(x.type().storage())) ? x : b.append(new QClamp(clamp), x);
    }

    /** The whole range of a quantized type. */
    static QuantRange range(QuantizedType.PerTensor q) {
        return new QuantRange(q.zeroPoint(), (int) q.storage().minValue(), (int) q.storage().maxValue());
    }
}
