package quantwright.backend.npu.lower;

import java.util.function.IntUnaryOperator;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Tiling;
import quantwright.npu.isa.Dataflow;

/** Expected cycles of a product under one mapping and band height. */
final class ProductCost {
    private final ProductLayer layer;
    private final Mapping mapping;
    private final CostModel model;
    private final Weights weights;
    private final int bandRows;
    private final int bandColumns;
    private final boolean flat;

    ProductCost(ProductLayer layer, Mapping mapping, CostModel model, Weights weights, int bandRows,
            int bandColumns, boolean flat) {
        this.layer = layer;
        this.mapping = mapping;
        this.model = model;
        this.weights = weights;
        this.bandRows = bandRows;
        this.bandColumns = bandColumns;
        this.flat = flat;
    }

    Tiling.Cost of(ProductTiling t) {
        int height = layer.output().height();
        int down = Math.ceilDiv(height, bandRows);
        int stripes = Math.ceilDiv(layer.output().width(), bandColumns);
        int bands = down * stripes;
        int last = height - (down - 1) * bandRows;
        double array = stripes * ((down - 1) * band(t, bandRows) + band(t, last));
        double vector = stripes * ((down - 1) * requantize(t, bandRows) + requantize(t, last));
        long in = layer.bytesInOf(bandRows, bandColumns) * (t.columnsOuter() && bands > 1 ? columnGroups(t) : 1);
        long rounds = rounds(t, bands);
        long constants = weights.total() * rounds + layer.tableBytes();
        long out = layer.bytesOutOf();
        double dmaIn = model.constants(1 + t.chunks().size() * rounds, constants) + model.maps(bands, in);
        double dmaOut = model.maps(bands, out);
        // The last tile's results come after the array; the next layer overlaps them unless it needs all columns.
        boolean early = !t.columnsOuter() && out == 0 && bands * tiles(t, bandRows) > 1;
        double tail = (early ? 0 : requantize(t, bandRows) / Math.max(1, tiles(t, bandRows) * mapping.columns().size()))
                + model.maps(1, (double) out / bands) + model.maps(1, (double) in / bands);
        return new Tiling.Cost(array, vector, dmaIn, dmaOut, tail, model.channel(constants, in + out),
                traffic(t, constants, in + out));
    }

    private Tiling.Traffic traffic(ProductTiling t, long constants, long maps) {
        // Of the product: more than its map has, where tiles of a pool overlap.
        double pixels = productRows(t) * productColumns(t);
        double outputs = pixels * layer.output().channels();
        double written = (double) layer.output().height() * layer.output().width() * layer.output().channels();
        double taps = layer.pooling() == null ? 0 : written * layer.pooling().taps();
        int bytes = layer.inputs().getFirst().elementBytes();
        double macs = 0;
        double read = 0;
        double sums = outputs;
        for (ColumnTile tile : new ColumnTile[] {mapping.columns().getFirst(), mapping.columns().getLast()}) {
            double share = mapping.columns().size() / 2.0;
            for (Piece piece : tile.pieces()) {
                double rows = pixels / mapping.patch() * share;
                int wide = tile.channels() * mapping.patch();
                macs += mapping.native_() ? rows * piece.tapRows() * piece.tapColumns() * wide : rows * piece.depth() * wide;
                read += rows * piece.depth() * bytes;
                sums += rows * wide * (tile.pieces().size() > 1 ? 2 : 1);
            }
        }
        double loads = (double) weights.total() * layer.countOfBands(bandRows, bandColumns) * tiles(t, bandRows);
        return new Tiling.Traffic(constants, maps, read + loads + written + constants + maps, macs, sums, outputs + taps);
    }

    /** How often every weight is loaded. */
    private long rounds(ProductTiling t, int bands) {
        if (t.resident()) {
            return 1;
        }
        boolean splitColumns = weights.columnEnds().size() < t.chunks().size();
        long tiles = (long) bands * tiles(t, bandRows);
        return splitColumns ? tiles : t.columnsOuter() ? 1 : bands;
    }

    private long columnGroups(ProductTiling t) {
        return t.resident() ? mapping.columns().size() : t.chunks().size();
    }

    /** Accumulator tiles of a band and one column tile. */
    private long tiles(ProductTiling t, int rows) {
        return (long) Math.ceilDiv(gridRows(rows), t.tileRows()) * Math.ceilDiv(gridColumns(rows), t.tileColumns());
    }

    private int gridRows(int rows) {
        return flat ? 1 : rows / mapping.patchRows();
    }

    private int gridColumns(int rows) {
        return flat ? rows * layer.output().width() : bandColumns / mapping.patchColumns();
    }

    private double band(ProductTiling t, int rows) {
        double cycles = 0;
        int height = gridRows(rows);
        int width = gridColumns(rows);
        int fullRows = height / t.tileRows();
        int fullColumns = width / t.tileColumns();
        int restRows = height % t.tileRows();
        int restColumns = width % t.tileColumns();
        cycles += (double) fullRows * fullColumns * tile(t, t.tileRows(), t.tileColumns());
        cycles += restRows == 0 ? 0 : fullColumns * tile(t, restRows, t.tileColumns());
        cycles += restColumns == 0 ? 0 : fullRows * tile(t, t.tileRows(), restColumns);
        cycles += restRows == 0 || restColumns == 0 ? 0 : tile(t, restRows, restColumns);
        return cycles;
    }

    /** Rows that the product computes for a column of tiles. */
    private double productRows(ProductTiling t) {
        int height = layer.output().height();
        if (layer.pooling() == null) {
            return height;
        }
        double rows = 0;
        for (int band = 0; band < height; band += bandRows) {
            rows += extent(Math.min(bandRows, height - band), t.tileRows(), layer::productRows);
        }
        return rows;
    }

    /** Columns that the product computes for a row of tiles. */
    private double productColumns(ProductTiling t) {
        int width = layer.output().width();
        if (layer.pooling() == null) {
            return width;
        }
        double columns = 0;
        for (int band = 0; band < width; band += bandColumns) {
            columns += extent(Math.min(bandColumns, width - band), t.tileColumns(), layer::productColumns);
        }
        return columns;
    }

    private static double extent(int outputs, int tile, IntUnaryOperator products) {
        int rest = outputs % tile;
        return (double) (outputs / tile) * products.applyAsInt(tile) + (rest == 0 ? 0 : products.applyAsInt(rest));
    }

    /** All column tiles of one accumulator tile. */
    private double tile(ProductTiling t, int outputRows, int outputColumns) {
        int rows = layer.productRows(outputRows);
        int columns = layer.productColumns(outputColumns);
        double cycles = 0;
        ColumnTile first = mapping.columns().getFirst();
        ColumnTile last = mapping.columns().getLast();
        cycles += (mapping.columns().size() - 1) * tile(t, rows, columns, first) + tile(t, rows, columns, last);
        return cycles;
    }

    private double tile(ProductTiling t, int rows, int columns, ColumnTile tile) {
        double perCell = model.macsPerCell(layer.inputs().getFirst().number().bits(), layer.product().weightType().bits());
        double cycles = 0;
        int wide = tile.channels() * mapping.patch();
        int steps = Math.ceilDiv(rows, t.stepRows());
        int lastRows = rows - (steps - 1) * t.stepRows();
        for (Piece piece : tile.pieces()) {
            if (mapping.native_()) {
                cycles += model.depthwise((long) rows * columns, (long) piece.tapRows() * piece.tapColumns(), wide,
                        perCell);
                continue;
            }
            double one = model.product((long) t.stepRows() * columns, piece.depth(), wide, perCell);
            double end = model.product((long) lastRows * columns, piece.depth(), wide, perCell);
            double load = model.dataflow() == Dataflow.OUTPUT_STATIONARY ? 0 : model.load(piece.depth());
            boolean hidden = model.parameters().stationaryBuffers() > 1;
            if (model.dataflow() == Dataflow.INPUT_STATIONARY) {
                cycles += (steps - 1) * (hidden ? Math.max(load, one) : load + one);
                cycles += hidden ? Math.max(load, end) : load + end;
            } else {
                double whole = (steps - 1) * one + end;
                cycles += hidden ? Math.max(load, whole) : load + whole;
            }
        }
        return cycles;
    }

    private double requantize(ProductTiling t, int rows) {
        double instructions = (double) tiles(t, rows) * mapping.columns().size() * mapping.patch();
        double start = instructions * model.vectorUnit().startCycles();
        if (layer.pooling() != null) {
            double sums = extent(rows, t.tileRows(), layer::productRows) * layer.output().channels()
                    * extent(Math.min(bandColumns, layer.output().width()), t.tileColumns(), layer::productColumns);
            return start + sums / model.vectorUnit().pooledSums();
        }
        return start + (double) rows * bandColumns * layer.output().channels() / model.vectorUnit().requantize();
    }
}
