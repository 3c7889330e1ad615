package quantwright.ir.interp;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Evaluates the ops of QUANT; every formula is that of {@code quantwright.ir.arith}. */
final class QuantEvaluator {
    private QuantEvaluator() {
    }

    static Tensor evaluate(QuantOp op, List<Tensor> operands, TensorType result) {
        Tensor x = operands.get(0);
        return switch (op) {
            case Quantize _ -> Quantizing.quantize(x, result);
            case Dequantize _ -> Quantizing.dequantize(x, result);
            case Requantize r -> Quantizing.requantize(r.rounding(), x, result);
            case QConv2d c -> IntConv.conv(c, x, operands.get(1), optional(operands, 2), result);
            case QDense d -> IntProduct.dense(d, x, operands.get(1), optional(operands, 2), result);
            case QMatMul m -> IntProduct.matmul(m, x, operands.get(1), result);
            case QAdd a -> IntElementwise.add(a, x, operands.get(1), result);
            case QMul m -> IntElementwise.mul(m, x, operands.get(1), result);
            case QAvgPool p -> IntAverages.pool(p, x, result);
            case QMean m -> IntAverages.mean(m, x, result);
            case QConcat c -> concat(c, operands, result);
            case QResize r -> Resampling.resizeQuantized(r.spec(), r.rounding(), x, result);
            case QLookup _ -> IntElementwise.lookup(x, operands.get(1), result);
            case QSoftmax s -> IntElementwise.softmax(s, x, result);
            case QClamp c -> IntElementwise.clamp(c, x, result);
            case QReinterpret _ -> reinterpret(x, result);
        };
    }

    private static Tensor optional(List<Tensor> operands, int i) {
        return i < operands.size() ? operands.get(i) : null;
    }

    private static Tensor concat(QConcat op, List<Tensor> operands, TensorType result) {
        List<Tensor> parts = new ArrayList<>();
        for (Tensor x : operands) {
            parts.add(Quantizing.requantize(op.rounding(), x, x.type().withElement(result.element())));
        }
        return Movement.concat(op.axis(), parts, result);
    }

    private static Tensor reinterpret(Tensor x, TensorType result) {
        ScalarType from = x.type().storage();
        ScalarType to = result.storage();
        if (from == to) {
            return x.withType(result);
        }
        int shift = from == ScalarType.U8 && to == ScalarType.I8 ? -128
                : from == ScalarType.I8 && to == ScalarType.U8 ? 128 : 0;
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            out.setInteger(i, Integers.wrap(x.integer(i) + shift, to));
        }
        return out;
    }
}
