package quantwright.compiler.quant;

/** Chooses the scales of weights. */
final class WeightScales {
    private static final int CANDIDATES = 64;

    private WeightScales() {
    }

    /**
     * The scale of each output, or of all in one array of length 1.
     *
     * @param w weights, outputs outermost
     * @param least lower bound of each output's scale, by which its bias fits the accumulator
     */
    static float[] choose(float[] w, double[] least, WeightBits bits, WeightOptions options) {
        int outputs = least.length;
        int per = w.length / outputs;
        double[] floor = least;
        int slices = outputs;
        if (!options.perChannel()) {
            floor = new double[] {0};
            for (double l : least) {
                floor[0] = Math.max(floor[0], l);
            }
            per = w.length;
            slices = 1;
        }
        float[] scales = new float[slices];
        for (int o = 0; o < slices; o++) {
            double scale = Math.max(choose(w, o * per, (o + 1) * per, bits, options.range()), floor[o]);
            scales[o] = (float) Math.max(scale, Float.MIN_NORMAL);
        }
        return scales;
    }

    /** The scale of weights {@code from} to {@code to - 1}; 0 if all are 0. */
    static double choose(float[] w, int from, int to, WeightBits bits, WeightRange range) {
        double widest = 0;
        double sum = 0;
        for (int k = from; k < to; k++) {
            double magnitude = Math.abs(w[k]);
            widest = Math.max(widest, magnitude);
            sum += magnitude;
        }
        if (bits == WeightBits.W1) {
            // Least squared error of s * sign(w). Source: M. Rastegari et al., "XNOR-Net", ECCV 2016, section 3.1.
            return sum / Math.max(1, to - from);
        }
        double full = widest / bits.limit();
        return range == WeightRange.MAX || full == 0 ? full : leastError(w, from, to, full, bits);
    }

    private static double leastError(float[] w, int from, int to, double full, WeightBits bits) {
        double best = full;
        double bestError = Double.POSITIVE_INFINITY;
        for (int i = 0; i < CANDIDATES; i++) {
            double scale = full * (1 - (double) i / CANDIDATES);
            double error = 0;
            for (int k = from; k < to && error < bestError; k++) {
                double e = scale * Math.clamp(Math.rint(w[k] / scale), -bits.limit(), bits.limit()) - w[k];
                error += e * e;
            }
            if (error < bestError) {
                bestError = error;
                best = scale;
            }
        }
        return best;
    }
}
