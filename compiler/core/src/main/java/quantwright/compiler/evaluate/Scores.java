package quantwright.compiler.evaluate;

import quantwright.ir.data.Tensor;
import quantwright.ir.type.QuantizedType;

/** A model's first output as class scores. */
final class Scores {
    private Scores() {
    }

    /** Real values of an output: dequantized if it is quantized per tensor. */
    static float[] of(Tensor output) {
        if (output.type().storage().isFloat()) {
            return output.array() instanceof float[] f ? f.clone() : wide(output);
        }
        float scale = 1;
        int zero = 0;
        if (output.type().element() instanceof QuantizedType.PerTensor q) {
            scale = q.scale();
            zero = q.zeroPoint();
        }
        float[] values = new float[output.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (output.integer(i) - zero) * scale;
        }
        return values;
    }

    private static float[] wide(Tensor output) {
        if (!(output.array() instanceof double[] d)) {
            throw new IllegalArgumentException("outputs of type " + output.type().storage() + " are no scores");
        }
        float[] values = new float[d.length];
        for (int i = 0; i < d.length; i++) {
            values[i] = (float) d[i];
        }
        return values;
    }

    /** Index of the greatest score, the lowest of equals. */
    static int top1(float[] scores) {
        int best = 0;
        for (int i = 1; i < scores.length; i++) {
            if (scores[i] > scores[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Whether fewer than {@code k} classes come before {@code label}: greater scores, or equal ones of lower index. */
    static boolean inTop(float[] scores, long label, int k) {
        if (label < 0 || label >= scores.length) {
            return false;
        }
        int before = 0;
        for (int i = 0; i < scores.length; i++) {
            if (scores[i] > scores[(int) label] || scores[i] == scores[(int) label] && i < label) {
                before++;
            }
        }
        return before < k;
    }

    /** Whether scores are probabilities already: none negative, none much over 1, a sum near 1. */
    static boolean areProbabilities(float[] scores) {
        double sum = 0;
        for (float s : scores) {
            if (!(s >= 0 && s <= 1.001)) {
                return false;
            }
            sum += s;
        }
        // An int8 softmax over many classes rounds most of its tail away.
        return sum > 0.5 && sum < 1.5;
    }

    /** Natural logarithms of the softmax of scores; of the scores themselves, normalized, if they are probabilities. */
    static double[] logProbabilities(float[] scores, boolean probabilities) {
        double[] logs = new double[scores.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < scores.length; i++) {
            // A probability that rounded to 0 counts as one below what 8 bits can show.
            logs[i] = probabilities ? Math.log(Math.max(scores[i], 1e-6)) : scores[i];
            max = Math.max(max, logs[i]);
        }
        double sum = 0;
        for (double l : logs) {
            sum += Math.exp(l - max);
        }
        double norm = max + Math.log(sum);
        for (int i = 0; i < logs.length; i++) {
            logs[i] -= norm;
        }
        return logs;
    }

    /** Kullback-Leibler divergence of q from p, in nats. */
    static double divergence(double[] logP, double[] logQ) {
        double sum = 0;
        for (int i = 0; i < logP.length; i++) {
            sum += Math.exp(logP[i]) * (logP[i] - logQ[i]);
        }
        return Math.max(0, sum);
    }
}
