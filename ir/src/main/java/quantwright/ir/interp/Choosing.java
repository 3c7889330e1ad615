package quantwright.ir.interp;

import quantwright.ir.data.Tensor;
import quantwright.ir.op.CompareKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Comparisons and choice by a condition, under broadcasting. */
final class Choosing {
    private Choosing() {
    }

    static Tensor compare(CompareKind kind, Tensor left, Tensor right, TensorType result) {
        Tensor a = StridedCopy.expand(left, result.shape());
        Tensor b = StridedCopy.expand(right, result.shape());
        ScalarType storage = a.type().storage();
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < out.size(); i++) {
            boolean holds;
            if (storage.isFloat()) {
                holds = floats(kind, Casting.real(a, i), Casting.real(b, i));
            } else {
                int order = storage == ScalarType.U64 ? Long.compareUnsigned(a.integer(i), b.integer(i))
                        : Long.compare(a.integer(i), b.integer(i));
                holds = integers(kind, order, a.integer(i) != 0, b.integer(i) != 0);
            }
            out.bytes()[i] = (byte) (holds ? 1 : 0);
        }
        return out;
    }

    private static boolean floats(CompareKind kind, double a, double b) {
        return switch (kind) {
            case EQUAL -> a == b;
            case LESS -> a < b;
            case LESS_OR_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_OR_EQUAL -> a >= b;
            case AND -> a != 0 && b != 0;
            case OR -> a != 0 || b != 0;
            case XOR -> a != 0 ^ b != 0;
        };
    }

    private static boolean integers(CompareKind kind, int order, boolean a, boolean b) {
        return switch (kind) {
            case EQUAL -> order == 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case GREATER -> order > 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case AND -> a && b;
            case OR -> a || b;
            case XOR -> a ^ b;
        };
    }

    static Tensor where(Tensor condition, Tensor left, Tensor right, TensorType result) {
        Shape shape = result.shape();
        byte[] choose = StridedCopy.expand(condition, shape).bytes();
        Tensor a = StridedCopy.expand(left, shape);
        Tensor b = StridedCopy.expand(right, shape);
        Tensor out = Tensor.zeros(result);
        for (int i = 0; i < choose.length;) {
            int run = i + 1;
            while (run < choose.length && (choose[run] != 0) == (choose[i] != 0)) {
                run++;
            }
            System.arraycopy((choose[i] != 0 ? a : b).array(), i, out.array(), i, run - i);
            i = run;
        }
        return out;
    }
}
