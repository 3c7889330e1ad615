package quantwright.compiler.exporter;

import quantwright.compiler.exporter.onnx.GraphExport;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.QuantOp;

/**
 * Writes a quantized graph as an ONNX model. Inputs and outputs keep names, order, types and layout. Activations of type
 * i8 are stored as u8 (128 more, as is their zero point), weights as they are, biases as i32 at scale s_in * s_w; images
 * lie channels first. Importing the model again gives the same integer ops, under the rounding of the {@code onnx}
 * preset; that of the graph itself is lost, and a warning says so where it was another.
 */
public final class OnnxExporter {
    private OnnxExporter() {
    }

    /**
     * The bytes of an {@code .onnx} file.
     *
     * @param graph normalized and quantized
     * @param sink takes a warning if ONNX rounds otherwise than the graph
     * @throws quantwright.ir.diag.UserErrorException naming every node that the format cannot express, or if the graph
     *     is not quantized
     */
    public static byte[] export(Graph graph, OnnxFormat format, DiagnosticSink sink) {
        boolean quantized = false;
        for (Node node : graph) {
            quantized |= node.op() instanceof QuantOp;
        }
        if (!quantized) {
            sink.report(ExportDiagnostic.NOT_QUANTIZED, Location.UNKNOWN, graph.name() + " computes in float");
            sink.throwIfErrors();
        }
        return new GraphExport(graph, format, sink).run();
    }
}
