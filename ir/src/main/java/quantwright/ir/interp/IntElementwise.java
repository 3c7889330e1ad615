package quantwright.ir.interp;

import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** Quantized elementwise ops, tables and softmax. */
final class IntElementwise {
    private IntElementwise() {
    }

    static Tensor add(QAdd op, Tensor left, Tensor right, TensorType result) {
        QuantizedType ta = left.type().quantized();
        QuantizedType tb = right.type().quantized();
        QuantizedAdd adder = QuantizedAdd.of(op.rounding(), op.subtract(),
                Math.max(ta.storage().bits(), tb.storage().bits()), ta.scale(0), ta.zeroPoint(0), tb.scale(0),
                tb.zeroPoint(0), result.quantized().scale(0), Quantizing.range(result, op.clamp()));
        int[] a = Quantizing.centred(StridedCopy.expand(left, result.shape()), 0);
        int[] b = Quantizing.centred(StridedCopy.expand(right, result.shape()), 0);
        for (int i = 0; i < a.length; i++) {
            a[i] = adder.apply(a[i], b[i]);
        }
        return Quantizing.stored(a, result);
    }

    static Tensor mul(QMul op, Tensor left, Tensor right, TensorType result) {
        QuantizedType ta = left.type().quantized();
        QuantizedType tb = right.type().quantized();
        Requantizer requantizer = Requantizer.of(op.rounding(),
                Scales.mulFactor(op.rounding(), ta.scale(0), tb.scale(0), result.quantized().scale(0)));
        QuantRange range = Quantizing.range(result, op.clamp());
        int[] a = Quantizing.centred(StridedCopy.expand(left, result.shape()), ta.zeroPoint(0));
        int[] b = Quantizing.centred(StridedCopy.expand(right, result.shape()), tb.zeroPoint(0));
        for (int i = 0; i < a.length; i++) {
            a[i] = requantizer.apply(a[i] * b[i], range);
        }
        return Quantizing.stored(a, result);
    }

    static Tensor lookup(Tensor x, Tensor table, TensorType result) {
        int min = (int) x.type().storage().minValue();
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            out.setInteger(i, table.integer((int) x.integer(i) - min));
        }
        return out;
    }

    static Tensor clamp(QClamp op, Tensor x, TensorType result) {
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            out.setInteger(i, Math.clamp(x.integer(i), op.clamp().min(), op.clamp().max()));
        }
        return out;
    }

    static Tensor softmax(QSoftmax op, Tensor x, TensorType result) {
        Rows rows = Rows.along(x, op.axis());
        float scale = x.type().quantized().scale(0);
        int n = rows.length();
        int[] in = new int[n];
        int[] probabilities = new int[n];
        int[] integers = QuantizedSoftmax.integerTable(scale, op.beta());
        float[] floats = QuantizedSoftmax.tfliteTable(scale, op.beta());
        QuantizedType to = result.quantized();
        Tensor moved = Tensor.zeros(result.withShape(rows.tensor().type().shape()));
        for (int at = 0; at < moved.size(); at += n) {
            for (int i = 0; i < n; i++) {
                in[i] = (int) rows.tensor().integer(at + i);
            }
            if (op.rule() == SoftmaxRule.INTEGER_TABLE) {
                QuantizedSoftmax.integer(integers, in, probabilities, (int) to.storage().minValue());
            } else {
                QuantizedSoftmax.tflite(floats, in, probabilities, to.scale(0), Quantizing.range(to, to.zeroPoint(0)));
            }
            for (int i = 0; i < n; i++) {
                moved.setInteger(at + i, probabilities[i]);
            }
        }
        return rows.back(moved);
    }
}
