package quantwright.compiler.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;

/** Runs work on every sample of a set, a worker for each processor. What fails first in sample order is thrown. */
final class ParallelSamples {
    /** Work on one sample with a worker's own executor. */
    @FunctionalInterface
    interface Work {
        void on(long sample, Executor executor);
    }

    private ParallelSamples() {
    }

    /**
     * Runs work on samples 0 to {@code count - 1}.
     *
     * @param executors makes an executor once for each worker and closed with it
     */
    static void run(String activity, long count, Supplier<Executor> executors, Progress progress, Work work) {
        int workers = (int) Math.max(1, Math.min(count, Runtime.getRuntime().availableProcessors()));
        Run run = new Run(activity, count, executors, progress, work);
        progress.update(activity, 0, count);
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            List<Future<?>> futures = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                futures.add(pool.submit(run::work));
            }
            for (Future<?> future : futures) {
                await(future, run);
            }
        }
        run.throwFirstFailure();
    }

    private static void await(Future<?> future, Run run) {
        try {
            future.get();
        } catch (InterruptedException e) {
            run.stop.set(true);
            Thread.currentThread().interrupt();
            throw new CancellationException("evaluation was cancelled");
        } catch (ExecutionException e) {
            run.stop.set(true);
            if (e.getCause() instanceof RuntimeException r) {
                throw r;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** State of one run. */
    private static final class Run {
        private final String activity;
        private final long count;
        private final Supplier<Executor> executors;
        private final Progress progress;
        private final Work work;
        private final AtomicLong next = new AtomicLong();
        private final AtomicBoolean stop = new AtomicBoolean();
        private long done;
        private long failedSample = Long.MAX_VALUE;
        private RuntimeException failure;

        Run(String activity, long count, Supplier<Executor> executors, Progress progress, Work work) {
            this.activity = activity;
            this.count = count;
            this.executors = executors;
            this.progress = progress;
            this.work = work;
        }

        void work() {
            try (Executor mine = executors.get()) {
                for (long sample = next.getAndIncrement(); sample < count
                        && !stop.get(); sample = next.getAndIncrement()) {
                    try {
                        work.on(sample, mine);
                    } catch (RuntimeException e) {
                        fail(sample, e);
                    }
                    step();
                }
            }
        }

        private synchronized void fail(long sample, RuntimeException e) {
            // Samples are handed out in order, so every one before this is done or under way.
            stop.set(true);
            if (sample < failedSample) {
                failedSample = sample;
                failure = e;
            }
        }

        private synchronized void step() {
            progress.update(activity, ++done, count);
        }

        private synchronized void throwFirstFailure() {
            if (failure != null) {
                throw failure;
            }
        }
    }
}
