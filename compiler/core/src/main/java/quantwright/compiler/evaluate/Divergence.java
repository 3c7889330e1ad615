package quantwright.compiler.evaluate;

import quantwright.ir.data.Tensor;

/** How far class scores are from others of the same sample. */
public final class Divergence {
    private Divergence() {
    }

    /** Real values of a model's output, dequantized if it is quantized. */
    public static float[] scores(Tensor output) {
        return Scores.of(output);
    }

    /**
     * Kullback-Leibler divergence of {@code actual} from {@code expected}, in nats; scores that are no probabilities go
     * through a softmax first.
     */
    public static double of(float[] expected, float[] actual) {
        return Scores.divergence(Scores.logProbabilities(expected, Scores.areProbabilities(expected)),
                Scores.logProbabilities(actual, Scores.areProbabilities(actual)));
    }

    /** Index of the greatest score, the lowest of equals. */
    public static int top1(float[] scores) {
        return Scores.top1(scores);
    }
}
