package quantwright.backend;

/**
 * What a step of a program is expected to take on a machine, without running it.
 *
 * @param step the step
 * @param cycles clock cycles by the profile's throughputs, at its nominal operating point
 * @param bound what they are spent on: {@code products}, {@code instructions}, or reading from {@code l1}, {@code l2},
 *              {@code l3} or {@code dram}
 * @param modelCycles cycles of the step's kernels by the code generator's model of the processor, all data near; NaN where
 *                    it has none
 */
public record StepEstimate(Manifest.Step step, double cycles, String bound, double modelCycles) {
}
