package quantwright.compiler.evaluate;

import java.util.List;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Program;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;

/** A model's first output on the first samples of a set, as scores. */
public final class Predictions {
    private final float[][] scores;

    private Predictions(float[][] scores) {
        this.scores = scores;
    }

    /**
     * Runs a program over samples, one at a time, on every processor.
     *
     * @param count how many samples, from the first
     * @throws quantwright.ir.diag.UserErrorException if a sample cannot be used, naming it
     */
    public static Predictions of(Program program, ModelFeed feed, long count, Progress progress) {
        float[][] scores = new float[Math.toIntExact(count)][];
        ParallelSamples.run("evaluating", count, program::open, progress, (sample, executor) ->
                scores[(int) sample] = Scores.of(run(executor, feed, sample).getFirst()));
        return new Predictions(scores);
    }

    static List<Tensor> run(Executor executor, ModelFeed feed, long sample) {
        return executor.run(inputs(feed, sample));
    }

    static List<Tensor> inputs(ModelFeed feed, long sample) {
        try {
            return feed.inputs(sample);
        } catch (FormatException e) {
            throw e.toUserError();
        }
    }

    /** Number of samples. */
    public int size() {
        return scores.length;
    }

    /** Number of classes, or of output elements. */
    public int classes() {
        return scores.length == 0 ? 0 : scores[0].length;
    }

    /** Class with the greatest score, the lowest of equals. */
    public int top1(int sample) {
        return Scores.top1(scores[sample]);
    }

    /** Share of samples whose label is among the {@code k} greatest scores, in percent. */
    public double accuracy(ModelFeed feed, int k) {
        long hits = 0;
        for (int i = 0; i < scores.length; i++) {
            hits += Scores.inTop(scores[i], feed.label(i), k) ? 1 : 0;
        }
        return 100.0 * hits / scores.length;
    }

    /** Whether the scores of every sample are probabilities already. */
    boolean areProbabilities() {
        for (float[] s : scores) {
            if (!Scores.areProbabilities(s)) {
                return false;
            }
        }
        return true;
    }

    float[] scores(int sample) {
        return scores[sample];
    }
}
