package quantwright.backend.llvm.lower;

import java.util.List;
import java.util.stream.IntStream;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Fused;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMul;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Unary;

/**
 * Which operand's memory a result may take. Every kernel behind these ops reads an element of that operand before it
 * writes the result's element of the same index, and never reads it again.
 */
final class InPlace {
    private InPlace() {
    }

    /** The operands whose shape and element size are the result's, the preferred one first. */
    static List<Value> operands(Node node) {
        return switch (node.op()) {
            case QAdd _, QMul _, Binary _ -> IntStream.range(0, 2).filter(i -> fits(node, i)).mapToObj(node::operand)
                    .toList();
            case QLookup _, QClamp _, Requantize _, Unary _, Clip _, LeakyRelu _, Elu _, HardSigmoid _ ->
                    fits(node, 0) ? List.of(node.operand(0)) : List.of();
            case Fused f -> addend(node, f.body().graph());
            default -> List.of();
        };
    }

    /** What a fused region adds to the product it starts with: the epilogue reads it where it stores the sum. */
    private static List<Value> addend(Node node, Graph body) {
        for (Node inner : body) {
            if (inner.op() instanceof QAdd || inner.op() instanceof Binary b && b.kind() == BinaryKind.ADD) {
                for (Value operand : inner.operands()) {
                    int at = body.inputs().indexOf(operand);
                    if (at > 0) {
                        return fits(node, at) ? List.of(node.operand(at)) : List.of();
                    }
                }
            }
        }
        return List.of();
    }

    private static boolean fits(Node node, int i) {
        Value operand = node.operand(i);
        boolean once = node.operands().stream().filter(o -> o == operand).count() == 1;
        return once && !TileOps.isConstant(operand) && operand.type().shape().equals(node.result().type().shape())
                && Placement.elementBytes(operand.type()) == Placement.elementBytes(node.result().type());
    }
}
