package quantwright.compiler.quant;

import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Symmetric i8 weights in [-127, 127] with a scale for each output (axis 0) or one for all, and their i32 bias. */
final class WeightQuantizer {
    private static final int LIMIT = 127;
    private static final double BIAS_LIMIT = 1 << 30;

    /** Quantized weights and bias; {@code scales} has one entry or one for each output. */
    record Result(Tensor weights, Tensor bias, float[] scales) {
    }

    private WeightQuantizer() {
    }

    /**
     * Quantizes a layer's parameters.
     *
     * @param weights f32, outputs outermost
     * @param bias f32 for each output, or null
     * @param inputScale scale of the layer's input
     * @param inputMeans mean of each input channel, by which the rounding error of the weights shifts the outputs: the bias
     *     takes that shift back (M. Nagel et al., ICCV 2019, section 4.2); null to leave the bias alone
     */
    static Result quantize(Tensor weights, float[] bias, float inputScale, boolean perChannel, double[] inputMeans) {
        int outputs = weights.type().dim(0);
        float[] w = weights.floats();
        int per = w.length / outputs;
        int inputs = weights.type().dim(-1);
        float[] scales = scales(w, outputs, per, bias, inputScale);
        if (!perChannel) {
            float widest = 0;
            for (float s : scales) {
                widest = Math.max(widest, s);
            }
            scales = new float[] {widest};
        }
        byte[] q = new byte[w.length];
        int[] b = new int[outputs];
        for (int o = 0; o < outputs; o++) {
            float scale = scales[scales.length == 1 ? 0 : o];
            for (int k = o * per; k < (o + 1) * per; k++) {
                q[k] = (byte) Math.clamp(Math.rint((double) w[k] / scale), -LIMIT, LIMIT);
            }
            double shift = inputMeans == null ? 0 : shift(w, q, o, per, scale, inputMeans, inputs,
                    o / (outputs / (inputMeans.length / inputs)) * inputs);
            b[o] = Scales.quantizeBias((float) ((bias == null ? 0 : bias[o]) - shift), inputScale, scale);
        }
        QuantizedType type = scales.length == 1 && outputs != 1 || !perChannel
                ? QuantizedType.perTensor(ScalarType.I8, scales[0], 0)
                : QuantizedType.perAxis(ScalarType.I8, 0, scales);
        return new Result(Tensor.of(new TensorType(type, weights.type().shape()), q),
                Tensor.of(TensorType.of(ScalarType.I32, outputs), b), scales);
    }

    /** Mean error of output {@code o} that rounding its weights causes; its group's inputs start at {@code firstInput}. */
    private static double shift(float[] w, byte[] q, int o, int per, float scale, double[] inputMeans, int inputs,
            int firstInput) {
        double sum = 0;
        for (int k = 0; k < per; k++) {
            double mean = inputMeans[firstInput + k % inputs];
            sum += ((double) scale * q[o * per + k] - w[o * per + k]) * mean;
        }
        return sum;
    }

    private static float[] scales(float[] w, int outputs, int per, float[] bias, float inputScale) {
        float[] scales = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            float widest = 0;
            for (int k = o * per; k < (o + 1) * per; k++) {
                widest = Math.max(widest, Math.abs(w[k]));
            }
            double scale = (double) widest / LIMIT;
            if (bias != null) {
                // The bias shares the accumulator, so a tiny channel with a large bias takes a larger step.
                scale = Math.max(scale, Math.abs((double) bias[o]) / BIAS_LIMIT / inputScale * 1.0000002);
            }
            scales[o] = (float) Math.max(scale, Float.MIN_NORMAL);
        }
        return scales;
    }
}
