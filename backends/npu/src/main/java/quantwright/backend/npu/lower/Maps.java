package quantwright.backend.npu.lower;

import java.util.Optional;
import quantwright.ir.Node;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Requantize;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Functions of one 8-bit value, as tables. */
final class Maps {
    private Maps() {
    }

    /** Why a node is no table; empty if it is. */
    static Optional<String> reason(Node node) {
        if (node.operand(0).type().storage().bits() != 8 || node.result().type().storage().bits() != 8) {
            return Optional.of("tables are for 8-bit values");
        }
        return node.op() instanceof QLookup && !Operands.isConstant(node.operand(1))
                ? Optional.of("the table must be constant") : Optional.empty();
    }

    /** The table of a node: entry i is the result of the least stored value plus i. */
    static byte[] table(Node node) {
        TensorType from = node.operand(0).type();
        TensorType to = node.result().type();
        return switch (node.op()) {
            case QLookup _ -> Operands.constant(node.operand(1)).bytes().clone();
            case QClamp c -> fill(from.storage(), q -> Math.clamp(q, c.clamp().min(), c.clamp().max()));
            case QReinterpret _ -> fill(from.storage(), q -> q + (int) (to.storage().minValue() - from.storage().minValue()));
            case Requantize r -> requantize(r.rounding(), from.quantized(), to.quantized());
            default -> throw new IllegalArgumentException(node.op().mnemonic() + " is no table");
        };
    }

    /** A change of parameters; null if they are equal. */
    static byte[] requantize(Rounding rounding, QuantizedType from, QuantizedType to) {
        if (from.equals(to)) {
            return null;
        }
        Requantizer requantizer = Requantizer.of(rounding, Scales.rescaleFactor(from.scale(0), to.scale(0)));
        QuantRange range = new QuantRange(to.zeroPoint(0), (int) to.storage().minValue(), (int) to.storage().maxValue());
        return fill(from.storage(), q -> requantizer.apply(q - from.zeroPoint(0), range));
    }

    private static byte[] fill(ScalarType storage, java.util.function.IntUnaryOperator function) {
        byte[] table = new byte[256];
        for (int i = 0; i < 256; i++) {
            table[i] = (byte) function.applyAsInt((int) storage.minValue() + i);
        }
        return table;
    }
}
