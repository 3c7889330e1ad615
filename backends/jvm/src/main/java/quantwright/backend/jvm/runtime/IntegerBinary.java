package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.op.BinaryKind;

/**
 * A function of two plain integers, element by element, cut down to the type.
 *
 * @param a left operand
 * @param b right operand
 * @param out result
 * @param n elements
 * @param storage of all three
 * @param kind which
 */
public record IntegerBinary(int a, int b, int out, int n, Storage storage, BinaryKind kind) implements Step {
    @Override
    public void run(Memory memory) {
        Object left = memory.array(a);
        Object right = memory.array(b);
        Object result = memory.array(out);
        for (int i = 0; i < n; i++) {
            storage.set(result, i, IntegerFunctions.binary(kind, storage.get(left, i), storage.get(right, i),
                    storage == Storage.U64));
        }
    }
}
