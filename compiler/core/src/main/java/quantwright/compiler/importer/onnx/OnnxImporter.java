package quantwright.compiler.importer.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.compiler.importer.onnx.generated.OperatorSetIdProto;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;

/**
 * Reads ONNX models of operator sets 7 to 28. Inputs and outputs keep order, names, types and layout. Ops over spatial
 * axes are channels-last in the IR and come between transposes, which the canonical axis order later cancels. Shape
 * arithmetic is folded, so that every shape is fixed. QuantizeLinear and DequantizeLinear become conversions to and
 * from types that carry scale and zero point; QLinearConv, QLinearMatMul and the integer products become QUANT ops with
 * the rounding of the {@code onnx} preset.
 */
public final class OnnxImporter implements ModelImporter {
    /** Oldest supported version of the default operator set. */
    public static final int MIN_OPSET = 7;
    /** Newest supported version. */
    public static final int MAX_OPSET = 28;

    /** An importer. */
    public OnnxImporter() {
    }

    @Override
    public String format() {
        return "ONNX";
    }

    @Override
    public boolean accepts(Path file) {
        return file.getFileName() != null && file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
    }

    @Override
    public Graph importModel(Path file, ImportOptions options, DiagnosticSink sink) {
        Location location = Location.file(file);
        OnnxFile model = read(file, sink);
        sink.throwIfErrors();
        int opset = opset(model, location, sink);
        sink.throwIfErrors();
        Graph graph = new GraphImport(model, opset, options, sink).run();
        sink.throwIfErrors();
        return graph;
    }

    private static OnnxFile read(Path file, DiagnosticSink sink) {
        try {
            return OnnxFile.read(file);
        } catch (FormatException e) {
            sink.report(e.diagnostic());
            return null;
        }
    }

    private static int opset(OnnxFile model, Location location, DiagnosticSink sink) {
        long version = -1;
        for (OperatorSetIdProto set : model.model().getOpsetImportList()) {
            if (set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx")) {
                version = Math.max(version, set.getVersion());
            }
        }
        if (version < MIN_OPSET || version > MAX_OPSET) {
            sink.report(ImportDiagnostic.UNSUPPORTED_VERSION, location,
                    (version < 0 ? "declares no version of the default operator set" : "uses operator set " + version)
                            + "; supported are " + MIN_OPSET + " to " + MAX_OPSET);
        }
        return (int) version;
    }

    /** Size of the model file, which bounds what folding may produce. */
    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
