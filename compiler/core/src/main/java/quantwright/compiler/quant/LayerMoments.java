package quantwright.compiler.quant;

import java.util.stream.IntStream;

/**
 * Means and, where asked for, second moments of what a group of a layer reads: of the inputs it will have, and of those
 * with the inputs it should have. Sums run over rows in the order they come, whatever the number of threads.
 */
final class LayerMoments {
    private static final int BLOCK = 64;
    private static final int PARALLEL_COLUMNS = 96;
    private final int size;
    private final double[] sums;
    private final double[] wantedSums;
    private final double[][] squares;
    private final double[][] products;
    private final double[][] block;
    private final double[][] wantedBlock;
    private int filled;
    private long rows;

    /**
     * Empty sums.
     *
     * @param size elements of a row
     * @param second whether second moments are wanted
     * @param cross whether the two inputs differ
     */
    LayerMoments(int size, boolean second, boolean cross) {
        this.size = size;
        sums = new double[size];
        wantedSums = cross ? new double[size] : sums;
        squares = second ? new double[size][] : null;
        products = second && cross ? new double[size][size] : null;
        for (int i = 0; second && i < size; i++) {
            squares[i] = new double[i + 1];
        }
        block = new double[BLOCK][size];
        wantedBlock = cross ? new double[BLOCK][size] : block;
    }

    /** Where the next row's inputs are to be written. */
    double[] next() {
        return block[filled];
    }

    /** Where the next row's wanted inputs are to be written; the same array if the two do not differ. */
    double[] nextWanted() {
        return wantedBlock[filled];
    }

    /** Counts the row just written. */
    void add() {
        filled++;
        if (filled == BLOCK) {
            flush();
        }
    }

    private void flush() {
        for (int r = 0; r < filled; r++) {
            sum(block[r], sums);
            if (wantedSums != sums) {
                sum(wantedBlock[r], wantedSums);
            }
        }
        if (squares != null) {
            IntStream all = IntStream.range(0, size);
            (size >= PARALLEL_COLUMNS ? all.parallel() : all).forEach(i -> {
                accumulate(i, block, squares[i], i + 1);
                if (products != null) {
                    accumulate(i, wantedBlock, products[i], size);
                }
            });
        }
        rows += filled;
        filled = 0;
    }

    private static void sum(double[] row, double[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] += row[i];
        }
    }

    /** {@code into[j] += block[r][i] * other[r][j]} over the block's rows, four at a time. */
    private void accumulate(int i, double[][] other, double[] into, int length) {
        int r = 0;
        for (; r + 4 <= filled; r += 4) {
            axpy4(block[r][i], block[r + 1][i], block[r + 2][i], block[r + 3][i], other[r], other[r + 1], other[r + 2],
                    other[r + 3], into, length);
        }
        for (; r < filled; r++) {
            double by = block[r][i];
            double[] row = other[r];
            for (int j = 0; j < length; j++) {
                into[j] += by * row[j];
            }
        }
    }

    private static void axpy4(double a, double b, double c, double d, double[] w, double[] x, double[] y, double[] z,
            double[] into, int length) {
        for (int j = 0; j < length; j++) {
            into[j] += a * w[j] + b * x[j] + c * y[j] + d * z[j];
        }
    }

    /** Ends the sums; to be called once after the last row. */
    void finish() {
        flush();
        rows = Math.max(rows, 1);
    }

    /** Elements of a row. */
    int size() {
        return size;
    }

    /** Mean of element {@code i}. */
    double mean(int i) {
        return sums[i] / rows;
    }

    /** Mean of element {@code i} as it should be. */
    double wantedMean(int i) {
        return wantedSums[i] / rows;
    }

    /**
     * Second moment of elements {@code i} and {@code j}.
     *
     * @param central less the product of the means
     */
    double second(int i, int j, boolean central) {
        double raw = squares[Math.max(i, j)][Math.min(i, j)] / rows;
        return central ? raw - mean(i) * mean(j) : raw;
    }

    /** Second moment of element {@code i} with wanted element {@code j}. */
    double cross(int i, int j, boolean central) {
        if (products == null) {
            return second(i, j, central);
        }
        double raw = products[i][j] / rows;
        return central ? raw - mean(i) * wantedMean(j) : raw;
    }

    /** Whether {@link #cross} differs from {@link #second}. */
    boolean isCrossed() {
        return products != null;
    }
}
