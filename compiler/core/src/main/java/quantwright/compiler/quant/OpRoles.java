package quantwright.compiler.quant;

import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Expand;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Identity;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;

/** What quantization does with each op of a float graph. */
enum OpRoles {
    /** Convolution or dense layer by constant weights. */
    PRODUCT,
    /** Elementwise addition, subtraction or multiplication. */
    ELEMENTWISE,
    /** Average over a window or over axes. */
    AVERAGE,
    /** Any other function of one element: a table. */
    TABLE,
    /** A softmax: integer where what reads it has 8 bits anyway. */
    SOFTMAX,
    /** A clamp: part of its producer, or a clamp of stored values. */
    CLAMP,
    /** Moves elements, which keep scale and zero point. */
    MOVE,
    /** Joins operands, which share scale and zero point. */
    JOIN,
    /** A constant. */
    CONSTANT,
    /** Stays float. */
    FLOAT;

    /** The role of a node, apart from any skip list. */
    static OpRoles of(Node node) {
        if (!(node.op() instanceof Constant) && node.results().getFirst().type().element() != ScalarType.F32) {
            return FLOAT;
        }
        return switch (node.op()) {
            case Constant _ -> CONSTANT;
            case Conv2d _, Dense _ -> isConstant(node.operand(1)) && !isConstant(node.operand(0))
                    && (node.operands().size() < 3 || isConstant(node.operand(2))) ? PRODUCT : FLOAT;
            case Binary b when b.kind() == BinaryKind.ADD || b.kind() == BinaryKind.SUB || b.kind() == BinaryKind.MUL ->
                    ELEMENTWISE;
            case AvgPool _ -> AVERAGE;
            case Reduce r when r.kind() == ReduceKind.MEAN -> AVERAGE;
            case Unary u when u.kind() == UnaryKind.RELU -> CLAMP;
            case Clip _ -> CLAMP;
            case Unary u when u.kind() != UnaryKind.NOT && u.kind() != UnaryKind.LOG && u.kind() != UnaryKind.EXP
                    && u.kind() != UnaryKind.RECIPROCAL -> TABLE;
            case LeakyRelu _, Elu _, HardSigmoid _ -> TABLE;
            case MaxPool _, Reshape _, Transpose _, Slice _, Expand _, DepthToSpace _, SpaceToDepth _, ChannelShuffle _,
                    Identity _, Resize _ -> MOVE;
            case Pad p when p.mode() == PadMode.CONSTANT && p.value() == 0 -> MOVE;
            case Concat _ -> JOIN;
            case Softmax _ -> SOFTMAX;
            default -> FLOAT;
        };
    }

    static boolean isConstant(Value value) {
        return !value.isInput() && value.producer().op() instanceof Constant;
    }

    /** Lower bound of a clamp op. */
    static float low(Op clamp) {
        return clamp instanceof Clip c ? c.min() : 0;
    }

    /** Upper bound of a clamp op. */
    static float high(Op clamp) {
        return clamp instanceof Clip c ? c.max() : Float.POSITIVE_INFINITY;
    }
}
