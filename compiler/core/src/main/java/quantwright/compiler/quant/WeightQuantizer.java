package quantwright.compiler.quant;

import quantwright.ir.data.Tensor;

/** Symmetric weights with a scale for each output (axis 0) or one for all, each rounded on its own. */
final class WeightQuantizer {
    private WeightQuantizer() {
    }

    /**
     * Quantizes a layer's parameters.
     *
     * @param weights f32, outputs outermost
     * @param bias f32 for each output, or null
     * @param inputScale scale of the layer's input
     * @param group inputs whose weights share a multiplier of the scale; 0 for none
     * @param inputMeans mean of each input channel, by which the rounding error of the weights shifts the outputs: the bias
     *     takes that shift back (M. Nagel et al., ICCV 2019, section 4.2); null to leave the bias alone
     */
    static StoredWeights quantize(Tensor weights, float[] bias, float inputScale, WeightBits bits, WeightOptions options,
            int group, double[] inputMeans) {
        int outputs = weights.type().dim(0);
        float[] w = weights.floats();
        float[] b = bias == null ? new float[outputs] : bias.clone();
        double[] least = new double[outputs];
        for (int o = 0; o < outputs; o++) {
            // The bias shares the accumulator, so a tiny channel with a large bias takes a larger step.
            least[o] = StoredWeights.leastScale(b[o], inputScale);
        }
        StoredWeights stored = group > 0 ? GroupScales.choose(w, least, bits, options.range(), group, b)
                : new StoredWeights(bits, new byte[w.length], WeightScales.choose(w, least, bits, options), null, b);
        int per = w.length / outputs;
        for (int i = 0; i < w.length; i++) {
            stored.values()[i] = (byte) bits.nearest((double) w[i] / stored.step(i / per, i % per));
        }
        if (inputMeans != null) {
            int inputs = weights.type().dim(-1);
            int outputsOfGroup = outputs / (inputMeans.length / inputs);
            for (int o = 0; o < outputs; o++) {
                float corrected = (float) (b[o] - shift(w, stored, o, inputMeans, inputs, o / outputsOfGroup * inputs));
                // A correction that the accumulator cannot hold is left out.
                b[o] = StoredWeights.leastScale(corrected, inputScale) <= stored.scale(o) ? corrected : b[o];
            }
        }
        return stored;
    }

    /** Mean error of output {@code o} that rounding its weights causes; its group's inputs start at {@code firstInput}. */
    private static double shift(float[] w, StoredWeights stored, int o, double[] inputMeans, int inputs, int firstInput) {
        int per = w.length / stored.bias().length;
        double sum = 0;
        for (int k = 0; k < per; k++) {
            sum += (stored.real(o, k) - w[o * per + k]) * inputMeans[firstInput + k % inputs];
        }
        return sum;
    }
}
