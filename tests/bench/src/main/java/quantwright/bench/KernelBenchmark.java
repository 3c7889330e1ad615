package quantwright.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import quantwright.backend.llvm.CodeTarget;

/**
 * Every kernel case; {@code -p kernel=ID,ID} chooses. {@link KernelTable} prints the same as one table. The column
 * {@code gmac} is GMAC/s, to be set beside that of {@link #vnniPeak}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class KernelBenchmark {
    /** A kernel, compiled. */
    @State(Scope.Thread)
    public static class Compiled {
        /** Id of a kernel case; {@link BenchmarkRunner} puts all of them here. */
        @Param("i8:mobilenet-v2:conv1x1:14x14x96-576")
        public String kernel;

        private KernelCase<?> kernelCase;
        private KernelRun run;

        /** Compiles the kernel. */
        @Setup(Level.Trial)
        public void open() {
            CodeTarget target = Host.backend().target(Host.profile());
            kernelCase = KernelCase.all(Host.backend().kernels(target)).get(kernel);
            if (kernelCase == null) {
                throw new IllegalArgumentException("there is no kernel case " + kernel);
            }
            run = new KernelRun(target, kernelCase);
        }

        /** Frees it. */
        @TearDown(Level.Trial)
        public void close() {
            run.close();
        }
    }

    /** The register-only loop. */
    @State(Scope.Thread)
    public static class Peak {
        private VnniPeak loop;

        /** Compiles the loop. */
        @Setup(Level.Trial)
        public void open() {
            loop = new VnniPeak();
        }

        /** Frees it. */
        @TearDown(Level.Trial)
        public void close() {
            loop.close();
        }
    }

    /** One kernel call. */
    @Benchmark
    public void kernel(Compiled compiled, WorkRate rate) {
        compiled.run.run();
        rate.add(compiled.kernelCase);
    }

    /** What the processor does at most: {@code vpdpbusd} on registers alone. */
    @Benchmark
    public void vnniPeak(Peak peak, WorkRate rate) {
        peak.loop.run();
        rate.gmac += VnniPeak.macs() / 1e9;
    }
}
