package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Code of convolutions and fully connected layers as an implicit GEMM: a register tile of pixels by channels, a step of
 * which multiplies a few activation bytes of each pixel with the weights of each channel. Nothing is copied: taps are
 * read where they lie, padding from the halo. Sums run over kernel rows, columns and inputs in ascending order.
 */
final class ProductCode {
    /** Registers of weights that are loaded side by side, so that one instruction may load them. */
    private static final int STREAMED = 2;
    private final ProductShape shape;
    private final TileProduct product;
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

    ProductCode(ProductShape shape, TileProduct product, ConvTiling tiling, ProductLayout layout, Epilogues epilogues) {
        this.shape = shape;
        this.product = product;
        this.tiling = tiling;
        this.layout = layout;
        this.epilogues = epilogues;
    }

    /** One level of the walk over the taps: {@code count} places {@code stride} bytes apart. */
    private record Level(long count, long stride) { }

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
        Value[] acc = new Value[groups(t) * n * product.pixels()];
        int lane = 0;
        for (int v = 0; v < n; v++) {
            Value[] start = product.open(f, epilogue.start(lane, t.vectors().get(v)));
            for (int g = 0; g < groups(t); g++) {
                System.arraycopy(start, 0, acc, at(t, g, v), start.length);
            }
            lane += t.vectors().get(v);
        }
        acc = rows(t, t.in(), t.weights(), acc);
        epilogue.emit(pieces(t, acc, last));
    }

    /** Groups of pixels that share accumulators. */
    private int groups(Tile t) {
        return Math.ceilDiv(t.pixels(), product.pixels());
    }

    /** Index of the first accumulator of a group and vector. */
    private int at(Tile t, int group, int vector) {
        return (group * t.vectors().size() + vector) * product.pixels();
    }

    private Value[] accumulators(Tile t, Value[] acc, int group, int vector) {
        int at = at(t, group, vector);
        return Arrays.copyOfRange(acc, at, at + product.pixels());
    }

    private List<Piece> pieces(Tile t, Value[] acc, boolean last) {
        int n = t.vectors().size();
        int total = ConvTiling.lanes(t.vectors());
        // Only the last block of a group has lanes without a channel.
        int channels = last ? shape.groupOutputs() - (int) lanesBeforeLast(t) : total;
        int store = shape.outputBytes();
        Value[][] sums = new Value[groups(t) * n][];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = product.close(f, accumulators(t, acc, i / n, i % n));
        }
        var pieces = new ArrayList<Piece>();
        for (int p = 0; p < t.pixels(); p++) {
            int y = p / t.columns();
            int x = p % t.columns();
            int lane = 0;
            for (int v = 0; v < n; v++) {
                int lanes = t.vectors().get(v);
                int valid = Math.min(lanes, channels - lane);
                pieces.add(new Piece(sums[p / product.pixels() * n + v][p % product.pixels()], lane,
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

    /** What a part of the walk takes: its steps and the bytes of its weights. */
    private record Size(long steps, long weightBytes) {
        Size times(long n) {
            return new Size(n * steps, n * weightBytes);
        }
    }

    /** Part of the walk: from the accumulators before to those after. */
    private interface Part {
        Value[] emit(Address in, Address weights, Value[] acc);
    }

    private Value[] rows(Tile t, Address in, Address weights, Value[] acc) {
        var rows = new Level(shape.window().height(), shape.in().rowPitch() * shape.window().dilationHeight());
        var runs = new Level(shape.runsPerRow(), shape.in().pixelPitch() * shape.window().dilationWidth());
        var run = new Size(shape.stepsPerRun(), shape.loadsPerRun(product.stepsPerWeights()) * loadBytes(t));
        return repeat(rows, run.times(shape.runsPerRow()), t, in, weights, acc, (i, w, a) ->
            repeat(runs, run, t, i, w, a, (j, x, b) -> run(t, j, x, b)));
    }

    private Value[] run(Tile t, Address in, Address weights, Value[] acc) {
        int together = Math.max(product.stepsPerActivations(), product.stepsPerWeights());
        int whole = shape.stepsPerRun() / together;
        int rest = shape.stepsPerRun() % together;
        var group = new Size(together, together / product.stepsPerWeights() * loadBytes(t));
        Value[] after = acc;
        if (whole > 0) {
            var groups = new Level(whole, (long) together * product.depth());
            after = repeat(groups, group, t, in, weights, after, (i, w, a) -> steps(t, i, w, a, together));
        }
        return rest == 0 ? after : steps(t, in.plus((long) whole * together * product.depth()),
            weights.plus(whole * group.weightBytes()), after, rest);
    }

    private long loadBytes(Tile t) {
        return (long) ConvTiling.lanes(t.vectors()) * product.weightBytes();
    }

    /** Repeats a part at each place of a level, unrolled as far as that pays. */
    private Value[] repeat(Level level, Size size, Tile t, Address in, Address weights, Value[] acc, Part part) {
        long partBytes = size.weightBytes();
        long cost = size.steps() * t.pixels() * t.vectors().size();
        long unroll = Math.clamp(product.unrolledProducts() / cost, 1, level.count());
        // A whole number of unrolled iterations where one is near.
        for (long u = unroll; u > unroll / 2 && u > 1; u--) {
            if (level.count() % u == 0) {
                unroll = u;
                break;
            }
        }
        long main = level.count() / unroll * unroll;
        long per = unroll;
        Value[] carried = acc;
        if (main == unroll) {
            carried = unrolled(part, in, weights, level.stride(), partBytes, per, carried);
        } else {
            Value[] init = new Value[acc.length + 2];
            init[0] = f.pointer(in);
            init[1] = f.pointer(weights);
            System.arraycopy(acc, 0, init, 2, acc.length);
            Value[] after = f.loop(0, main, per, init, (i, c) -> {
                Value[] a = Arrays.copyOfRange(c, 2, c.length);
                a = unrolled(part, f.at(c[0]), f.at(c[1]), level.stride(), partBytes, per, a);
                Value[] next = new Value[c.length];
                next[0] = f.pointer(f.at(c[0]).plus(per * level.stride()));
                next[1] = f.pointer(f.at(c[1]).plus(per * partBytes));
                System.arraycopy(a, 0, next, 2, a.length);
                return next;
            });
            carried = Arrays.copyOfRange(after, 2, after.length);
        }
        if (main < level.count()) {
            carried = unrolled(part, in.plus(main * level.stride()), weights.plus(main * partBytes), level.stride(),
                partBytes, level.count() - main, carried);
        }
        return carried;
    }

    private Value[] unrolled(Part part, Address in, Address weights, long stride, long partBytes, long count,
            Value[] acc) {
        Value[] a = acc;
        Address w = weights;
        for (long u = 0; u < count; u++) {
            if (w.offset() > 0 && w.offset() + partBytes > product.reach()) {
                w = f.at(f.opaque(f.pointer(w)));
            }
            a = part.emit(in.plus(u * stride), w, a);
            w = w.plus(partBytes);
        }
        return a;
    }

    /** The steps that one load, of activations or of weights, serves; or the first of them. */
    private Value[] steps(Tile t, Address in, Address weights, Value[] acc, int steps) {
        return product.holdsActivations() ? streamWeights(t, in, weights, acc, steps)
            : streamActivations(t, in, weights, acc, steps);
    }

    private Value[] streamActivations(Tile t, Address in, Address weights, Value[] acc, int steps) {
        Value[] next = acc.clone();
        Value[][] loaded = new Value[t.vectors().size()][];
        f.barrier();
        Arrays.setAll(loaded, v -> weights(t, weights, v));
        for (int s = 0; s < steps; s++) {
            int step = s;
            if (s > 0) {
                f.barrier();
            }
            Value[][] w = new Value[loaded.length][];
            Arrays.setAll(w, v -> product.unpack(f, loaded[v], step));
            for (int g = 0; g < groups(t); g++) {
                Value[] a = activations(t, in.plus((long) s * product.depth()), g, 1)[0];
                accumulate(t, next, g, a, w);
            }
        }
        return next;
    }

    private Value[] streamWeights(Tile t, Address in, Address weights, Value[] acc, int steps) {
        Value[] next = acc.clone();
        Value[][][] a = new Value[groups(t)][][];
        f.barrier();
        Arrays.setAll(a, g -> activations(t, in, g, steps));
        for (int s = 0; s < steps; s++) {
            f.barrier();
            Address step = weights.plus(s * loadBytes(t));
            int together = Math.max(1, STREAMED / product.weightRegisters());
            for (int first = 0; first < t.vectors().size(); first += together) {
                int from = first;
                Value[][] w = new Value[Math.min(together, t.vectors().size() - first)][];
                Arrays.setAll(w, v -> weights(t, step, from + v));
                for (int v = 0; v < w.length; v++) {
                    for (int g = 0; g < a.length; g++) {
                        accumulate(t, next, g, from + v, a[g][s], w[v]);
                    }
                }
            }
        }
        return next;
    }

    private Value[] weights(Tile t, Address step, int vector) {
        int before = ConvTiling.lanes(t.vectors().subList(0, vector));
        return product.weights(f, step, before, t.vectors().get(vector), ConvTiling.lanes(t.vectors()));
    }

    private Value[][] activations(Tile t, Address in, int group, int steps) {
        int first = group * product.pixels();
        Address[] pixels = new Address[Math.min(product.pixels(), t.pixels() - first)];
        Arrays.setAll(pixels, i -> in.plus((first + i) / t.columns() * inRow()
            + (first + i) % t.columns() * inPixel()));
        int widest = t.vectors().stream().mapToInt(Integer::intValue).max().orElseThrow();
        return product.activations(f, pixels, steps, widest);
    }

    private void accumulate(Tile t, Value[] acc, int group, Value[] activation, Value[][] weights) {
        Value[][] before = new Value[weights.length][];
        Arrays.setAll(before, v -> accumulators(t, acc, group, v));
        Value[][] sums = product.accumulateAll(f, before, activation, weights);
        for (int v = 0; v < sums.length; v++) {
            System.arraycopy(sums[v], 0, acc, at(t, group, v), sums[v].length);
        }
    }

    private void accumulate(Tile t, Value[] acc, int group, int vector, Value[] activation, Value[] weights) {
        Value[] sums = product.accumulate(f, accumulators(t, acc, group, vector), activation, weights);
        System.arraycopy(sums, 0, acc, at(t, group, vector), sums.length);
    }
}
