package quantwright.compiler.importer.onnx;

import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Expand;
import quantwright.ir.op.MatMul;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/** Gemm and MatMul. */
final class ProductOps {
    /** A product of matrices of rank 2 or more. */
    @FunctionalInterface
    interface Product {
        Edge apply(Edge a, Edge b);
    }

    private ProductOps() {
    }

    static void register(OpTable table) {
        table.add("Gemm", ProductOps::gemm);
        table.add("MatMul", cx -> cx.set(0, vectors(cx, cx.input(0), cx.input(1),
                (a, b) -> cx.emit(new MatMul(false), a, b))));
    }

    /** NumPy's rule for vectors: the left one is a row, the right one a column, and the axis goes again afterwards. */
    static Edge vectors(NodeContext cx, Edge a, Edge b, Product product) {
        if (a.rank() == 0 || b.rank() == 0) {
            throw cx.badShape("operands " + a.shape() + " and " + b.shape() + " must not be scalars");
        }
        Edge left = a.rank() == 1 ? cx.emitter().reshape(a, 1, a.dim(0)) : a;
        Edge right = b.rank() == 1 ? cx.emitter().reshape(b, b.dim(0), 1) : b;
        Edge y = product.apply(left, right);
        if (a.rank() > 1 && b.rank() > 1) {
            return y;
        }
        int[] dims = y.shape().toArray();
        int[] kept = java.util.stream.IntStream.range(0, dims.length)
                .filter(i -> !(a.rank() == 1 && i == dims.length - 2) && !(b.rank() == 1 && i == dims.length - 1))
                .map(i -> dims[i]).toArray();
        return cx.emitter().reshape(y, kept);
    }

    // alpha * A' * B' + beta * C; with alpha = beta = 1 and a row for C a dense layer.
    private static void gemm(NodeContext cx) {
        Edge a = cx.input(0);
        Edge b = cx.input(1);
        if (a.rank() != 2 || b.rank() != 2) {
            throw cx.badShape("operands " + a.shape() + " and " + b.shape() + " must be matrices");
        }
        float alpha = cx.attributes().floatOr("alpha", 1);
        float beta = cx.attributes().floatOr("beta", 1);
        Edge rows = cx.attributes().flag("transA", false) ? cx.emitter().transpose(a, 1, 0) : a;
        Edge w = cx.attributes().flag("transB", false) ? b : ChannelsLast.moved(cx, b, 1, 0);
        Edge c = beta == 0 ? null : cx.optional(2);
        Edge row = c != null && alpha == 1 && beta == 1 ? asRow(cx, c, w.dim(0)) : null;
        if (row != null) {
            cx.set(0, cx.emit(new Dense(), rows, w, row));
            return;
        }
        Edge y = cx.emit(new Dense(), rows, w);
        if (alpha != 1) {
            y = cx.emit(new Binary(BinaryKind.MUL), y, Emitter.scalar(y.type().storage(), alpha));
        }
        if (c != null) {
            Edge scaled = beta == 1 ? c
                    : cx.emit(new Binary(BinaryKind.MUL), c, Emitter.scalar(c.type().storage(), beta));
            Shape out = y.shape();
            y = cx.emit(new Binary(BinaryKind.ADD), y, scaled);
            if (!y.shape().equals(out)) {
                throw cx.badShape("operand C of shape " + c.shape() + " does not broadcast to " + out);
            }
        }
        cx.set(0, y);
    }

    /** C as a vector of one element for each output; null if it differs from row to row. */
    private static Edge asRow(NodeContext cx, Edge c, int outputs) {
        if (c.shape().equals(Shape.of(outputs))) {
            return c;
        }
        if (c.shape().elementCount() == outputs && c.rank() <= 2 && (c.rank() == 0 || c.dim(-1) == outputs)) {
            return cx.emitter().reshape(c, outputs);
        }
        if (c.shape().elementCount() == 1 && c.rank() <= 2) {
            return cx.emit(new Expand(Ints.of(outputs)), cx.emitter().reshape(c, 1));
        }
        return null;
    }
}
