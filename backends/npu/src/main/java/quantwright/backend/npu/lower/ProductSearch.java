package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.op.Window2d;
import quantwright.npu.isa.Dataflow;

/** Searches mappings, accumulator tiles, bands, and ways to stream weights for the fewest cycles. */
final class ProductSearch {
    private static final int MAX_CHUNKS = 4;

    private final ProductLayer layer;
    private final Product p;
    private final CostModel model;
    private final long budget;
    private final int alignment;
    private final int out;
    private final int across;
    private Tiling best;
    private double bestCycles = Double.MAX_VALUE;

    ProductSearch(ProductLayer layer, CostModel model, long budget) {
        this.layer = layer;
        this.p = layer.product();
        this.model = model;
        this.budget = budget;
        this.alignment = model.alignment();
        this.out = layer.output().height();
        this.across = layer.output().width();
    }

    Optional<Tiling> run() {
        List<Mapping> mappings = mappings();
        List<Weights> weights = mappings.stream().map(m -> new Weights(p, m)).toList();
        for (int columns : layer.widths(alignment)) {
            for (int m = 0; m < mappings.size(); m++) {
                bands(mappings.get(m), weights.get(m), columns);
            }
            if (best != null) {
                // Narrower bands only move more halo: they are for what does not fit otherwise.
                break;
            }
        }
        return Optional.ofNullable(best);
    }

    private void bands(Mapping mapping, Weights weights, int columns) {
        for (int rows : layer.bands()) {
            if (rows % mapping.patchRows() == 0 && columns % mapping.patchColumns() == 0) {
                tile(mapping, weights, rows, columns);
            }
        }
    }

    private List<Mapping> mappings() {
        List<Mapping> mappings = new ArrayList<>();
        boolean os = model.dataflow() == Dataflow.OUTPUT_STATIONARY;
        int depth = os ? Integer.MAX_VALUE : model.parameters().arrayRows();
        int columns = model.dataflow() == Dataflow.INPUT_STATIONARY
                ? model.parameters().accumulatorWords() / 2 / model.parameters().arrayColumns()
                : model.parameters().arrayColumns();
        boolean apart = !model.machine().array().tapsTogether();
        boolean runs = layer.inputs().getFirst().pixelPitch() == p.inputs() * layer.inputs().getFirst().elementBytes();
        if (p.groups() == 1) {
            mappings.add(Mapping.matrix(p, 1, 1, 1, depth, columns, runs, apart));
            return mappings;
        }
        if (p.isDepthwise() && model.parameters().depthwise()) {
            int half = model.parameters().accumulatorWords() / 2 / p.groupOutputs();
            mappings.add(Mapping.depthwise(p, Math.min(p.inputs(), Math.max(1, half / Math.min(half, 64)))));
        }
        // The pool's windows are laid over single pixels.
        boolean patches = layer.pooling() == null;
        for (int patchRows : patches ? patches(p.window().dilationH(), out) : List.of(1)) {
            for (int patchColumns : patches ? patches(p.window().dilationW(), across) : List.of(1)) {
                merged(mappings, patchRows, patchColumns, depth, columns);
            }
        }
        return mappings;
    }

    /** As many groups side by side as rows and columns of the array take, at least one. */
    private void merged(List<Mapping> mappings, int patchRows, int patchColumns, int depth, int columns) {
        Window2d w = p.window();
        int patch = patchRows * patchColumns;
        int taps = w.strideW() * (patchColumns - 1) + w.kernelW();
        int all = taps * (w.strideH() * (patchRows - 1) + w.kernelH());
        TreeSet<Integer> counts = new TreeSet<>();
        for (int t : new int[] {1, w.kernelW(), taps, all}) {
            counts.add(Math.clamp(Math.min((depth == Integer.MAX_VALUE ? columns : depth) / Math.max(1, t * p.groupInputs()),
                    columns / (p.groupOutputs() * patch)), patch > 1 ? 0 : 1, p.groups()));
        }
        for (int count : counts) {
            if (count > 0) {
                mappings.add(Mapping.matrix(p, count, patchRows, patchColumns, depth, columns, false,
                        !model.machine().array().tapsTogether()));
            }
        }
    }

    /** Patch extents along an axis: those that divide it evenly. */
    private static List<Integer> patches(int dilation, int extent) {
        List<Integer> sizes = new ArrayList<>(List.of(1));
        for (int s = 2; s <= 16 && dilation == 1; s++) {
            if (extent % s == 0) {
                sizes.add(s);
            }
        }
        return sizes;
    }

    private void tile(Mapping mapping, Weights weights, int bandRows, int bandColumns) {
        boolean flat = bandColumns == across && p.isPointwise() && layer.pooling() == null
                && layer.isDense(bandRows, alignment);
        int height = flat ? 1 : bandRows / mapping.patchRows();
        int width = flat ? bandRows * across : bandColumns / mapping.patchColumns();
        int half = model.parameters().accumulatorWords() / 2;
        int most = half / mapping.widest();
        if (most == 0) {
            return;
        }
        int step = mapping.native_() ? Integer.MAX_VALUE : switch (model.dataflow()) {
            case WEIGHT_STATIONARY -> Integer.MAX_VALUE;
            case OUTPUT_STATIONARY -> model.parameters().arrayRows();
            case INPUT_STATIONARY -> model.parameters().arrayColumns();
        };
        step = Math.min(step, most);
        if (layer.pooling() != null) {
            pooled(mapping, weights, bandRows, bandColumns, most, step);
            return;
        }
        for (int columns : widths(width, step)) {
            int rowsOfStep = Math.max(1, Math.min(height, step / columns));
            int steps = Math.max(1, Math.min(Math.ceilDiv(height, rowsOfStep), most / (rowsOfStep * columns)));
            int rowsOfTile = Math.min(height, rowsOfStep * steps);
            // Tiles of about equal height: a small last one would cost a whole fill.
            rowsOfTile = balanced(height, rowsOfTile, rowsOfStep == rowsOfTile ? 1 : rowsOfStep);
            ProductCost cost = new ProductCost(layer, mapping, model, weights, bandRows, bandColumns, flat);
            stream(mapping, weights, bandRows, bandColumns, flat, rowsOfTile, columns, Math.min(rowsOfStep, rowsOfTile), cost);
        }
    }

    /** Tiles of pooled rows and columns, all of whose sums lie in {@code most} positions of the accumulators. */
    private void pooled(Mapping mapping, Weights weights, int bandRows, int bandColumns, int most, int step) {
        Pooling pool = layer.pooling();
        int widest = greatest(bandColumns, pool::productColumns, Math.min(step, most / pool.productRows(1)));
        if (widest == 0) {
            return;
        }
        ProductCost cost = new ProductCost(layer, mapping, model, weights, bandRows, bandColumns, false);
        for (int columns : widths(bandColumns, widest)) {
            int across = pool.productColumns(columns);
            int rows = balanced(bandRows, greatest(bandRows, pool::productRows, most / across), 1);
            stream(mapping, weights, bandRows, bandColumns, false, rows, columns,
                    Math.min(pool.productRows(rows), step / across), cost);
        }
    }

    /** The greatest number up to a limit that a growing function keeps to a bound; 0 if there is none. */
    private static int greatest(int limit, IntUnaryOperator function, int bound) {
        int n = limit;
        while (n > 0 && function.applyAsInt(n) > bound) {
            n--;
        }
        return n;
    }

    private static int balanced(int height, int most, int unit) {
        int tiles = Math.ceilDiv(height, most);
        return Math.min(most, Math.ceilDiv(Math.ceilDiv(height, tiles), unit) * unit);
    }

    /** Widths of accumulator tiles: the widest that fits, evened out, and for small steps whatever fills them well. */
    private static TreeSet<Integer> widths(int width, int most) {
        TreeSet<Integer> widths = new TreeSet<>();
        int widest = Math.min(width, most);
        widths.add(widest);
        widths.add(Math.ceilDiv(width, Math.ceilDiv(width, widest)));
        for (int w = Math.min(widest, 16); w > 1 && most <= 256; w /= 2) {
            widths.add(w);
        }
        return widths;
    }

    private void stream(Mapping mapping, Weights weights, int bandRows, int bandColumns, boolean flat,
            int tileRows, int tileColumns,
            int stepRows, ProductCost cost) {
        List<Integer> whole = weights.chunks(Math.max(1, Math.ceilDiv(weights.total(), MAX_CHUNKS)), true);
        consider(new ProductTiling(mapping, flat, tileRows, tileColumns, stepRows, false, whole, true), bandRows,
                bandColumns, weights,
                cost);
        if (weights.columnEnds().size() > 1) {
            consider(new ProductTiling(mapping, flat, tileRows, tileColumns, stepRows, true, whole, true), bandRows,
                    bandColumns, weights, cost);
        }
        long stages = stageBytes(bandRows, bandColumns);
        long slot = (budget - stages - alignment * 8L
                - aligned(layer.tableBytes() + layer.rawBytes(tileColumns, mapping.widest()))) / 2;
        if (slot < weights.largestPiece() || weights.total() <= slot) {
            return;
        }
        for (long size : new long[] {slot, slot / 2, slot / 4}) {
            if (size >= weights.largestPiece()) {
                List<Integer> parts = weights.chunks((int) Math.min(size, Integer.MAX_VALUE), size >= weights.largestColumn());
                consider(new ProductTiling(mapping, flat, tileRows, tileColumns, stepRows, true, parts, false), bandRows,
                        bandColumns, weights, cost);
                consider(new ProductTiling(mapping, flat, tileRows, tileColumns, stepRows, false, parts, false), bandRows,
                        bandColumns, weights, cost);
            }
        }
    }

    private int aligned(int bytes) {
        return Math.ceilDiv(bytes, alignment) * alignment;
    }

    private long stageBytes(int bandRows, int bandColumns) {
        return layer.stageSizes(bandRows, bandColumns, alignment).stream().mapToLong(b -> aligned(b)).sum();
    }

    private void consider(ProductTiling choice, int bandRows, int bandColumns, Weights weights, ProductCost cost) {
        Feature output = layer.output();
        boolean banded = layer.countOfBands(bandRows, bandColumns) > 1;
        if (choice.columnsOuter() && banded && !output.isResident()) {
            // A band leaves with all its channels.
            return;
        }
        List<Integer> slots = new ArrayList<>();
        slots.add(layer.tableBytes() + layer.rawBytes(choice.tileColumns(), choice.mapping().widest()));
        List<Integer> sizes = weights.chunkBytes(choice.chunks());
        if (choice.resident()) {
            slots.addAll(sizes);
        } else {
            int largest = sizes.stream().mapToInt(Integer::intValue).max().orElseThrow();
            slots.add(largest);
            slots.add(largest);
        }
        Tiling.Cost estimate = cost.of(choice);
        double cycles = estimate.score();
        if (cycles < bestCycles) {
            Tiling tiling = new Tiling(bandRows, bandColumns, slots,
                    layer.stageSizes(bandRows, bandColumns, alignment), estimate, choice);
            if (tiling.bytes(alignment) <= budget) {
                best = tiling;
                bestCycles = cycles;
            }
        }
    }
}
