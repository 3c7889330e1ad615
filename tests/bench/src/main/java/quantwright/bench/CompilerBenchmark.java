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
import org.openjdk.jmh.annotations.Warmup;
import quantwright.backend.CompiledModel;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.ir.Graph;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** The compiler's phases on catalogue models; {@code -p model=ID,ID} chooses. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class CompilerBenchmark {
    /** A model file. */
    @State(Scope.Benchmark)
    public static class ModelFile {
        /** Id in the catalogue; {@link BenchmarkRunner} puts all of them here. */
        @Param("glyphs")
        public String model;

        private CatalogueModel entry;

        /** Finds it. */
        @Setup(Level.Trial)
        public void find() {
            entry = ModelCatalogue.load().get(model);
        }
    }

    /** An imported graph; passes change it, so each call gets a new one. */
    @State(Scope.Thread)
    public static class Imported {
        private Graph graph;

        /** Imports it, outside the time measured. */
        @Setup(Level.Invocation)
        public void read(ModelFile file) {
            graph = Pipeline.read(file.entry.path());
        }
    }

    /** A normalized graph. */
    @State(Scope.Benchmark)
    public static class Normalized {
        private Graph graph;

        /** Imports and normalizes it. */
        @Setup(Level.Trial)
        public void read(ModelFile file) {
            graph = Pipeline.normalize(Pipeline.read(file.entry.path()));
        }
    }

    /** Statistics of a float model's activations; models with integer arithmetic are refused. */
    @State(Scope.Benchmark)
    public static class Calibrated {
        private CalibrationStatistics statistics;

        /** Runs the calibration samples. */
        @Setup(Level.Trial)
        public void run(ModelFile file, Normalized normalized) throws Exception {
            if (file.entry.isQuantized()) {
                throw new IllegalArgumentException(file.model + " is quantized already");
            }
            statistics = Pipeline.calibrate(normalized.graph, Samples.calibration(file.entry,
                    normalized.graph.inputs().getFirst().type().canonical()));
        }
    }

    /** Model file to graph. */
    @Benchmark
    public Graph importModel(ModelFile file) {
        return Pipeline.read(file.entry.path());
    }

    /** The graph passes to their fixpoint. */
    @Benchmark
    public Graph passes(Imported imported) {
        return Pipeline.normalize(imported.graph);
    }

    /** Float graph and statistics to integer graph. */
    @Benchmark
    public Graph quantize(Normalized normalized, Calibrated calibrated) {
        return Pipeline.quantize(normalized.graph, calibrated.statistics);
    }

    /** Graph to linked code. */
    @Benchmark
    public CompiledModel compile(Normalized normalized) {
        return Pipeline.compile(normalized.graph, true);
    }
}
