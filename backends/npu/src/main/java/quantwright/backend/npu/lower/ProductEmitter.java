package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.op.Window2d;
import quantwright.npu.isa.Accumulators;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Dataflow;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.PoolWindows;
import quantwright.npu.isa.Stored;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Window;

/** Writes the instructions of a product: bands, accumulator tiles, column tiles, pieces. */
final class ProductEmitter {
    private final ProductLayer layer;
    private final Product p;
    private final Finish finish;
    private final Emission emission;
    private final ProductTiling tiling;
    private final Mapping mapping;
    private final Feature in;
    private final Feature out;
    private final WeightBuffers weights;
    private final int half;
    private int tableAddress;
    private int accumulators;

    /**
     * What one set of accumulators holds.
     *
     * @param from the input
     * @param to the output
     * @param out the part of the output
     * @param row first row of the product's result
     * @param rows rows of patches
     * @param column first pixel of the row; of the band, where bands count as one row
     * @param columns patches of a row
     */
    private record Tile(Located from, Located to, Region out, int row, int rows, int column, int columns) {
    }

    ProductEmitter(ProductLayer layer, Emission emission) {
        this.layer = layer;
        this.p = layer.product();
        this.finish = layer.finish();
        this.emission = emission;
        this.tiling = (ProductTiling) emission.tiling().choice();
        this.mapping = tiling.mapping();
        this.in = layer.inputs().getFirst();
        this.out = layer.output();
        this.half = emission.machine().accumulatorWords() / 2;
        this.weights = new WeightBuffers(p, tiling, emission);
    }

    void run() {
        weights.prefetch(0);
        tableAddress = emission.constant(layer.tables(), 0);
        if (tiling.resident()) {
            weights.prefetchAll();
        }
        if (tiling.columnsOuter()) {
            List<Region> bands = emission.bands();
            for (int c = 0; c < mapping.columns().size(); ) {
                int end = weights.columnsTogether(c);
                for (Region band : bands) {
                    band(band, c, end);
                }
                c = end;
            }
        } else {
            emission.bands().forEach(band -> band(band, 0, mapping.columns().size()));
        }
    }

    private void band(Region band, int firstColumn, int endColumn) {
        Located from = emission.read(band).getFirst();
        Located to = emission.write(band);
        List<Tile> tiles = layer.pooling() == null ? tiles(band, from, to) : pooledTiles(band, from, to);
        for (int c = firstColumn; c < endColumn; c++) {
            for (Tile tile : tiles) {
                tile(tile, c);
            }
        }
        emission.flush(band);
    }

    private List<Tile> tiles(Region band, Located from, Located to) {
        List<Tile> tiles = new ArrayList<>();
        int height = tiling.flat() ? 1 : band.rows().count() / mapping.patchRows();
        int width = tiling.flat() ? band.rows().count() * out.width() : band.columns().count() / mapping.patchColumns();
        for (int y = 0; y < height; y += tiling.tileRows()) {
            for (int x = 0; x < width; x += tiling.tileColumns()) {
                int column = tiling.flat() ? x : band.columns().from() + x * mapping.patchColumns();
                tiles.add(new Tile(from, to, band, band.rows().from() + y * mapping.patchRows(),
                        Math.min(tiling.tileRows(), height - y), column, Math.min(tiling.tileColumns(), width - x)));
            }
        }
        return tiles;
    }

    /** Tiles of the pooled map, with all rows and pixels of the product that each is made of. */
    private List<Tile> pooledTiles(Region band, Located from, Located to) {
        List<Tile> tiles = new ArrayList<>();
        for (int y = band.rows().from(); y < band.rows().to(); y += tiling.tileRows()) {
            for (int x = band.columns().from(); x < band.columns().to(); x += tiling.tileColumns()) {
                Region part = new Region(new Rows(y, Math.min(y + tiling.tileRows(), band.rows().to())),
                        new Rows(x, Math.min(x + tiling.tileColumns(), band.columns().to())));
                Rows rows = layer.pooling().rows(part.rows().from(), part.rows().to());
                Rows columns = layer.pooling().columns(part.columns().from(), part.columns().to());
                tiles.add(new Tile(from, to, part, rows.from(), rows.count(), columns.from(), columns.count()));
            }
        }
        return tiles;
    }

    private void tile(Tile t, int columnTile) {
        ColumnTile column = mapping.columns().get(columnTile);
        int wide = column.channels() * mapping.patch();
        if (mapping.native_()) {
            Piece piece = column.pieces().getFirst();
            emission.array(new ArrayInstruction.Depthwise(window(t, 0, t.rows, piece),
                    weights.require(columnTile, 0), p.groupOutputs(), new Accumulators(accumulators, wide), false));
        } else if (emission.machine().dataflow() == Dataflow.WEIGHT_STATIONARY) {
            for (int k = 0; k < column.pieces().size(); k++) {
                int buffer = weights.stationary(columnTile, k);
                emission.array(new ArrayInstruction.StreamInputs(buffer, window(t, 0, t.rows, column.pieces().get(k)),
                        wide, new Accumulators(accumulators, wide), k > 0));
            }
        } else {
            steps(t, columnTile, column, wide);
        }
        if (layer.pooling() == null) {
            requantize(t, column, wide);
        } else {
            pool(t, column, wide);
        }
        accumulators = accumulators == 0 ? half : 0;
    }

    /** Output- and input-stationary arrays hold a few rows at a time. */
    private void steps(Tile t, int columnTile, ColumnTile column, int wide) {
        boolean os = emission.machine().dataflow() == Dataflow.OUTPUT_STATIONARY;
        for (int k = 0; k < column.pieces().size(); k++) {
            Piece piece = column.pieces().get(k);
            quantwright.npu.isa.Weights w = weights.require(columnTile, k);
            for (int y = 0; y < t.rows; y += tiling.stepRows()) {
                int rows = Math.min(tiling.stepRows(), t.rows - y);
                Accumulators sums = new Accumulators(accumulators + y * t.columns * wide, wide);
                if (os) {
                    emission.array(new ArrayInstruction.StreamBoth(window(t, y, rows, piece), w, sums, k > 0));
                } else {
                    int buffer = weights.nextBuffer();
                    emission.array(new ArrayInstruction.LoadInputs(buffer, window(t, y, rows, piece)));
                    emission.array(new ArrayInstruction.StreamWeights(buffer, rows * t.columns, w, sums, k > 0));
                }
            }
        }
    }

    private Window window(Tile t, int skip, int rows, Piece piece) {
        Window2d w = p.window();
        int pixel = in.pixelPitch();
        int pitch = t.from.rowPitch();
        int patchRow = mapping.patchRows() * w.strideH();
        int patchColumn = mapping.patchColumns() * w.strideW();
        int address;
        if (tiling.flat()) {
            address = t.from.at(t.row, 0) + t.column * pixel;
        } else {
            address = t.from.at(t.row * w.strideH() + skip * patchRow - w.padTop() + piece.tapRow() * w.dilationH(),
                    t.column * w.strideW() - w.padLeft() + piece.tapColumn() * w.dilationW());
        }
        address += piece.channel() * in.elementBytes();
        return new Window(address, in.number(), in.zero(), rows, rows == 1 ? 0 : patchRow * pitch, t.columns,
                t.columns == 1 ? 0 : patchColumn * pixel, piece.tapRows(),
                piece.tapRows() == 1 ? 0 : w.dilationH() * pitch, piece.tapColumns(),
                piece.tapColumns() == 1 ? 0 : w.dilationW() * pixel, piece.channels());
    }

    private void requantize(Tile t, ColumnTile column, int wide) {
        for (int pixel = 0; pixel < mapping.patch(); pixel++) {
            int row = t.row + pixel / mapping.patchColumns();
            int x = t.column + pixel % mapping.patchColumns();
            int address = tiling.flat() ? t.to.at(t.row, 0) + t.column * t.to.pixelPitch() : t.to.at(row, x);
            int outer = t.rows == 1 ? 0 : mapping.patchRows() * t.to.rowPitch();
            int inner = t.columns == 1 ? 0 : mapping.patchColumns() * t.to.pixelPitch();
            Accumulators sums = new Accumulators(accumulators + pixel * column.channels(), wide);
            Grid grid = new Grid(t.rows, t.columns, column.channels());
            address += column.channel() * out.elementBytes();
            if (finish.raw()) {
                raw(sums, grid, column, address, outer, inner);
            } else {
                emission.vector(requantize(sums, grid, new Area(address, out.number(), finish.zero(), outer, inner),
                        finish.rescaling(), tableAddress + column.channel() * finish.entryBytes()));
            }
        }
    }

    /** Requantizes and pools a tile; what lies beyond the product's map is no tap. */
    private void pool(Tile t, ColumnTile column, int wide) {
        Pooling pool = layer.pooling();
        Window2d w = pool.window();
        PoolRule rule = pool.rule();
        Rows rows = t.out.rows();
        Rows columns = t.out.columns();
        boolean lookup = finish.lookup() != null;
        Stored stored = new Stored(pool.map().number(), finish.zero(), finish.rescaling(),
                tableAddress + column.channel() * finish.entryBytes(), true, finish.clamp().min(), finish.clamp().max(), lookup,
                lookup ? tableAddress + finish.table().length : 0);
        PoolWindows windows = new PoolWindows(rows.count(), columns.count(), w.kernelH(), w.kernelW(), w.strideH(),
                w.strideW(), rows.from() * w.strideH() - w.padTop() - t.row,
                columns.from() * w.strideW() - w.padLeft() - t.column, rule.inputZero());
        Area area = new Area(t.to.at(rows.from(), columns.from()) + column.channel() * out.elementBytes(), out.number(),
                rule.outputZero(), rows.count() == 1 ? 0 : t.to.rowPitch(), columns.count() == 1 ? 0 : t.to.pixelPitch());
        emission.vector(new VectorInstruction.RequantizePool(new Accumulators(accumulators, wide),
                new Grid(t.rows, t.columns, column.channels()), stored, rule.kind(), windows, area, rule.rescaling(),
                rule.table().length == 0 ? 0 : tableAddress + layer.poolTable(), rule.clamp().min(), rule.clamp().max()));
    }

    private VectorInstruction.Requantize requantize(Accumulators sums, Grid grid, Area area,
            quantwright.npu.isa.Rescaling rescaling, int table) {
        boolean lookup = finish.lookup() != null;
        return new VectorInstruction.Requantize(sums, grid, area, rescaling, table, true, finish.clamp().min(),
                finish.clamp().max(), lookup, lookup ? tableAddress + finish.table().length : 0);
    }

    /** Upper and lower halves of a row of pixels go to a buffer after the tables and are interleaved from there. */
    private void raw(Accumulators sums, Grid grid, ColumnTile column, int address, int outer, int inner) {
        int pixels = grid.innerRows();
        int channels = column.channels();
        int upper = tableAddress + finish.table().length;
        int lower = upper + 2 * channels * pixels;
        int table = tableAddress + column.channel() * finish.entryBytes();
        Grid row = new Grid(1, pixels, channels);
        int pitch = pixels == 1 ? 0 : 2 * channels;
        Extent elements = new Extent(2, channels, pixels);
        for (int r = 0; r < grid.outerRows(); r++) {
            Accumulators sum = new Accumulators(sums.address() + r * pixels * sums.pitch(), sums.pitch());
            int to = address + r * outer;
            emission.vector(requantize(sum, row, new Area(upper, NumberType.I16, 0, 0, pitch), RawSums.RESCALING, table));
            emission.vector(requantize(sum, row, new Area(lower, NumberType.I16, 0, 0, pitch), RawSums.LOW,
                    table + finish.table().length / 2));
            emission.vector(new VectorInstruction.Move(new Block(upper, 2, pitch), new Block(to + 2, 4, inner), elements));
            emission.vector(new VectorInstruction.Move(new Block(lower, 2, pitch), new Block(to, 4, inner), elements));
        }
    }
}
