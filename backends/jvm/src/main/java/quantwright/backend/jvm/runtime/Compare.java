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
            boolean holds = storage == Storage.F32 ? floats(((float[]) left)[i], ((float[]) right)[i])
                    : integers(storage.get(left, i), storage.get(right, i));
            result[i] = (byte) (holds ? 1 : 0);
        }
    }

    private boolean floats(float p, float q) {
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

    private boolean integers(long p, long q) {
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
}
