package quantwright.compiler.importer;

import java.nio.file.Path;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;

/** Reads model files of one format. Implementations are stateless. */
public interface ModelImporter {
    /** The format's name, for messages: {@code ONNX}, {@code TensorFlow Lite}. */
    String format();

    /** Whether a file of this name, or with these first bytes, is of this format; absent files are judged by name. */
    boolean accepts(Path file);

    /**
     * Reads a model. Everything wrong with it is reported in one go, each fault with a code of
     * {@link ImportDiagnostic}.
     *
     * @param file the model file
     * @param options dimensions and inputs to fix
     * @param sink takes warnings and errors
     * @return a graph with fixed shapes, inputs and outputs as the model states them; float models are at level GRAPH,
     *     already quantized ones may hold QUANT ops and are at level QUANT
     * @throws quantwright.ir.diag.UserErrorException with all diagnostics, if an error is among them
     */
    Graph importModel(Path file, ImportOptions options, DiagnosticSink sink);
}
