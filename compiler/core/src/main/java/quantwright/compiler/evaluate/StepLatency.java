package quantwright.compiler.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.backend.Executor.Bound;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.driver.Program;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * Least time of each step of a program on this host, one thread, where it runs: among its neighbours, with the caches as
 * they leave them. What telling of each step's end costs is taken off all steps alike, so that their sum is the program's
 * least latency.
 *
 * @param totalNanos least latency of one call
 * @param stepNanos least time of each step of the manifest
 */
public record StepLatency(double totalNanos, List<Double> stepNanos) {
    private static final int WARM_UP = 20;
    private static final int KEEP_ROUNDS = 10;

    /** Copies the list. */
    public StepLatency {
        stepNanos = List.copyOf(stepNanos);
    }

    /**
     * The least times of a program that were seen so far, unadjusted.
     *
     * @param total of a call, in nanoseconds
     * @param steps of each step; -1 for a step whose end is never told
     */
    public record Seen(double total, List<Double> steps) {
        /** Copies the list. */
        public Seen {
            steps = List.copyOf(steps);
        }
    }

    /**
     * How far a measurement of several programs got.
     *
     * @param rounds rounds that are done
     * @param programs what was seen of each program; empty before the first round
     */
    public record State(int rounds, List<Seen> programs) {
        /** Before the first round. */
        public static final State START = new State(0, List.of());

        /** Copies the list. */
        public State {
            programs = List.copyOf(programs);
        }
    }

    /**
     * Measures programs side by side, each taking its turn in every round.
     *
     * @param rounds number of rounds in all
     * @param from what an interrupted measurement of the same programs got to
     * @param kept takes the state after every few rounds and after the last
     * @throws UserErrorException if one of them runs by the interpreter
     * @throws CancellationException if the thread is interrupted
     */
    public static List<StepLatency> measure(List<Program> programs, int rounds, State from, Consumer<State> kept,
            Progress progress) {
        List<Runner> runners = new ArrayList<>();
        try {
            programs.forEach(p -> runners.add(new Runner(p)));
            for (int i = 0; i < from.programs().size(); i++) {
                runners.get(i).resume(from.programs().get(i));
            }
            for (int n = from.rounds(); n < rounds; n++) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new CancellationException("the measurement was cancelled");
                }
                progress.update("measuring", n, rounds);
                runners.forEach(Runner::measure);
                if ((n + 1) % KEEP_ROUNDS == 0 || n + 1 == rounds) {
                    kept.accept(new State(n + 1, runners.stream().map(Runner::seen).toList()));
                }
            }
            progress.update("measuring", rounds, rounds);
            return runners.stream().map(Runner::result).toList();
        } finally {
            runners.forEach(r -> r.executor.close());
        }
    }

    /** One program under measurement. */
    private static final class Runner implements IntConsumer {
        private final Program program;
        private final Executor executor;
        private final Bound bound;
        private final double[] least;
        private long last;
        private double total = Double.POSITIVE_INFINITY;

        Runner(Program program) {
            this.program = program;
            executor = program.open();
            bound = executor.bind().orElseThrow(() -> notMeasurable());
            Random random = new Random(Latency.SEED);
            for (int i = 0; i < program.inputs().size(); i++) {
                Latency.fill(bound.input(i), program.inputs().get(i), random);
            }
            least = new double[program.manifest().orElseThrow().steps().size()];
            for (int n = 0; n < WARM_UP; n++) {
                measure();
            }
            Arrays.fill(least, Double.POSITIVE_INFINITY);
            total = Double.POSITIVE_INFINITY;
        }

        void measure() {
            // Brings code and weights back into the caches that other programs took.
            bound.run();
            long before = System.nanoTime();
            bound.run();
            total = Math.min(total, System.nanoTime() - before);
            last = System.nanoTime();
            if (!bound.run(this)) {
                throw notMeasurable();
            }
        }

        /** What was seen before counts as if it had been seen by this runner. */
        void resume(Seen before) {
            total = before.total();
            for (int s = 0; s < least.length; s++) {
                least[s] = before.steps().get(s) < 0 ? Double.POSITIVE_INFINITY : before.steps().get(s);
            }
        }

        Seen seen() {
            return new Seen(total, Arrays.stream(least).mapToObj(n -> n < Double.POSITIVE_INFINITY ? n : -1).toList());
        }

        private UserErrorException notMeasurable() {
            executor.close();
            return new UserErrorException(DriverDiagnostic.NO_NATIVE_CODE, Location.UNKNOWN, program.name()
                    + " has no native code here whose steps can be measured");
        }

        @Override
        public void accept(int step) {
            long at = System.nanoTime();
            least[step] = Math.min(least[step], at - last);
            last = System.nanoTime();
        }

        StepLatency result() {
            double sum = 0;
            int told = 0;
            for (double nanos : least) {
                if (nanos < Double.POSITIVE_INFINITY) {
                    sum += nanos;
                    told++;
                }
            }
            // Sums of least times are below least sums, so the rest may be negative: then nothing is taken off.
            double telling = Math.max(0, (sum - total) / Math.max(1, told));
            List<Double> steps = new ArrayList<>();
            double kept = 0;
            for (double nanos : least) {
                double own = nanos < Double.POSITIVE_INFINITY ? Math.max(0, nanos - telling) : 0;
                steps.add(own);
                kept += own;
            }
            double scale = kept > 0 ? total / kept : 1;
            return new StepLatency(total, steps.stream().map(s -> s * scale).toList());
        }
    }
}
