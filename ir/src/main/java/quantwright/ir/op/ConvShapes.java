package quantwright.ir.op;

import quantwright.ir.type.Shape;

/** Shape constraints that float and quantized convolution and dense products share. */
final class ConvShapes {
    private ConvShapes() {
    }

    /** Constraints 2 and 3 of a convolution over operands x, w, bias?; gives the result shape. */
    static Shape conv(OpContext cx, Window2d window, int groups) {
        Shape x = cx.shape(0);
        Shape w = cx.shape(1);
        cx.require(x.rank() == 4 && w.rank() == 4, 2, "x and w must have rank 4, have shapes " + x + " and " + w);
        cx.require(groups >= 1 && x.dim(3) % groups == 0 && w.dim(0) % groups == 0
                        && w.dim(3) == x.dim(3) / groups, 2,
                "channels do not agree: x " + x + ", w " + w + ", groups " + groups);
        cx.require(w.dim(1) == window.kernelH() && w.dim(2) == window.kernelW(), 2,
                "weights " + w + " do not have the window's kernel " + window.kernelH() + "x" + window.kernelW());
        bias(cx, w.dim(0));
        Shape out = positive(cx, window, x);
        return out.with(3, w.dim(0));
    }

    /** Constraint 3 of any window op: every extent of the result is positive. Keeps x's channels. */
    static Shape positive(OpContext cx, Window2d window, Shape x) {
        cx.require(x.rank() == 4, 2, "x must have rank 4, has shape " + x);
        cx.require(window.outH(x.dim(1)) > 0 && window.outW(x.dim(2)) > 0, 3,
                "window does not fit into " + x);
        return window.outShape(x, x.dim(3));
    }

    /** Constraint 2 of a dense product over x [..., K], w [O, K], bias?; gives the result shape [..., O]. */
    static Shape dense(OpContext cx) {
        Shape x = cx.shape(0);
        Shape w = cx.shape(1);
        cx.require(x.rank() >= 1 && w.rank() == 2 && x.dim(-1) == w.dim(1), 2,
                "x " + x + " does not multiply w " + w + " (rows are outputs)");
        bias(cx, w.dim(0));
        return x.with(-1, w.dim(0));
    }

    /** Constraint 2 of a matrix product a [..., M, K] by b [..., K, N] (or [..., N, K]); batch axes broadcast. */
    static Shape matmul(OpContext cx, boolean transposeB) {
        Shape a = cx.shape(0);
        Shape b = cx.shape(1);
        cx.require(a.rank() >= 2 && b.rank() >= 2, 2, "ranks must be at least 2: " + a + ", " + b);
        int k = b.dim(transposeB ? -1 : -2);
        int n = b.dim(transposeB ? -2 : -1);
        cx.require(a.dim(-1) == k, 2, "inner extents differ: " + a + ", " + b);
        Shape batch = Shape.broadcast(batch(a), batch(b));
        cx.require(batch != null, 2, "batch extents do not broadcast: " + a + ", " + b);
        int[] out = java.util.Arrays.copyOf(batch.toArray(), batch.rank() + 2);
        out[out.length - 2] = a.dim(-2);
        out[out.length - 1] = n;
        return Shape.of(out);
    }

    private static Shape batch(Shape s) {
        return Shape.of(java.util.Arrays.copyOf(s.toArray(), s.rank() - 2));
    }

    private static void bias(OpContext cx, int outputs) {
        cx.require(cx.count() < 3 || cx.shape(2).equals(Shape.of(outputs)), 2,
                "bias must have shape " + outputs + (cx.count() < 3 ? "" : ", has " + cx.shape(2)));
    }
}
