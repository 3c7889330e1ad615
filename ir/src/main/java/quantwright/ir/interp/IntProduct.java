package quantwright.ir.interp;

import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Quantized matrix products. */
final class IntProduct {
    private IntProduct() {
    }

    static Tensor dense(QDense op, Tensor x, Tensor w, Tensor bias, TensorType result) {
        Tensor out = Tensor.zeros(result);
        int k = w.type().dim(1);
        int n = w.type().dim(0);
        QuantizedType weights = w.type().quantized();
        Requantizer[] requantizers = IntSums.requantizers(op.rounding(), x.type().quantized().scale(0), weights, result,
                (in, weight, to) -> Scales.fullyConnectedFactor(op.rounding(),
                        !(weights instanceof QuantizedType.PerTensor), in, weight, to));
        int[] rows = Quantizing.centred(x);
        int[][] columns = Columns.of(Quantizing.factors(w), 1, n, k);
        IntSums sums = IntSums.of(x, w, bias, out, op.clamp(), n);
        for (int at = 0; at < out.size(); at += n) {
            sums.start(0);
            sums.accumulate(rows, at / n * k, k, columns, 0);
            sums.store(requantizers, at, 0);
        }
        return out;
    }

    static Tensor matmul(QMatMul op, Tensor a, Tensor b, TensorType result) {
        QuantizedType left = alongAxis(a, a.type().rank() - 2);
        QuantizedType right = alongAxis(b, b.type().rank() - (op.transposeB() ? 2 : 1));
        Tensor out = Tensor.zeros(result);
        FloatProduct.Operands shape = FloatProduct.Operands.of(plain(a), plain(b), op.transposeB(), result);
        IntSums sums = IntSums.of(a, b, null, out, op.clamp(), shape.n());
        Requantizer[][] requantizers = new Requantizer[left.scaleCount()][];
        for (int i = 0; i < requantizers.length; i++) {
            requantizers[i] = IntSums.requantizers(op.rounding(), left.scale(i), right, result, Scales::productFactor);
        }
        int[][] block = new int[shape.k()][shape.n()];
        for (int row = 0; row < shape.batches() * shape.m(); row++) {
            if (row % shape.m() == 0) {
                for (int k = 0; k < shape.k(); k++) {
                    System.arraycopy(shape.b().ints(), (row / shape.m() * shape.k() + k) * shape.n(), block[k], 0,
                            shape.n());
                }
            }
            sums.start(0);
            sums.accumulate(shape.a().ints(), row * shape.k(), shape.k(), block, 0);
            sums.store(requantizers[requantizers.length == 1 ? 0 : row % shape.m()], row * shape.n(), 0);
        }
        return out;
    }

    /** The operand's parameters, which lie along {@code axis} if they differ. */
    private static QuantizedType alongAxis(Tensor t, int axis) {
        QuantizedType type = t.type().quantized();
        boolean fits = switch (type) {
            case QuantizedType.PerTensor _ -> true;
            case QuantizedType.PerAxis p -> p.axis() == axis;
            case QuantizedType.PerBlock _, QuantizedType.PerGroup _ -> false;
        };
        if (!fits) {
            throw new IllegalArgumentException("operand " + t.type().element()
                    + " must be quantized per tensor or along axis " + axis);
        }
        return type;
    }

    /** The stored integers less their zero points, as plain i32. */
    private static Tensor plain(Tensor t) {
        return Tensor.of(t.type().withElement(ScalarType.I32), Quantizing.centred(t));
    }
}
