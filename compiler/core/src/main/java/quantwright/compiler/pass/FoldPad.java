package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;

/**
 * Folds constant spatial padding into the window op that reads it, where that op's own padding computes the same bits.
 */
public final class FoldPad extends RewritePass {
    /** The pass. */
    public FoldPad() {
        super(new PassInfo("fold-pad", "folds spatial padding into convolutions and pools", Level.QUANT,
                List.of("canonical-axis-order")));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("pad-into-convolution", "conv2d(pad(x, 0)) -> conv2d(x) with padding",
                        FoldPad::convolution),
                new Rewrite("pad-into-average", "avg_pool(pad(x, 0)) -> avg_pool(x) that counts its padding",
                        FoldPad::average),
                new Rewrite("pad-into-maximum",
                        "max_pool(pad(x, c)) -> max_pool(x) with padding, where c = -inf, or c = 0 and x >= 0",
                        FoldPad::maximum));
    }

    // conv2d(pad(x, 0)) -> conv2d(x) with padding: both feed the taps 0 (the zero point)
    private static boolean convolution(Graph graph, Node node) {
        if (!(spatialPad(node) instanceof Pad pad && pad.value() == 0)) {
            return false;
        }
        return switch (node.op()) {
            case Conv2d c -> replace(graph, node, new Conv2d(add(c.window(), pad), c.groups()));
            case QConv2d c -> replace(graph, node,
                    new QConv2d(add(c.window(), pad), c.groups(), c.rounding(), c.clamp()));
            default -> false;
        };
    }

    // avg_pool(pad(x, 0)) -> avg_pool(x), padding counted; near miss: a pool whose own padding is not counted
    private static boolean average(Graph graph, Node node) {
        if (!(spatialPad(node) instanceof Pad pad && pad.value() == 0)) {
            return false;
        }
        return switch (node.op()) {
            case AvgPool p when p.countIncludePad() || !p.window().isPadded() -> replace(graph, node,
                    new AvgPool(add(p.window(), pad), true, p.uncountedBottom(), p.uncountedRight()));
            case QAvgPool p when (p.countIncludePad() || !p.window().isPadded())
                    && p.rule() == quantwright.ir.op.AverageRule.SCALED -> replace(graph, node,
                    new QAvgPool(add(p.window(), pad), true, p.uncountedBottom(), p.uncountedRight(), p.rule(),
                            p.rounding(), p.clamp()));
            default -> false;
        };
    }

    // max_pool(pad(relu(x), 0)) -> max_pool(relu(x)) with padding: every window keeps a tap, which is at least 0
    private static boolean maximum(Graph graph, Node node) {
        if (!(node.op() instanceof MaxPool p && spatialPad(node) instanceof Pad pad)) {
            return false;
        }
        Value x = node.operand(0).producer().operand(0);
        boolean neutral = pad.value() == Float.NEGATIVE_INFINITY && !x.type().isQuantized()
                || pad.value() == 0 && isNonNegative(x);
        Window2d window = add(p.window(), pad);
        return neutral && everyWindowKeepsATap(window, x) && replace(graph, node, new MaxPool(window));
    }

    private static boolean everyWindowKeepsATap(Window2d w, Value x) {
        int lastH = (w.outH(x.type().dim(1)) - 1) * w.strideH() - w.padTop();
        int lastW = (w.outW(x.type().dim(2)) - 1) * w.strideW() - w.padLeft();
        return w.dilationH() == 1 && w.dilationW() == 1 && w.padTop() < w.kernelH() && w.padLeft() < w.kernelW()
                && lastH < x.type().dim(1) && lastW < x.type().dim(2);
    }

    private static boolean isNonNegative(Value x) {
        if (x.isInput()) {
            return false;
        }
        return switch (x.producer().op()) {
            case Unary u -> u.kind() == UnaryKind.RELU || u.kind() == UnaryKind.SIGMOID || u.kind() == UnaryKind.ABS;
            case Clip c -> c.min() >= 0;
            case MaxPool _ -> isNonNegative(x.producer().operand(0));
            default -> false;
        };
    }

    /** The pad that feeds operand 0, if it is constant, not negative, and touches the spatial axes only. */
    private static Pad spatialPad(Node node) {
        if (node.operands().isEmpty() || node.operand(0).isInput()
                || !(node.operand(0).producer().op() instanceof Pad pad) || pad.mode() != PadMode.CONSTANT
                || node.operand(0).type().rank() != 4) {
            return null;
        }
        Ints before = pad.before();
        Ints after = pad.after();
        boolean spatial = before.get(0) == 0 && before.get(3) == 0 && after.get(0) == 0 && after.get(3) == 0;
        return spatial && before.stream().allMatch(a -> a >= 0) && after.stream().allMatch(a -> a >= 0) ? pad : null;
    }

    private static Window2d add(Window2d w, Pad pad) {
        return w.padded(w.padTop() + pad.before().get(1), w.padLeft() + pad.before().get(2),
                w.padBottom() + pad.after().get(1), w.padRight() + pad.after().get(2));
    }

    private static boolean replace(Graph graph, Node node, Op op) {
        List<Value> operands = new java.util.ArrayList<>(node.operands());
        operands.set(0, node.operand(0).producer().operand(0));
        Node made = graph.insertBefore(node, op, operands, List.of(node.result().type().element()), node.location());
        graph.replaceAllUses(node.result(), made.result());
        return true;
    }
}
