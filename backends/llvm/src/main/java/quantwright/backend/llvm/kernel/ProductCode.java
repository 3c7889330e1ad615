package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Code of convolutions and fully connected layers as an implicit GEMM: a register tile of pixels by channels, a step of
 * which multiplies four broadcast activation bytes of each pixel with the weights of each channel. Nothing is copied:
 * taps are read where they lie, padding from the halo. Sums run over kernel rows, columns and inputs in ascending
 * order.
 */
final class ProductCode {
    /** Products of vectors after which a loop stops being unrolled further. */
    private static final int UNROLL = 192;
    private final ProductShape shape;
    private final VectorIsa.Dot dot;
    private final ConvTiling tiling;
    private final ProductLayout layout;
    private final Epilogues epilogues;
    private FunctionBuilder f;
    private Address constants;

    /** Makes the epilogue of a tile. */
    interface Epilogues {
        /**
         * An epilogue.
         *
         * @param constants start of the constants block
         * @param channels4 the same plus 4 bytes per padded channel before the tile's block
         * @param channels8 the same plus 8 bytes
         */
        TileEpilogue of(FunctionBuilder f, Address constants, Address channels4, Address channels8);
    }

    ProductCode(ProductShape shape, VectorIsa.Dot dot, ConvTiling tiling, ProductLayout layout, Epilogues epilogues) {
        this.shape = shape;
        this.dot = dot;
        this.tiling = tiling;
        this.layout = layout;
        this.epilogues = epilogues;
    }

    /**
     * One level of the walk over the taps: {@code count} places {@code stride} bytes apart, each of {@code steps} steps
     * if it is the innermost level, then {@code rest} steps at one place more.
     */
    private record Level(long count, long stride, int steps, int rest) {
        static Level of(long count, long stride) {
            return new Level(count, stride, 1, 0);
        }

        long loads() {
            return count + (rest > 0 ? 1 : 0);
        }

        long allSteps() {
            return count * steps + rest;
        }
    }

    /** Spatial position and channel block of a tile. */
    private record Tile(int rows, int columns, List<Integer> vectors, long lanesBefore, Address in, Address out,
            Address residual, Address weights, Address channels4, Address channels8) {
        int pixels() {
            return rows * columns;
        }
    }

    void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        var parameters = new ArrayList<Parameter>();
        parameters.add(Parameter.readOnly("in"));
        if (shape.residual() != null) {
            parameters.add(Parameter.aliased("in2"));
        }
        parameters.add(shape.residual() != null ? Parameter.aliased("out") : Parameter.writable("out"));
        parameters.add(new Parameter(IrType.PTR, "constants", "noalias nocapture readonly align 64"));
        f = module.function(function, linkage, IrType.VOID, parameters.toArray(Parameter[]::new));
        constants = f.at(f.param(parameters.size() - 1));
        Address in = f.at(f.param(0)).plus(-shape.in().offset(shape.window().padTop(), shape.window().padLeft()));
        Address residual = shape.residual() != null ? f.at(f.param(1)) : null;
        Address out = f.at(f.param(parameters.size() - 2));
        int store = shape.outputBytes();
        f.loop(0, shape.groups(), 1, g -> group(
            f.at(in, g, shape.groupInputBytes()), f.at(out, g, (long) shape.groupOutputs() * store),
            residual == null ? null : f.at(residual, g, (long) shape.groupOutputs() * shape.residualBytes()),
            f.at(constants, g, layout.groupBytes), f.at(constants, g, 4L * layout.paddedGroup),
            f.at(constants, g, 8L * layout.paddedGroup)));
        f.ret();
    }

    private void group(Address in, Address out, Address residual, Address weights, Address c4, Address c8) {
        int lanes = ConvTiling.lanes(tiling.block());
        int store = shape.outputBytes();
        int height = tiling.flattened() ? 1 : shape.out().height();
        // Few weights: all channel blocks of a band of rows while its activations are near.
        int band = layout.groupBytes <= 24 * 1024 ? tiling.rows() : height;
        f.loop(0, height / band, 1, y -> {
            Address i = f.at(in, y, inRow() * band);
            Address o = f.at(out, y, outRow() * band);
            Address r = residual == null ? null : f.at(residual, y, residualRow() * band);
            channelBlocks(i, o, r, weights, c4, c8, band);
        });
        int rest = height % band;
        if (rest > 0) {
            long done = height - rest;
            channelBlocks(in.plus(done * inRow()), out.plus(done * outRow()),
                residual == null ? null : residual.plus(done * residualRow()), weights, c4, c8, rest);
        }
    }

    private void channelBlocks(Address in, Address out, Address residual, Address weights, Address c4, Address c8,
            int height) {
        int lanes = ConvTiling.lanes(tiling.block());
        int store = shape.outputBytes();
        f.loop(0, tiling.blocks(), 1, b -> rows(height, tiling.block(), 0, in, f.at(out, b, (long) lanes * store),
            residual == null ? null : f.at(residual, b, (long) lanes * shape.residualBytes()), f.at(weights, b,
                    layout.blockBytes),
            f.at(c4, b, 4L * lanes), f.at(c8, b, 8L * lanes), tiling.tail().isEmpty()));
        if (!tiling.tail().isEmpty()) {
            long before = (long) tiling.blocks() * lanes;
            rows(height, tiling.tail(), before, in, out.plus(before * store),
                    residual == null ? null : residual.plus(before * shape.residualBytes()),
                weights.plus(tiling.blocks() * layout.blockBytes), c4.plus(4 * before), c8.plus(8 * before), true);
        }
    }

    private long inRow() {
        return shape.in().rowPitch() * shape.window().strideHeight();
    }

    private long inPixel() {
        return shape.in().pixelPitch() * shape.window().strideWidth();
    }

    private long outRow() {
        return shape.out().rowPitch();
    }

    private long residualRow() {
        return shape.residual() == null ? 0 : shape.residual().rowPitch();
    }

    private long residualPixel() {
        return shape.residual() == null ? 0 : shape.residual().pixelPitch();
    }

    private void rows(int height, List<Integer> vectors, long before, Address in, Address out, Address residual,
            Address weights, Address c4, Address c8, boolean last) {
        int width = tiling.flattened() ? shape.out().height() * shape.out().width() : shape.out().width();
        int step = Math.min(tiling.rows(), height);
        java.util.function.BiConsumer<Integer, Address[]> line = (rows, a) -> {
            int main = width / tiling.columns() * tiling.columns();
            f.loop(0, main, tiling.columns(), x -> tile(new Tile(rows, tiling.columns(), vectors, before,
                f.at(a[0], x, inPixel()), f.at(a[1], x, shape.out().pixelPitch()),
                a[2] == null ? null : f.at(a[2], x, residualPixel()), weights, c4, c8), last));
            if (main < width) {
                tile(new Tile(rows, width - main, vectors, before, a[0].plus(main * inPixel()),
                    a[1].plus(main * shape.out().pixelPitch()), a[2] == null ? null : a[2].plus(main * residualPixel()),
                    weights, c4, c8), last);
            }
        };
        int main = height / step * step;
        f.loop(0, main, step, y -> line.accept(step, new Address[] {f.at(in, y, inRow()), f.at(out, y, outRow()),
            residual == null ? null : f.at(residual, y, residualRow())}));
        if (main < height) {
            line.accept(height - main, new Address[] {in.plus(main * inRow()), out.plus(main * outRow()),
                residual == null ? null : residual.plus(main * residualRow())});
        }
    }

    private void tile(Tile t, boolean last) {
        var epilogue = epilogues.of(f, constants, t.channels4(), t.channels8());
        int n = t.vectors().size();
        Value[] acc = new Value[t.pixels() * n];
        int lane = 0;
        for (int v = 0; v < n; v++) {
            int lanes = t.vectors().get(v);
            Value bias = epilogue.start(lane, lanes);
            for (int p = 0; p < t.pixels(); p++) {
                acc[p * n + v] = bias;
            }
            lane += lanes;
        }
        int steps = dot.stepsPerLoad();
        var levels = List.of(
            Level.of(shape.window().height(), shape.in().rowPitch() * shape.window().dilationHeight()),
            Level.of(shape.runsPerRow(), shape.in().pixelPitch() * shape.window().dilationWidth()),
            new Level(shape.stepsPerRun() / steps, 4L * steps, steps, shape.stepsPerRun() % steps));
        acc = walk(levels, t, t.in(), t.weights(), acc);
        epilogue.emit(pieces(t, acc, last));
    }

    private List<Piece> pieces(Tile t, Value[] acc, boolean last) {
        int n = t.vectors().size();
        int total = ConvTiling.lanes(t.vectors());
        // Only the last block of a group has lanes without a channel.
        int channels = last ? shape.groupOutputs() - (int) lanesBeforeLast(t) : total;
        int store = shape.outputBytes();
        var pieces = new ArrayList<Piece>();
        for (int p = 0; p < t.pixels(); p++) {
            int y = p / t.columns();
            int x = p % t.columns();
            int lane = 0;
            for (int v = 0; v < n; v++) {
                int lanes = t.vectors().get(v);
                int valid = Math.min(lanes, channels - lane);
                pieces.add(new Piece(acc[p * n + v], lane,
                    t.out().plus(shape.out().offset(y, x) + (long) lane * store),
                    t.residual() == null ? null : t.residual().plus(shape.residual().offset(y,
                            x) + (long) lane * shape.residualBytes()), valid));
                lane += lanes;
            }
        }
        return pieces;
    }

    private long lanesBeforeLast(Tile t) {
        return tiling.tail().isEmpty() ? (tiling.blocks() - 1L) * ConvTiling.lanes(tiling.block()) : t.lanesBefore();
    }

    /** Walks the taps from the given level inwards; returns the accumulators after them. */
    private Value[] walk(List<Level> levels, Tile t, Address in, Address weights, Value[] acc) {
        if (levels.isEmpty()) {
            return steps(t, in, weights, acc, dot.stepsPerLoad());
        }
        Level level = levels.getFirst();
        var inner = levels.subList(1, levels.size());
        long innerLoads = inner.stream().mapToLong(Level::loads).reduce(1, Math::multiplyExact);
        long stepBytes = innerLoads * ConvTiling.lanes(t.vectors()) * dot.weightBytes();
        Value[] carried = acc;
        if (level.count() > 0) {
            long steps = level.steps() * inner.stream().mapToLong(Level::allSteps).reduce(1, Math::multiplyExact);
            long unroll = unroll(level, steps * t.pixels() * t.vectors().size());
            carried = places(level, inner, t, in, weights, stepBytes, unroll, carried);
        }
        return level.rest() == 0 ? carried : steps(t, in.plus(level.count() * level.stride()),
            weights.plus(level.count() * stepBytes), carried, level.rest());
    }

    /** Places of a level that are unrolled together. */
    private static long unroll(Level level, long cost) {
        long unroll = Math.clamp(UNROLL / cost, 1, level.count());
        // A whole number of unrolled iterations where one is near.
        for (long u = unroll; u > unroll / 2 && u > 1; u--) {
            if (level.count() % u == 0) {
                return u;
            }
        }
        return unroll;
    }

    private Value[] places(Level level, List<Level> inner, Tile t, Address in, Address weights, long stepBytes,
            long per, Value[] acc) {
        long main = level.count() / per * per;
        Value[] carried = acc;
        if (main == per) {
            carried = unrolled(inner, t, in, weights, level.stride(), stepBytes, per, carried);
        } else {
            Value[] init = new Value[acc.length + 2];
            init[0] = f.pointer(in);
            init[1] = f.pointer(weights);
            System.arraycopy(acc, 0, init, 2, acc.length);
            Value[] after = f.loop(0, main, per, init, (i, c) -> {
                Value[] a = java.util.Arrays.copyOfRange(c, 2, c.length);
                a = unrolled(inner, t, f.at(c[0]), f.at(c[1]), level.stride(), stepBytes, per, a);
                Value[] next = new Value[c.length];
                next[0] = f.pointer(f.at(c[0]).plus(per * level.stride()));
                next[1] = f.pointer(f.at(c[1]).plus(per * stepBytes));
                System.arraycopy(a, 0, next, 2, a.length);
                return next;
            });
            carried = java.util.Arrays.copyOfRange(after, 2, after.length);
        }
        if (main < level.count()) {
            carried = unrolled(inner, t, in.plus(main * level.stride()), weights.plus(main * stepBytes), level.stride(),
                stepBytes, level.count() - main, carried);
        }
        return carried;
    }

    private Value[] unrolled(List<Level> inner, Tile t, Address in, Address weights, long stride, long stepBytes,
            long count,
            Value[] acc) {
        Value[] a = acc;
        for (long u = 0; u < count; u++) {
            a = walk(inner, t, in.plus(u * stride), weights.plus(u * stepBytes), a);
        }
        return a;
    }

    /** The steps that one load of weights serves, or the first {@code count} of them. */
    private Value[] steps(Tile t, Address in, Address weights, Value[] acc, int count) {
        int n = t.vectors().size();
        int total = ConvTiling.lanes(t.vectors());
        Value[][] loaded = new Value[n][];
        int lane = 0;
        int widest = 0;
        f.barrier();
        for (int v = 0; v < n; v++) {
            int lanes = t.vectors().get(v);
            loaded[v] = dot.weights(f, weights, lane, lanes, total);
            lane += lanes;
            widest = Math.max(widest, lanes);
        }
        Value[] next = acc;
        for (int s = 0; s < count; s++) {
            Value[][] w = new Value[n][];
            if (s > 0) {
                f.barrier();
            }
            for (int v = 0; v < n; v++) {
                w[v] = dot.unpack(f, loaded[v], s);
            }
            next = step(t, in.plus(4L * s), w, widest, next);
        }
        return next;
    }

    private Value[] step(Tile t, Address in, Value[][] w, int widest, Value[] acc) {
        int n = t.vectors().size();
        Value[] next = acc.clone();
        for (int p = 0; p < t.pixels(); p++) {
            long at = p / t.columns() * inRow() + p % t.columns() * inPixel();
            Value[] a = dot.activation(f, f.splat(f.load(IrType.I32, in.plus(at), 1), widest));
            for (int v = 0; v < n; v++) {
                next[p * n + v] = dot.accumulate(f, next[p * n + v], a, w[v]);
            }
        }
        return next;
    }
}
