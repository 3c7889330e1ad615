package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.op.UnaryKind;

/**
 * A function of one plain integer, element by element, cut down to the type.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param storage of both
 * @param truth whether elements are boolean
 * @param kind which
 */
public record IntegerUnary(int x, int out, int n, Storage storage, boolean truth, UnaryKind kind) implements Step {
    @Override
    public void run(Memory memory) {
        Object from = memory.array(x);
        Object to = memory.array(out);
        for (int i = 0; i < n; i++) {
            storage.set(to, i, IntegerFunctions.unary(kind, storage.get(from, i), storage == Storage.U64, truth));
        }
    }
}
