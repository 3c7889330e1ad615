package quantwright.backend.npu.lower;

import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.op.Window2d;

/**
 * A pool that a product's results go through on their way out of the accumulators. Rows and pixels that windows of two
 * tiles share are computed for both: neither tile's results are kept.
 *
 * @param window its geometry
 * @param rule its arithmetic
 * @param map the product's result, which lies in no memory
 */
record Pooling(Window2d window, PoolRule rule, Feature map) {
    /** Rows of the product that pooled rows {@code from} to {@code to} are made of. */
    Rows rows(int from, int to) {
        return Windows.rows(window, from, to).inside(map.height());
    }

    /** Columns of the product that pooled columns {@code from} to {@code to} are made of. */
    Rows columns(int from, int to) {
        return Windows.columns(window, from, to).inside(map.width());
    }

    /** Most rows of the product that so many pooled rows are made of. */
    int productRows(int rows) {
        return Math.min(map.height(), (rows - 1) * window.strideH() + window.kernelH());
    }

    /** Most columns of the product that so many pooled columns are made of. */
    int productColumns(int columns) {
        return Math.min(map.width(), (columns - 1) * window.strideW() + window.kernelW());
    }

    /** Taps of a window. */
    int taps() {
        return window.kernelH() * window.kernelW();
    }
}
