package quantwright.simulator.functional;

/**
 * Operand of a product, zero point subtracted; element (i, j) lies at {@code i * columns + j}.
 *
 * @param values  at least rows x columns elements
 * @param rows    rows
 * @param columns columns
 */
record Matrix(int[] values, int rows, int columns) {

    /** Greatest magnitude. */
    long bound() {
        int least = 0;
        int greatest = 0;
        for (int i = 0; i < rows * columns; i++) {
            least = Math.min(least, values[i]);
            greatest = Math.max(greatest, values[i]);
        }
        return Math.max(-(long) least, greatest);
    }

    Matrix transposed() {
        var out = new int[rows * columns];
        Products.transpose(values, out, rows, columns);
        return new Matrix(out, columns, rows);
    }
}
