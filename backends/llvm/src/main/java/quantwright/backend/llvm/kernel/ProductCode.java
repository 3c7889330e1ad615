package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * Code of convolutions and fully connected layers as an implicit GEMM: a register tile of pixels by channels, a step of
 * which multiplies a few activation bytes of each pixel with the weights of each channel. Nothing is copied: taps are
 * read where they lie, padding from the halo. Sums run over kernel rows, columns and inputs in ascending order.
 */
final class ProductCode {
    /** Bytes of gathered activations of several tiles: they and a block's weights share the first-level cache. */
    private static final int PANEL = 24 << 10;
    /** Bytes of weights that stay in the first-level cache. */
    private static final int NEAR_WEIGHTS = 24 << 10;
    private final ProductShape shape;
    private final TileProduct product;
    private final ConvTiling tiling;
    private final ProductLayout layout;
    private final Epilogues epilogues;
    private FunctionBuilder f;
    private Address constants;
    private TileSums sums;
    private Units parts;
    /** Gathered activations, or null where they are read where they lie. */
    private Address panel;
    /** Sums of a tile that need more than 32 bits, or null. */
    private Address frame;

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

    /** What the units of the walk are. */
    private enum Axis { LINES, TILES, BLOCKS }

    /** Lines where there are several, else pixels, else channels: a dense layer of one row has nothing else. */
    private Axis axis() {
        return count(Axis.LINES) > 1 ? Axis.LINES : count(Axis.TILES) > 1 ? Axis.TILES : Axis.BLOCKS;
    }

    private long count(Axis axis) {
        return switch (axis) {
            case LINES -> Math.ceilDiv(height(), Math.min(tiling.rows(), height()));
            case TILES -> Math.ceilDiv(width(), product.gathers() == null ? tiling.columns()
                : tiling.columns() * panelTiles());
            case BLOCKS -> tiling.blocks() + (tiling.tail().isEmpty() ? 0 : 1);
        };
    }

    /** Parts that may be computed at once. */
    int units() {
        return (int) count(axis());
    }

    /**
     * Emits the function.
     *
     * @param sliced it takes the first unit and the one after the last
     */
    void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced) {
        boolean added = shape.residual() != null;
        f = module.function(function, linkage, IrType.VOID, KernelParameters.of(added, sliced));
        parts = Units.of(f, added, sliced);
        KernelParameters pointers = KernelParameters.of(f, added);
        constants = pointers.constants();
        sums = new TileSums(f, shape, product);
        panel = product.gathers() == null ? null : f.at(f.stack(panelBytes(), 64));
        frame = shape.longSums() ? f.at(f.stack(LongSums.bytes(mostVectors(), widest()), 64)) : null;
        Address in = pointers.in().plus(-shape.in().offset(shape.window().padTop(), shape.window().padLeft()));
        Address residual = pointers.residual();
        Address out = pointers.out();
        int store = shape.outputBytes();
        f.loop(0, shape.groups(), 1, g -> group(new Walk(f.at(in, g, shape.groupInputBytes()),
            f.at(out, g, (long) shape.groupOutputs() * store),
            residual == null ? null : f.at(residual, g, (long) shape.groupOutputs() * shape.residualBytes())),
            new Numbers(f.at(constants, g, layout.groupBytes), f.at(constants, g, 4L * layout.copies * layout.paddedGroup),
                f.at(constants, g, 8L * layout.copies * layout.paddedGroup))));
        f.ret();
    }

    /** Where the walk over the outputs stands in each tensor. */
    private record Walk(Address in, Address out, Address residual) { }

    /** Where the walk over the channels stands in the constants. */
    private record Numbers(Address weights, Address channels4, Address channels8) { }

    /** What is done for a block of channels. */
    private interface Block {
        void emit(List<Integer> vectors, long before, Walk walk, Numbers numbers, boolean last);
    }

    /** The walk {@code index} times some rows and pixels further. */
    private Walk moved(Walk w, Value index, long rows, long pixels) {
        return new Walk(f.at(w.in, index, rows * shape.inputRow() + pixels * shape.inputPixel()),
            f.at(w.out, index, rows * outRow() + pixels * shape.out().pixelPitch()),
            w.residual == null ? null : f.at(w.residual, index, rows * residualRow() + pixels * residualPixel()));
    }

    /** Walks over units of an axis: those of the slice where the axis is the one that is sliced. */
    private void each(Axis axis, long full, Consumer<Value> body, Runnable rest) {
        (axis == axis() ? parts : Units.all(f)).each(full, body, rest);
    }

    private int height() {
        return tiling.flattened() ? 1 : shape.out().height();
    }

    private void group(Walk walk, Numbers numbers) {
        if (panel != null) {
            lines(walk, (rows, w) -> panels(rows, w, numbers));
        } else if (layout.groupBytes <= NEAR_WEIGHTS) {
            // All channel blocks of a band of rows while its activations are near.
            lines(walk, (rows, w) -> channelBlocks(w, numbers, (vectors, before, start, n, last) ->
                tiles(rows, vectors, before, start, n, last)));
        } else {
            channelBlocks(walk, numbers, (vectors, before, start, n, last) -> lines(start, (rows, line) ->
                tiles(rows, vectors, before, line, n, last)));
        }
    }

    private void tiles(int rows, List<Integer> vectors, long before, Walk line, Numbers n, boolean last) {
        int whole = width() / tiling.columns();
        int rest = width() % tiling.columns();
        each(Axis.TILES, whole, x -> tile(tile(rows, tiling.columns(), vectors, before,
            moved(line, x, 0, tiling.columns()), n), last), rest == 0 ? null : () -> tile(tile(rows, rest, vectors, before,
            moved(line, Value.i64(whole), 0, tiling.columns()), n), last));
    }

    private void channelBlocks(Walk walk, Numbers n, Block body) {
        int lanes = ConvTiling.lanes(tiling.block());
        int numbers = lanes * layout.copies;
        int store = shape.outputBytes();
        long before = (long) tiling.blocks() * lanes;
        each(Axis.BLOCKS, tiling.blocks(), b -> body.emit(tiling.block(), 0, new Walk(walk.in,
            f.at(walk.out, b, (long) lanes * store), walk.residual == null ? null
                : f.at(walk.residual, b, (long) lanes * shape.residualBytes())),
            new Numbers(f.at(n.weights, b, layout.blockBytes), f.at(n.channels4, b, 4L * numbers),
                f.at(n.channels8, b, 8L * numbers)), tiling.tail().isEmpty()), tiling.tail().isEmpty() ? null : () ->
            body.emit(tiling.tail(), before, new Walk(walk.in, walk.out.plus(before * store),
                walk.residual == null ? null : walk.residual.plus(before * shape.residualBytes())),
                new Numbers(n.weights.plus(tiling.blocks() * layout.blockBytes), n.channels4.plus(4 * before * layout.copies),
                    n.channels8.plus(8 * before * layout.copies)), true));
    }

    private void lines(Walk start, BiConsumer<Integer, Walk> line) {
        int step = Math.min(tiling.rows(), height());
        int rest = height() % step;
        each(Axis.LINES, height() / step, y -> line.accept(step, moved(start, y, step, 0)), rest == 0 ? null : () ->
            line.accept(rest, moved(start, Value.i64(1), height() - rest, 0)));
    }

    /** Bytes of the largest panel. */
    private int panelBytes() {
        int whole = width() / tiling.columns();
        int last = whole % panelTiles() + (width() % tiling.columns() > 0 ? 1 : 0);
        return (int) (Math.max(whole > 0 ? panelTiles() : 0, last) * TileSums.gatheredBytes(shape, product, tiling.pixels()));
    }

    /** Tiles whose activations are gathered before all their outputs are computed, at least one. */
    private int panelTiles() {
        int whole = Math.max(1, width() / tiling.columns());
        int most = Math.clamp(PANEL / TileSums.gatheredBytes(shape, product, tiling.pixels()), 1, whole);
        // As many in each panel, where a number near divides them.
        for (int n = most; n > most / 2; n--) {
            if (whole % n == 0) {
                return n;
            }
        }
        return most;
    }

    /** All outputs of a line, panel by panel. */
    private void panels(int rows, Walk line, Numbers numbers) {
        int whole = width() / tiling.columns();
        int tiles = Math.min(panelTiles(), Math.max(1, whole));
        int main = whole / tiles * tiles;
        int rest = width() % tiling.columns();
        each(Axis.TILES, whole / tiles, i -> panel(rows, moved(line, i, 0, (long) tiles * tiling.columns()), tiles, 0,
            numbers), main == whole && rest == 0 ? null : () ->
            panel(rows, moved(line, Value.i64(main), 0, tiling.columns()), whole - main, rest, numbers));
    }

    /**
     * All outputs of some tiles, their activations gathered first.
     *
     * @param tiles whole tiles
     * @param rest  pixels of one more
     */
    private void panel(int rows, Walk walk, int tiles, int rest, Numbers numbers) {
        int columns = tiling.columns();
        long bytes = TileSums.gatheredBytes(shape, product, tiling.pixels());
        f.loop(0, tiles, 1, i -> sums.gather(tile(rows, columns, tiling.block(), 0, moved(walk, i, 0, columns), numbers),
            f.at(panel, i, bytes)));
        if (rest > 0) {
            Walk end = moved(walk, Value.i64(tiles), 0, columns);
            sums.gather(tile(rows, rest, tiling.block(), 0, end, numbers), panel.plus(tiles * bytes));
        }
        f.barrier();
        channelBlocks(walk, numbers, (vectors, before, w, n, last) -> {
            f.loop(0, tiles, 1, i -> tile(tile(rows, columns, vectors, before, moved(w, i, 0, columns), n)
                .reading(f.at(panel, i, bytes)), last));
            if (rest > 0) {
                tile(tile(rows, rest, vectors, before, moved(w, Value.i64(tiles), 0, columns), n)
                    .reading(panel.plus(tiles * bytes)), last);
            }
        });
        f.barrier();
    }

    private static Tile tile(int rows, int columns, List<Integer> vectors, long before, Walk w, Numbers n) {
        return new Tile(rows, columns, vectors, before, w.in, w.out, w.residual, n.weights, n.channels4, n.channels8);
    }

    private int width() {
        return tiling.flattened() ? shape.out().height() * shape.out().width() : shape.out().width();
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

    private void tile(Tile t, boolean last) {
        var epilogue = epilogues.of(f, constants, t.channels4(), t.channels8());
        if (layout.copies > 1) {
            pairs(t, epilogue, last);
            return;
        }
        Value[] starts = each(t, epilogue::start);
        var grouped = new GroupedSums(f, shape, product, t.vectors(), sums.groups(t));
        if (frame != null) {
            var total = new LongSums(f, frame, t.pixels() * starts.length, widest());
            total.open(each(t, epilogue::startHigh), starts);
            grouped.addTo(total, t, sums);
            epilogue.emit(pieces(t, total.low(t.vectors()), total.high(t.vectors()), last));
            return;
        }
        Value[] closed = shape.scaleGroup() == 0 ? grouped.closed(sums.add(t, grouped.opened(starts)))
            : grouped.ofGroups(t.in(), t.weights(), starts, (in, weights, acc, steps) -> sums.run(t, in, weights, acc,
                steps));
        epilogue.emit(pieces(t, closed, new Value[closed.length], last));
    }

    /** A value for each vector of a tile's outputs, made from its first lane and its lanes. */
    private static Value[] each(Tile t, BiFunction<Integer, Integer, Value> value) {
        Value[] values = new Value[t.vectors().size()];
        int lane = 0;
        for (int v = 0; v < values.length; v++) {
            values[v] = value.apply(lane, t.vectors().get(v));
            lane += t.vectors().get(v);
        }
        return values;
    }

    /** Vectors of sums of the largest tile. */
    private int mostVectors() {
        return tiling.pixels() * Math.max(tiling.block().size(), tiling.tail().size());
    }

    /** Lanes of the widest vector of outputs. */
    private int widest() {
        return Stream.concat(tiling.block().stream(), tiling.tail().stream()).mapToInt(Integer::intValue).max().orElseThrow();
    }

    /** A tile whose accumulators are finished as they are. */
    private void pairs(Tile t, TileEpilogue epilogue, boolean last) {
        Value[] starts = new Value[sums.groups(t) * sums.at(t, 1, 0)];
        for (int i = 0; i < starts.length; i++) {
            int inGroup = i % sums.at(t, 1, 0);
            if (inGroup == 0) {
                // Loaded for each group: a load of two registers takes less than two copies.
                f.barrier();
            }
            starts[i] = epilogue.start(VectorIsa.LEAST_LANES * inGroup, VectorIsa.LEAST_LANES);
        }
        Value[] acc = sums.add(t, starts);
        for (int g = 0; g < sums.groups(t); g++) {
            int p = g * product.pixels();
            epilogue.emitPair(Arrays.copyOfRange(acc, sums.at(t, g, 0), sums.at(t, g + 1, 0)), result(t, p),
                p + 1 < t.pixels() ? result(t, p + 1) : null, channels(t, last));
        }
    }

    private Address result(Tile t, int pixel) {
        return t.out().plus(shape.out().offset(pixel / t.columns(), pixel % t.columns()));
    }

    /** Outputs of a tile that exist: only the last block of a group has lanes without a channel. */
    private int channels(Tile t, boolean last) {
        return last ? shape.groupOutputs() - (int) lanesBeforeLast(t) : ConvTiling.lanes(t.vectors());
    }

    private List<Piece> pieces(Tile t, Value[] closed, Value[] high, boolean last) {
        int n = t.vectors().size();
        int channels = channels(t, last);
        int store = shape.outputBytes();
        var pieces = new ArrayList<Piece>();
        for (int p = 0; p < t.pixels(); p++) {
            int y = p / t.columns();
            int x = p % t.columns();
            int lane = 0;
            for (int v = 0; v < n; v++) {
                int lanes = t.vectors().get(v);
                int valid = Math.min(lanes, channels - lane);
                int at = sums.at(t, p / product.pixels(), v) + p % product.pixels();
                pieces.add(new Piece(closed[at], high[at], lane, result(t, p).plus((long) lane * store),
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
}
