package quantwright.compiler.evaluate;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.backend.Executor.Bound;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.driver.Program;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Latency of one call on this host, one thread, batch as compiled.
 *
 * @param model the model's name
 * @param runsOn what ran
 * @param measurements number of measurements
 * @param callsEach calls in each measurement: 1, or more where one call is too short to be timed alone
 * @param minNanos the shortest measurement, for one call
 * @param medianNanos the median
 * @param p99Nanos the 99th percentile
 */
public record Latency(String model, String runsOn, int measurements, int callsEach, double minNanos, double medianNanos,
                      double p99Nanos) {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final long BATCH_NANOS = 50_000;
    /** In a call shorter than this, it would show that the programs that had their turns before took the caches. */
    private static final long COLD_NANOS = 1_000_000;
    /** Seed of inputs' content. */
    static final int SEED = 1;

    /**
     * When a measurement ends: after so many measurements or so many seconds, whichever comes first.
     *
     * @param runs most measurements of each program
     * @param seconds most time for all programs together
     */
    public record Limit(int runs, double seconds) {
    }

    /**
     * Measures programs side by side: each takes its turn in every round, so that all see the same disturbances.
     *
     * @throws UserErrorException if one of them runs by the interpreter, whose time says nothing about the target
     */
    public static List<Latency> measure(List<Program> programs, Limit limit) {
        return measure(programs, limit, Progress.SILENT);
    }

    /**
     * As {@link #measure(List, Limit)}, telling how far it is.
     *
     * @throws CancellationException if the thread is interrupted
     */
    public static List<Latency> measure(List<Program> programs, Limit limit, Progress progress) {
        Runner[] runners = new Runner[programs.size()];
        try {
            for (int i = 0; i < runners.length; i++) {
                runners[i] = new Runner(programs.get(i));
            }
            for (Runner r : runners) {
                r.warmUp((long) (limit.seconds * 1e9 / 10 / runners.length));
            }
            long begin = System.nanoTime();
            long end = begin + (long) (limit.seconds * 1e9);
            for (int n = 0; n < limit.runs && (n < 3 || System.nanoTime() < end); n++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("the measurement was cancelled");
                }
                // In percent of the time or of the runs, whichever ends sooner.
                progress.update("timing", Math.clamp(Math.max(100 * (System.nanoTime() - begin) / (end - begin),
                        100L * n / limit.runs), 0, 99), 100);
                for (Runner r : runners) {
                    r.measure();
                }
            }
            progress.update("timing", 100, 100);
            return Arrays.stream(runners).map(Runner::result).toList();
        } finally {
            for (Runner r : runners) {
                if (r != null) {
                    r.executor.close();
                }
            }
        }
    }

    /** One program under measurement. */
    private static final class Runner {
        private final Program program;
        private final Executor executor;
        private final Bound bound;
        private int calls = 1;
        private boolean shortCall;
        private double[] nanos = new double[256];
        private int measured;

        Runner(Program program) {
            this.program = program;
            this.executor = program.open();
            this.bound = executor.bind().orElseThrow(() -> {
                executor.close();
                return new UserErrorException(DriverDiagnostic.NO_NATIVE_CODE, Location.UNKNOWN,
                        program.name() + " has no native code here to be measured");
            });
            Random random = new Random(SEED);
            for (int i = 0; i < program.inputs().size(); i++) {
                fill(bound.input(i), program.inputs().get(i), random);
            }
        }

        void warmUp(long budget) {
            long start = System.nanoTime();
            long best = Long.MAX_VALUE;
            int done = 0;
            while (done < 3 || System.nanoTime() - start < budget && done < 20_000) {
                long before = System.nanoTime();
                bound.run();
                best = Math.min(best, System.nanoTime() - before);
                done++;
            }
            calls = (int) Math.max(1, BATCH_NANOS / Math.max(1, best));
            shortCall = best < COLD_NANOS;
        }

        void measure() {
            if (shortCall) {
                bound.run();
            }
            long before = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                bound.run();
            }
            if (measured == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * measured);
            }
            nanos[measured++] = (double) (System.nanoTime() - before) / calls;
        }

        Latency result() {
            double[] sorted = Arrays.copyOf(nanos, measured);
            Arrays.sort(sorted);
            return new Latency(program.name(), executor.description(), measured, calls, sorted[0], quantile(sorted,
                    0.5),
                    quantile(sorted, 0.99));
        }
    }

    /** The least value that a share of the sorted values does not exceed. */
    static double quantile(double[] sorted, double share) {
        return sorted[Math.clamp((int) Math.ceil(share * sorted.length) - 1, 0, sorted.length - 1)];
    }

    /**
     * Fills an input with pseudo-random content, the same in every run: reals in [0, 1), integers over their whole
     * range.
     */
    static void fill(MemorySegment buffer, TensorType type, Random random) {
        if (type.storage() == ScalarType.F32) {
            for (long i = 0; i < type.shape().elementCount(); i++) {
                buffer.setAtIndex(FLOAT, i, random.nextFloat());
            }
        } else if (type.storage().bits() <= 8) {
            byte[] bytes = new byte[(int) buffer.byteSize()];
            random.nextBytes(bytes);
            buffer.copyFrom(MemorySegment.ofArray(bytes));
        }
        // Wider integers are indices: 0 is valid everywhere.
    }
}
