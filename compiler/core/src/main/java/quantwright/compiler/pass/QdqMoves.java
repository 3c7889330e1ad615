package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Gather;
import quantwright.ir.op.Identity;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Moves ops that only move elements, or take the greatest of some, before the Dequantize of their operand. */
final class QdqMoves {
    private QdqMoves() {
    }

    // move(dequantize(x)) -> dequantize(move(x)): dequantization is monotone and the same for every element
    static boolean hoist(Graph graph, Node node) {
        if (node.operands().isEmpty() || graph.isUnused(node.result())) {
            return false;
        }
        Value stored = Qdq.beneath(node.operand(0));
        if (stored == null || !(stored.type().element() instanceof QuantizedType.PerTensor p)
                || p.expressed() != ScalarType.F32 || !isMove(node.op())
                // The place of variable transposes is canonical-axis-order's.
                || node.op() instanceof Transpose && !Constants.isConstant(stored)) {
            return false;
        }
        List<Value> operands = new ArrayList<>(node.operands());
        operands.set(0, stored);
        Node moved = graph.insertBefore(node, node.op(), operands, List.of(), node.location());
        Node reals = graph.insertBefore(node, new Dequantize(), List.of(moved.result()), List.of(), node.location());
        graph.replaceAllUses(node.result(), reals.result());
        return true;
    }

    // quantize(move(x)) -> move(quantize(x)), where x is computed in float: each element is quantized alike
    static boolean sink(Graph graph, Node node) {
        if (!(node.op() instanceof Quantize) || !Qdq.isByte(node.result()) || graph.isUnused(node.result())) {
            return false;
        }
        Value moved = node.operand(0);
        if (moved.isInput() || !Qdq.isReadOnce(graph, moved) || !isMove(moved.producer().op())
                || moved.producer().op() instanceof Transpose || moved.producer().op() instanceof MaxPool
                || moved.producer().operand(0).isInput() || Qdq.beneath(moved.producer().operand(0)) != null) {
            return false;
        }
        List<Value> operands = new ArrayList<>(moved.producer().operands());
        Node quantized = graph.insertBefore(node, node.op(), List.of(operands.getFirst()),
                List.of(node.result().type().element()), node.location());
        operands.set(0, quantized.result());
        Node made = graph.insertBefore(node, moved.producer().op(), operands, List.of(), moved.producer().location());
        graph.replaceAllUses(node.result(), made.result());
        return true;
    }

    /** Whether each element of an op's result is one of its operand's, or zero. */
    static boolean isMove(Op op) {
        return switch (op) {
            case MaxPool _, Reshape _, Slice _, Expand _, DepthToSpace _, SpaceToDepth _, ChannelShuffle _, Gather _,
                 Identity _, Transpose _ -> true;
            case Pad p -> p.mode() != PadMode.CONSTANT || p.value() == 0;
            case Resize r -> r.spec().mode() == ResizeMode.NEAREST;
            default -> false;
        };
    }
}
