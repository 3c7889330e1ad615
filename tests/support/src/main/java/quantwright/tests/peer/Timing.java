package quantwright.tests.peer;

import java.util.Arrays;

/**
 * Wall-clock times of repeated runs on one thread.
 *
 * @param minNanos the fastest run
 * @param medianNanos the middle run
 * @param runs how many were measured
 */
public record Timing(long minNanos, long medianNanos, int runs) {
    /** What is measured; may throw, since peers do. */
    @FunctionalInterface
    public interface Action {
        /** Does the work once. */
        void run() throws Exception;
    }

    /** Runs an action unmeasured, then measured one by one. */
    public static Timing of(int warmup, int runs, Action action) throws Exception {
        for (int i = 0; i < warmup; i++) {
            action.run();
        }
        var nanos = new long[runs];
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            action.run();
            nanos[i] = System.nanoTime() - start;
        }
        Arrays.sort(nanos);
        return new Timing(nanos[0], nanos[runs / 2], runs);
    }

    @Override
    public String toString() {
        return String.format("min %.4f ms, median %.4f ms", minNanos / 1e6, medianNanos / 1e6);
    }
}
