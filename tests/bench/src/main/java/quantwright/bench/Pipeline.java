package quantwright.bench;

import java.nio.file.Path;
import java.util.List;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.compiler.pass.GraphPasses;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.compiler.quant.Calibrator;
import quantwright.compiler.quant.GraphQuantizer;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.pass.NameValues;
import quantwright.ir.pass.PassContext;

/** The compiler's phases one by one, so that each can be measured. */
final class Pipeline {
    private static final List<ModelImporter> IMPORTERS = List.of(new OnnxImporter(), new TfliteImporter());

    private Pipeline() {
    }

    static Graph read(Path file) {
        DiagnosticSink sink = new DiagnosticSink();
        ModelImporter importer = IMPORTERS.stream().filter(i -> i.accepts(file)).findFirst().orElseThrow();
        return importer.importModel(file, ImportOptions.none(), sink);
    }

    /** Normalizes in place, as the driver does. */
    static Graph normalize(Graph graph) {
        DiagnosticSink sink = new DiagnosticSink();
        PassContext context = new PassContext(sink);
        new NameValues().run(graph, context);
        GraphPasses.normalizeToFixpoint().run(graph, context);
        GraphPasses.normalizeStorage().run(graph, context);
        new NameValues().run(graph, context);
        sink.throwIfErrors();
        return graph;
    }

    static CalibrationStatistics calibrate(Graph graph, ModelFeed feed) {
        try (Executor executor = Host.backend().load(compile(graph, false))) {
            return new Calibrator(graph, executor).run(feed, Progress.SILENT);
        }
    }

    /** By the standard recipe. */
    static Graph quantize(Graph graph, CalibrationStatistics statistics) {
        return quantize(graph, statistics, QuantizationOptions.standard());
    }

    static Graph quantize(Graph graph, CalibrationStatistics statistics, QuantizationOptions options) {
        Graph quantized = GraphQuantizer.quantize(graph, statistics, options);
        new NameValues().run(quantized, new PassContext(new DiagnosticSink()));
        return quantized;
    }

    static CompiledModel compile(Graph graph, boolean fuse) {
        return Host.backend().compile(new CompileRequest(graph, Host.profile(), "model", fuse, Progress.SILENT));
    }

    static Executor executor(Graph graph) {
        return Host.backend().load(compile(graph, true));
    }
}
