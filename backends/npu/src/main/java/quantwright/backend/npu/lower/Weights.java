package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;

/** Sizes of a mapping's tiles of weights, in the order of all tiles' pieces. */
final class Weights {
    private final List<Integer> bytes = new ArrayList<>();
    private final List<Integer> columnEnds = new ArrayList<>();
    private int total;
    private int largestPiece;
    private int largestColumn;

    Weights(Product p, Mapping mapping) {
        for (ColumnTile tile : mapping.columns()) {
            int columns = tile.channels() * mapping.patch();
            int column = 0;
            for (Piece piece : tile.pieces()) {
                int depth = mapping.native_() ? piece.tapRows() * piece.tapColumns() : piece.depth();
                int size = Math.toIntExact(depth * p.weightType().bytes(columns));
                bytes.add(size);
                column += size;
                largestPiece = Math.max(largestPiece, size);
            }
            total += column;
            largestColumn = Math.max(largestColumn, column);
            columnEnds.add(bytes.size());
        }
    }

    /** Bytes of all. */
    int total() {
        return total;
    }

    /** Bytes of the largest piece. */
    int largestPiece() {
        return largestPiece;
    }

    /** Bytes of the largest column tile. */
    int largestColumn() {
        return largestColumn;
    }

    /** For each column tile the number of pieces up to its end. */
    List<Integer> columnEnds() {
        return columnEnds;
    }

    /** Number of pieces. */
    int count() {
        return bytes.size();
    }

    /** Bytes of a piece. */
    int bytes(int piece) {
        return bytes.get(piece);
    }

    /** Parts of at most {@code most} bytes, at least one piece (or one column tile) each: their first pieces. */
    List<Integer> chunks(int most, boolean wholeColumns) {
        List<Integer> starts = new ArrayList<>();
        long size = Long.MAX_VALUE / 2;
        int piece = 0;
        for (int column = 0; column < columnEnds.size(); column++) {
            int end = columnEnds.get(column);
            while (piece < end) {
                int unit = 0;
                int first = piece;
                do {
                    unit += bytes.get(piece++);
                } while (wholeColumns && piece < end);
                if (size + unit > most) {
                    starts.add(first);
                    size = 0;
                }
                size += unit;
            }
        }
        return starts;
    }

    /** Bytes of each part. */
    List<Integer> chunkBytes(List<Integer> starts) {
        List<Integer> sizes = new ArrayList<>();
        for (int c = 0; c < starts.size(); c++) {
            int end = c + 1 < starts.size() ? starts.get(c + 1) : bytes.size();
            int size = 0;
            for (int i = starts.get(c); i < end; i++) {
                size += bytes.get(i);
            }
            sizes.add(size);
        }
        return sizes;
    }
}
