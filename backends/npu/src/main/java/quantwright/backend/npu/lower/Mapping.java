package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.op.Window2d;

/**
 * How a product is laid over the array. The array sums over rows, so a convolution whose groups are narrow would leave most
 * of it idle. Several groups side by side fill the rows (their weights become a block diagonal), and so do several
 * neighbouring output pixels: a patch of them shares input taps, which then feed more than one column each.
 *
 * @param native_ whether the array's own depthwise mode is used; a column tile then has one piece
 * @param patchRows output rows of a patch
 * @param patchColumns output pixels across a patch
 * @param columns the tiles
 */
record Mapping(boolean native_, int patchRows, int patchColumns, List<ColumnTile> columns) {
    Mapping {
        columns = List.copyOf(columns);
    }

    /** Pixels of a patch. */
    int patch() {
        return patchRows * patchColumns;
    }

    /** Most columns of a tile. */
    int widest() {
        return columns.stream().mapToInt(c -> c.channels() * patch()).max().orElseThrow();
    }

    /** The array's depthwise mode, {@code channels} input channels at once. */
    static Mapping depthwise(Product p, int channels) {
        List<ColumnTile> tiles = new ArrayList<>();
        int multiplier = p.groupOutputs();
        for (int c = 0; c < p.inputs(); c += channels) {
            int n = Math.min(channels, p.inputs() - c);
            tiles.add(new ColumnTile(c * multiplier, n * multiplier,
                    List.of(new Piece(0, p.window().kernelH(), 0, p.window().kernelW(), c, n))));
        }
        return new Mapping(true, 1, 1, tiles);
    }

    /**
     * Matrix tiles.
     *
     * @param merged groups side by side
     * @param maxDepth most rows of a piece
     * @param maxColumns most columns of a tile
     * @param runs whether neighbouring pixels of the input lie side by side
     * @param apart whether a piece has one tap only
     */
    static Mapping matrix(Product p, int merged, int patchRows, int patchColumns, int maxDepth, int maxColumns,
            boolean runs, boolean apart) {
        List<ColumnTile> tiles = new ArrayList<>();
        for (int g = 0; g < p.groups(); g += merged) {
            int groups = Math.min(merged, p.groups() - g);
            int outputs = groups * p.groupOutputs();
            int parts = Math.ceilDiv(outputs, maxColumns / (patchRows * patchColumns));
            int each = Math.ceilDiv(outputs, parts);
            List<Piece> pieces = pieces(p, g * p.groupInputs(), groups * p.groupInputs(), patchRows, patchColumns,
                    maxDepth, runs && !apart && groups == p.groups(), apart);
            for (int c = 0; c < outputs; c += each) {
                tiles.add(new ColumnTile(g * p.groupOutputs() + c, Math.min(each, outputs - c), pieces));
            }
        }
        return new Mapping(false, patchRows, patchColumns, tiles);
    }

    private static List<Piece> pieces(Product p, int channel, int channels, int patchRows, int patchColumns, int maxDepth,
            boolean runs, boolean apart) {
        Window2d w = p.window();
        int rows = w.strideH() * (patchRows - 1) + w.kernelH();
        int columns = w.strideW() * (patchColumns - 1) + w.kernelW();
        List<Piece> pieces = new ArrayList<>();
        boolean run = runs && w.dilationW() == 1;
        int across = run ? columns * channels : channels;
        int each = Math.ceilDiv(across, Math.ceilDiv(across, maxDepth));
        int tapColumns = run || apart ? 1 : Math.clamp(maxDepth / each, 1, columns);
        tapColumns = Math.ceilDiv(columns, Math.ceilDiv(columns, tapColumns));
        int tapRows = Math.clamp(maxDepth / (each * tapColumns), 1, rows);
        tapRows = apart || each < across || !run && tapColumns < columns ? 1 : Math.ceilDiv(rows, Math.ceilDiv(rows, tapRows));
        for (int y = 0; y < rows; y += tapRows) {
            for (int x = 0; x < (run ? 1 : columns); x += tapColumns) {
                for (int c = 0; c < across; c += each) {
                    pieces.add(new Piece(y, Math.min(tapRows, rows - y), x, Math.min(tapColumns, (run ? 1 : columns) - x),
                            channel + c, Math.min(each, across - c)));
                }
            }
        }
        return pieces;
    }

    /**
     * Packs a tile of weights: a row for each element of the piece, a column for each output of the tile, elements from
     * the least significant bits up, every row from a byte on.
     */
    byte[] pack(Product p, ColumnTile tile, Piece piece) {
        int columns = native_ ? tile.channels() : tile.channels() * patch();
        int pitch = Math.toIntExact(p.weightType().bytes(columns));
        int bits = p.weightType().bits();
        int depth = native_ ? piece.tapRows() * piece.tapColumns() : piece.depth();
        byte[] out = new byte[depth * pitch];
        byte[] row = new byte[columns];
        for (int k = 0; k < depth; k++) {
            if (native_) {
                depthwiseRow(p, tile, k, row);
            } else {
                matrixRow(p, tile, piece, k, row);
            }
            for (int j = 0; j < columns; j++) {
                if (bits == 8) {
                    out[k * pitch + j] = row[j];
                } else {
                    int stored = bits == 1 ? (row[j] < 0 ? 1 : 0) : row[j] & (1 << bits) - 1;
                    out[k * pitch + j * bits / 8] |= (byte) (stored << j * bits % 8);
                }
            }
        }
        return out;
    }

    private static void depthwiseRow(Product p, ColumnTile tile, int tap, byte[] row) {
        for (int j = 0; j < row.length; j++) {
            int output = tile.channel() + j;
            row[j] = p.weight(output, tap / p.window().kernelW(), tap % p.window().kernelW(), output / p.groupOutputs());
        }
    }

    private void matrixRow(Product p, ColumnTile tile, Piece piece, int k, byte[] row) {
        int inRow = k % piece.channels() + piece.channel();
        int tap = k / piece.channels();
        // A run reaches over pixels: its channel index counts on from the first tap's first channel.
        int tapColumn = piece.tapColumn() + tap % piece.tapColumns() + inRow / p.inputs();
        int tapRow = piece.tapRow() + tap / piece.tapColumns();
        int channel = inRow % p.inputs();
        if (p.groups() == 1 && patch() == 1) {
            p.weights(tile.channel(), tapRow, tapColumn, channel, row);
            return;
        }
        for (int j = 0; j < row.length; j++) {
            int pixel = j / tile.channels();
            row[j] = p.weight(tile.channel() + j % tile.channels(), tapRow - pixel / patchColumns * p.window().strideH(),
                    tapColumn - pixel % patchColumns * p.window().strideW(), channel);
        }
    }
}
