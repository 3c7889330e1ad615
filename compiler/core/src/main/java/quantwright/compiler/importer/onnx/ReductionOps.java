package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Op;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;

/** Reductions over axes. Axes are an attribute in older operator sets, an operand in newer ones. */
final class ReductionOps {
    /** A reduction that keeps its axes. */
    @FunctionalInterface
    private interface Reduction {
        Edge apply(NodeContext cx, Edge x, Ints axes);
    }

    private ReductionOps() {
    }

    static void register(OpTable table) {
        table.add("ReduceSum", cx -> reduce(cx, 13, null, simple(ReduceKind.SUM)));
        table.add("ReduceMean", cx -> reduce(cx, 18, null, simple(ReduceKind.MEAN)));
        table.add("ReduceMax", cx -> reduce(cx, 18, null, simple(ReduceKind.MAX)));
        table.add("ReduceMin", cx -> reduce(cx, 18, null, simple(ReduceKind.MIN)));
        table.add("ReduceProd", cx -> reduce(cx, 18, null, simple(ReduceKind.PROD)));
        table.add("ReduceSumSquare", cx -> reduce(cx, 18, ReductionOps::square, simple(ReduceKind.SUM_SQUARE)));
        table.add("ReduceL2", cx -> reduce(cx, 18, ReductionOps::absolute, simple(ReduceKind.L2)));
        table.add("ReduceL1", cx -> reduce(cx, 18, ReductionOps::absolute, (c, x, axes) ->
                c.emit(new Reduce(ReduceKind.SUM, axes, true), absolute(c, x))));
        table.add("ReduceLogSum", cx -> reduce(cx, 18, (c, x) -> c.emit(new Unary(UnaryKind.LOG), x), (c, x, axes) ->
                c.emit(new Unary(UnaryKind.LOG), c.emit(new Reduce(ReduceKind.SUM, axes, true), x))));
        table.add("ReduceLogSumExp", cx -> reduce(cx, 18, null, ReductionOps::logSumExp));
    }

    /** What a reduction over no axis at all does to each element. */
    @FunctionalInterface
    private interface OfNone {
        Edge apply(NodeContext cx, Edge x);
    }

    private static Reduction simple(ReduceKind kind) {
        return (cx, x, axes) -> cx.emit(new Reduce(kind, axes, true), x);
    }

    private static Edge square(NodeContext cx, Edge x) {
        return cx.emit(new Binary(BinaryKind.MUL), x, x);
    }

    private static Edge absolute(NodeContext cx, Edge x) {
        return cx.emit(new Unary(UnaryKind.ABS), x);
    }

    // max + log(sum(exp(x - max)))
    private static Edge logSumExp(NodeContext cx, Edge x, Ints axes) {
        Edge most = cx.emit(new Reduce(ReduceKind.MAX, axes, true), x);
        Op sub = new Binary(BinaryKind.SUB);
        Edge exp = cx.emit(new Unary(UnaryKind.EXP), cx.emit(sub, x, most));
        Edge log = cx.emit(new Unary(UnaryKind.LOG), cx.emit(new Reduce(ReduceKind.SUM, axes, true), exp));
        return cx.emit(new Binary(BinaryKind.ADD), log, most);
    }

    private static void reduce(NodeContext cx, int operandSince, OfNone ofNone, Reduction reduction) {
        Edge x = cx.input(0);
        boolean keep = cx.attributes().flag("keepdims", true);
        boolean noop = cx.opset() >= operandSince && cx.attributes().flag("noop_with_empty_axes", false);
        int[] given = cx.opset() >= operandSince ? (cx.has(1) ? cx.knownInts(1, "axes") : new int[0])
                : cx.attributes().intsOrNull("axes");
        if (given == null || given.length == 0) {
            if (noop) {
                cx.set(0, ofNone == null ? cx.emit(new Identity(), x) : ofNone.apply(cx, x));
                return;
            }
            given = IntStream.range(0, x.rank()).toArray();
        }
        int[] axes = Arrays.stream(given).map(a -> cx.axis(a, x.rank())).sorted().toArray();
        Edge y = reduction.apply(cx, x, Ints.of(axes));
        // The axes go in a step of their own, so that the reduction commutes with transposes.
        cx.set(0, keep ? y : cx.emitter().reshape(y, IntStream.range(0, x.rank())
                .filter(i -> Arrays.binarySearch(axes, i) < 0).map(x::dim).toArray()));
    }
}
