package quantwright.compiler.quant;

import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
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
 * @param groups multipliers of the scales for groups of inputs, or null
 * @param bias real bias of each output, with whatever a method adds to it
 */
record StoredWeights(WeightBits bits, byte[] values, float[] scales, Groups groups, float[] bias) {
    /** Half of what the accumulator's contract allows: corrections may add to a bias. */
    private static final double BIAS_LIMIT = 1 << 29;

    /**
     * Multipliers of the scales of outputs.
     *
     * @param size inputs that share one
     * @param multipliers 1 to 255, those of output 0 first
     */
    record Groups(int size, int[] multipliers) {
        /** Multiplier of weight {@code k} of output {@code o}, of {@code inputs} weights. */
        int of(int o, int k, int inputs) {
            return multipliers[o * Math.ceilDiv(inputs, size) + k / size];
        }
    }

    /** Real step of weight {@code k} of output {@code o}. */
    double step(int o, int k) {
        return groups == null ? scale(o) : (double) scale(o) * groups.of(o, k, values.length / bias.length);
    }

    /** Scale of output {@code o}. */
    float scale(int o) {
        return scales[scales.length == 1 ? 0 : o];
    }

    /** Real that weight {@code k} of output {@code o} stands for. */
    double real(int o, int k) {
        return step(o, k) * values[o * (values.length / bias.length) + k];
    }

    /** The weights as a tensor of the given shape. */
    Tensor weights(Shape shape, boolean perChannel) {
        if (groups != null) {
            return Tensor.of(new TensorType(new QuantizedType.PerGroup(bits.storage(), ScalarType.F32, 0, shape.rank() - 1,
                    groups.size, Floats.of(scales), Ints.of(groups.multipliers)), shape), values);
        }
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
