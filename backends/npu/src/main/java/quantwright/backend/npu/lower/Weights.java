package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;

/** Sizes of a mapping's tiles of weights, in the order of all tiles' pieces. */
final class Weights {
    /** Bytes of all pieces before each; the last entry is that of all. */
    private final int[] starts;
    private final List<Integer> columnEnds = new ArrayList<>();
    private int largestPiece;
    private int largestColumn;

    Weights(Product p, Mapping mapping) {
        starts = new int[1 + mapping.columns().stream().mapToInt(t -> t.pieces().size()).sum()];
        int count = 0;
        for (ColumnTile tile : mapping.columns()) {
            int columns = tile.channels() * mapping.patch();
            int column = 0;
            for (Piece piece : tile.pieces()) {
                int depth = mapping.native_() ? piece.tapRows() * piece.tapColumns() : piece.depth();
                int size = Math.toIntExact(depth * p.weightType().bytes(columns));
                starts[count + 1] = starts[count] + size;
                count++;
                column += size;
                largestPiece = Math.max(largestPiece, size);
            }
            largestColumn = Math.max(largestColumn, column);
            columnEnds.add(count);
        }
    }

    /** Bytes of all. */
    int total() {
        return starts[count()];
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
        return starts.length - 1;
    }

    /** Bytes of pieces {@code from} to {@code to}, exclusive. */
    int bytes(int from, int to) {
        return starts[to] - starts[from];
    }

    /** Parts of at most {@code most} bytes, at least one piece (or one column tile) each: their first pieces. */
    List<Integer> chunks(int most, boolean wholeColumns) {
        List<Integer> firsts = new ArrayList<>();
        long size = Long.MAX_VALUE / 2;
        int piece = 0;
        for (int column = 0; column < columnEnds.size(); column++) {
            int end = columnEnds.get(column);
            while (piece < end) {
                int first = piece;
                piece = wholeColumns ? end : piece + 1;
                int unit = bytes(first, piece);
                if (size + unit > most) {
                    firsts.add(first);
                    size = 0;
                }
                size += unit;
            }
        }
        return firsts;
    }

    /** Bytes of each part. */
    List<Integer> chunkBytes(List<Integer> firsts) {
        List<Integer> sizes = new ArrayList<>();
        for (int c = 0; c < firsts.size(); c++) {
            sizes.add(bytes(firsts.get(c), c + 1 < firsts.size() ? firsts.get(c + 1) : count()));
        }
        return sizes;
    }
}
