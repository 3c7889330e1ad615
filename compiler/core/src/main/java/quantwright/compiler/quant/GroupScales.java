package quantwright.compiler.quant;

/**
 * Chooses the scales of weights with a multiplier for each group of inputs: a scale for each output, and for each group the
 * integer multiplier with the least squared error of its weights. Source: S. Dai et al., "VS-Quant: per-vector scaled
 * quantization for accurate low-precision neural network inference", MLSys 2021, section 4.4.
 */
final class GroupScales {
    /** Sums of products stay below this, whatever is stored, so that a bias of as much fits i32 beside them. */
    private static final double SUM_LIMIT = 1 << 30;
    /** Greatest distance of an 8-bit activation from its zero point. */
    private static final int REACH = 255;

    private GroupScales() {
    }

    /** The greatest multiplier with which sums over {@code inputs} weights are proven to fit. */
    static int most(int inputs, WeightBits bits) {
        return (int) Math.clamp(SUM_LIMIT / ((double) REACH * bits.limit() * inputs), 1, 255);
    }

    /**
     * Scales and multipliers of a layer; the stored values are 0.
     *
     * @param w weights, outputs outermost
     * @param least lower bound of each output's scale, by which its bias fits the accumulator
     * @param size inputs of a group
     */
    static StoredWeights choose(float[] w, double[] least, WeightBits bits, WeightRange range, int size, float[] bias) {
        int outputs = least.length;
        int per = w.length / outputs;
        int groups = Math.ceilDiv(per, size);
        int most = most(per, bits);
        float[] scales = new float[outputs];
        int[] multipliers = new int[outputs * groups];
        for (int o = 0; o < outputs; o++) {
            double[] wanted = new double[groups];
            double widest = 0;
            for (int g = 0; g < groups; g++) {
                wanted[g] = WeightScales.choose(w, o * per + g * size, o * per + Math.min(per, (g + 1) * size), bits, range);
                widest = Math.max(widest, wanted[g]);
            }
            scales[o] = (float) Math.max(Math.max(widest / most, least[o]), Float.MIN_NORMAL);
            for (int g = 0; g < groups; g++) {
                multipliers[o * groups + g] = nearest(w, o * per + g * size, o * per + Math.min(per, (g + 1) * size),
                        wanted[g] / scales[o], scales[o], bits, most);
            }
        }
        return new StoredWeights(bits, new byte[w.length], scales, new StoredWeights.Groups(size, multipliers), bias);
    }

    /** Of the two multipliers around {@code wanted} that with the lesser error. */
    private static int nearest(float[] w, int from, int to, double wanted, double scale, WeightBits bits, int most) {
        int low = (int) Math.clamp(Math.floor(wanted), 1, most);
        int high = (int) Math.clamp(Math.ceil(wanted), 1, most);
        return error(w, from, to, scale * low, bits) <= error(w, from, to, scale * high, bits) ? low : high;
    }

    private static double error(float[] w, int from, int to, double step, WeightBits bits) {
        double sum = 0;
        for (int k = from; k < to; k++) {
            double e = step * bits.nearest(w[k] / step) - w[k];
            sum += e * e;
        }
        return sum;
    }
}
