package quantwright.compiler.evaluate;

import java.util.Optional;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * How a candidate's outputs compare with a reference's on the same samples.
 *
 * @param samples number of samples
 * @param top1Agreement share of samples with the same best class, in percent
 * @param meanDivergence mean Kullback-Leibler divergence of the candidate from the reference, in nats; outputs that
 *      are no
 *     probabilities go through a softmax first
 * @param paired comparison of accuracies, if there are labels
 */
public record Agreement(long samples, double top1Agreement, double meanDivergence, Optional<PairedTest> paired) {
    /**
     * Compares predictions.
     *
     * @param labels the samples with their labels; empty if there are none
     * @throws UserErrorException if the outputs differ in size
     */
    public static Agreement of(Predictions reference, Predictions candidate, Optional<ModelFeed> labels) {
        if (reference.classes() != candidate.classes() || reference.size() != candidate.size()) {
            throw new UserErrorException(DriverDiagnostic.NOT_COMPARABLE, Location.UNKNOWN, "outputs of "
                    + reference.classes() + " and of " + candidate.classes() + " elements");
        }
        boolean referenceProbable = reference.areProbabilities();
        boolean candidateProbable = candidate.areProbabilities();
        long same = 0;
        long onlyReference = 0;
        long onlyCandidate = 0;
        double divergence = 0;
        for (int i = 0; i < reference.size(); i++) {
            int r = reference.top1(i);
            int c = candidate.top1(i);
            same += r == c ? 1 : 0;
            if (labels.isPresent()) {
                long label = labels.get().label(i);
                onlyReference += r == label && c != label ? 1 : 0;
                onlyCandidate += c == label && r != label ? 1 : 0;
            }
            divergence += Scores.divergence(Scores.logProbabilities(reference.scores(i), referenceProbable),
                    Scores.logProbabilities(candidate.scores(i), candidateProbable));
        }
        PairedTest paired = new PairedTest(reference.size(), onlyReference, onlyCandidate);
        return new Agreement(reference.size(), 100.0 * same / reference.size(), divergence / reference.size(),
                labels.map(_ -> paired));
    }
}
