package quantwright.compiler.exporter.onnx;

import quantwright.compiler.pass.AxisMapping;
import quantwright.compiler.pass.Constants;
import quantwright.compiler.pass.Permutations;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Resize;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.type.Ints;

/** In which axis order an op is written. */
final class OnnxOrders {
    private OnnxOrders() {
    }

    /**
     * Channels first for ops over images; for ops that commute with transposes the order their first variable operand
     * of full rank has already; else the graph's own.
     */
    static Ints of(Node node, ExportedTensors tensors) {
        int rank = node.result().type().rank();
        if (isOverImages(node.op()) && rank == 4) {
            return Permutations.TO_CHANNELS_FIRST;
        }
        Ints own = Permutations.identity(rank);
        int moving = AxisMapping.movingOperands(node);
        Ints order = null;
        for (int i = 0; i < moving; i++) {
            Value operand = node.operand(i);
            if (Constants.isConstant(operand)) {
                continue;
            }
            if (operand.type().rank() != rank) {
                return own;
            }
            order = order == null ? tensors.order(operand) : order;
        }
        return order == null || AxisMapping.map(node, order) == null ? own : order;
    }

    /** The op with its axes in an order from {@link #of}. */
    static Op mapped(Node node, Ints order) {
        return Permutations.isIdentity(order) || isOverImages(node.op()) ? node.op() : AxisMapping.map(node, order);
    }

    private static boolean isOverImages(Op op) {
        return op instanceof Conv2d || op instanceof AvgPool || op instanceof MaxPool || op instanceof Resize
                || op instanceof DepthToSpace || op instanceof SpaceToDepth || op instanceof ChannelShuffle;
    }
}
