package quantwright.compiler.quant;

import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * A layer's parameters as chosen by a quantization method, before they become constants of a graph.
 *
 * @param bits storage of the weights
 * @param values stored values, outputs outermost
 * @param scales one for each output, or one for all
 * @param bias real bias of each output, with whatever a method adds to it
 */
record StoredWeights(WeightBits bits, byte[] values, float[] scales, float[] bias) {
    /** Half of what the accumulator's contract allows: corrections may add to a bias. */
    private static final double BIAS_LIMIT = 1 << 29;

    /** Scale of output {@code o}. */
    float scale(int o) {
        return scales[scales.length == 1 ? 0 : o];
    }

    /** Real that weight {@code k} of output {@code o} stands for. */
    double real(int o, int k) {
        return (double) scale(o) * values[o * (values.length / bias.length) + k];
    }

    /** The weights as a tensor of the given shape. */
    Tensor weights(Shape shape, boolean perChannel) {
        QuantizedType type = perChannel ? QuantizedType.perAxis(bits.storage(), 0, scales)
                : QuantizedType.perTensor(bits.storage(), scales[0], 0);
        return Tensor.of(new TensorType(type, shape), values);
    }

    /** The bias in units of the accumulator. */
    Tensor bias(float inputScale) {
        int[] b = new int[bias.length];
        for (int o = 0; o < b.length; o++) {
            b[o] = Scales.quantizeBias(bias[o], inputScale, scale(o));
        }
        return Tensor.of(TensorType.of(ScalarType.I32, b.length), b);
    }

    /** Least weight scale with which a bias fits its accumulator. */
    static double leastScale(float bias, float inputScale) {
        return Math.abs((double) bias) / BIAS_LIMIT / inputScale * 1.0000002;
    }
}
