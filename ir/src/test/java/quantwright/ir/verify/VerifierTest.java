package quantwright.ir.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** What no text can say, because its parser refuses it; the rest is in the file tests. */
class VerifierTest {
    private static final TensorType TYPE = TensorType.of(ScalarType.F32, 4);

    private static List<DiagnosticCode> codes(Graph graph) {
        return Verifier.findings(graph).stream().map(f -> f.diagnostic().code()).toList();
    }

    private static Node relu(Graph graph, Value x) {
        return graph.append(new Unary(UnaryKind.RELU), List.of(x), Location.UNKNOWN);
    }

    @Test
    void aUseBeforeTheDefinitionIsFound() {
        Graph graph = new Graph("g", Level.GRAPH);
        Node a = relu(graph, graph.addInput("x", TYPE));
        Node b = relu(graph, a.result());
        graph.addOutput("y", b.result());
        assertEquals(List.of(), codes(graph));
        graph.moveBefore(b, a);
        assertEquals(List.of(IrDiagnostic.ORDER), codes(graph));
        String text = Verifier.annotate(graph);
        int line = text.indexOf("error[QW-V0101]");
        assertTrue(line > 0 && text.substring(0, line).endsWith("%0 = unary(%1) {kind = relu} : f32[4]\n  // "), text);
    }

    @Test
    void valuesOfAnotherGraphAreFound() {
        Graph other = new Graph("other", Level.GRAPH);
        Value foreign = other.addInput("x", TYPE);
        Graph graph = new Graph("g", Level.GRAPH);
        relu(graph, foreign);
        graph.addOutput("y", foreign);
        assertEquals(List.of(IrDiagnostic.ORDER, IrDiagnostic.OUTPUT), codes(graph));
        assertEquals(List.of(IrDiagnostic.USE_LIST, IrDiagnostic.NO_OUTPUT), codes(other));
    }

    @Test
    void anErasedOutputIsFound() {
        Graph graph = new Graph("g", Level.GRAPH);
        Value x = graph.addInput("x", TYPE);
        Node a = relu(graph, x);
        graph.erase(a);
        graph.addOutput("y", a.result());
        assertEquals(List.of(IrDiagnostic.OUTPUT), codes(graph));
    }
}
