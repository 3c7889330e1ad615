package quantwright.backend;

import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/**
 * Whether the types of a quantized graph are those that a profile's rules allow: models that were quantized elsewhere, and
 * plans made for another chip, may have others.
 */
public final class RuleCheck {
    private RuleCheck() {
    }

    /**
     * Checks zero points of activations and scales of weights.
     *
     * @throws quantwright.ir.diag.UserErrorException naming every node that breaks a rule
     */
    public static void check(Graph graph, HardwareProfile profile) {
        DiagnosticSink problems = new DiagnosticSink();
        for (Value input : graph.inputs()) {
            activation(input, profile, Location.UNKNOWN, problems);
        }
        for (Node node : graph.nodes()) {
            node.results().forEach(r -> activation(r, profile, node.location(), problems));
            if (node.op() instanceof QConv2d || node.op() instanceof QDense) {
                weights(node, profile, problems);
            }
        }
        problems.throwIfErrors();
    }

    private static void activation(Value v, HardwareProfile profile, Location at, DiagnosticSink problems) {
        TensorType type = v.type();
        if (type.isQuantized() && type.element() instanceof QuantizedType.PerTensor t && t.zeroPoint() != 0
                && !profile.quantization().activationZeroPoints()) {
            problems.report(BackendDiagnostic.RULE_BROKEN, at, "'" + v.name() + "' has zero point " + t.zeroPoint()
                    + "; " + profile.id() + " takes activations without");
        }
    }

    private static void weights(Node node, HardwareProfile profile, DiagnosticSink problems) {
        QuantizationRules rules = profile.quantization();
        String what = node.op().mnemonic() + " '" + node.result().name() + "'";
        if (!rules.perChannelWeights() && !(node.operand(1).type().element() instanceof QuantizedType.PerTensor)) {
            problems.report(BackendDiagnostic.RULE_BROKEN, node.location(), what + " has several scales of weights; "
                    + profile.id() + " takes one");
        }
    }
}
