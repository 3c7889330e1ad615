package quantwright.backend.jvm.runtime;

import quantwright.ir.op.CompareKind;

/**
 * Compares two tensors of one shape.
 *
 * @param a left operand
 * @param b right operand
 * @param out bytes, 0 or 1
 * @param n elements
 * @param storage of the operands
 * @param kind which
 */
public record Compare(int a, int b, int out, int n, Storage storage, CompareKind kind) implements Step {
    @Override
    public void run(Memory memory) {
        byte[] result = memory.bytes(out);
        Object left = memory.array(a);
        Object right = memory.array(b);
        for (int i = 0; i < n; i++) {
            boolean holds = storage == Storage.F64 ? floats(((double[]) left)[i], ((double[]) right)[i])
                    : storage == Storage.F32 ? floats(((float[]) left)[i], ((float[]) right)[i])
                    : integers(storage.get(left, i), storage.get(right, i));
            result[i] = (byte) (holds ? 1 : 0);
        }
    }

    private boolean floats(double p, double q) {
        return switch (kind) {
            case EQUAL -> p == q;
            case LESS -> p < q;
            case LESS_OR_EQUAL -> p <= q;
            case GREATER -> p > q;
            case GREATER_OR_EQUAL -> p >= q;
            case AND -> p != 0 && q != 0;
            case OR -> p != 0 || q != 0;
            case XOR -> p != 0 ^ q != 0;
        };
    }

    private boolean integers(long left, long right) {
        long flip = storage == Storage.U64 ? Long.MIN_VALUE : 0;
        long p = left ^ flip;
        long q = right ^ flip;
        return switch (kind) {
            case EQUAL -> p == q;
            case LESS -> p < q;
            case LESS_OR_EQUAL -> p <= q;
            case GREATER -> p > q;
            case GREATER_OR_EQUAL -> p >= q;
            case AND -> left != 0 && right != 0;
            case OR -> left != 0 || right != 0;
            case XOR -> left != 0 ^ right != 0;
        };
    }
}
