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
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.peer.Timing;

/**
 * One call of a whole model, one thread: ours and the peers'. {@link SideBySide} measures the same in turns, which
 * compares better; this shows the spread. Forms that a model does not have are refused.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class ModelBenchmark {
    /** Id in the catalogue; {@link BenchmarkRunner} puts all of them here. */
    @Param("glyphs")
    public String model;
    /** Who runs it. */
    @Param({"OURS_FLOAT", "OURS_INT8", "OURS_FILE", "ONNX_RUNTIME", "XNNPACK_FLOAT", "XNNPACK_INT8", "BUILTIN_FLOAT",
        "BUILTIN_INT8"})
    public String form;

    private final Contenders contenders = new Contenders();
    private Timing.Action action;

    /** Loads or compiles the model. */
    @Setup(Level.Trial)
    public void open() throws Exception {
        CatalogueModel entry = ModelCatalogue.load().get(model);
        Contenders.Kind kind = Contenders.Kind.valueOf(form);
        if (!Contenders.kinds(entry).contains(kind)) {
            throw new IllegalArgumentException(model + " has no form " + kind);
        }
        contenders.add(entry, kind);
        action = contenders.actions().get(kind);
    }

    /** Frees it. */
    @TearDown(Level.Trial)
    public void close() {
        contenders.close();
    }

    /** One call. */
    @Benchmark
    public void run() throws Exception {
        action.run();
    }
}
