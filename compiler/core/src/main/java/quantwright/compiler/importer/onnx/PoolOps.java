package quantwright.compiler.importer.onnx;

import quantwright.ir.op.AvgPool;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.type.Ints;

/** MaxPool, AveragePool and their global forms. */
final class PoolOps {
    private PoolOps() {
    }

    static void register(OpTable table) {
        table.add("MaxPool", PoolOps::maxPool);
        table.add("AveragePool", PoolOps::averagePool);
        table.add("GlobalAveragePool", cx -> global(cx, ReduceKind.MEAN));
        table.add("GlobalMaxPool", cx -> global(cx, ReduceKind.MAX));
    }

    private static void maxPool(NodeContext cx) {
        cx.noOutputsFrom(1, "indices");
        cx.attributes().intOr("storage_order", 0);
        Edge x = cx.movable(0);
        SpatialWindow window = window(cx, x);
        Edge y = cx.emit(new MaxPool(window.window()), ChannelsLast.image(cx, x));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    private static void averagePool(NodeContext cx) {
        Edge x = cx.input(0);
        boolean countPad = cx.attributes().flag("count_include_pad", false);
        SpatialWindow window = window(cx, x);
        Edge y = cx.emit(new AvgPool(window.window(), countPad, window.uncountedBottom(), window.uncountedRight()),
                ChannelsLast.image(cx, x));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    private static SpatialWindow window(NodeContext cx, Edge x) {
        boolean ceil = cx.attributes().flag("ceil_mode", false);
        return SpatialWindow.read(cx, ChannelsLast.spatial(x), null, ceil);
    }

    private static void global(NodeContext cx, ReduceKind kind) {
        Edge x = cx.input(0);
        if (x.rank() < 3) {
            throw cx.badShape("operand " + x.shape() + " has no spatial axes");
        }
        cx.set(0, cx.emit(new Reduce(kind, Ints.range(2, x.rank()), true), x));
    }
}
