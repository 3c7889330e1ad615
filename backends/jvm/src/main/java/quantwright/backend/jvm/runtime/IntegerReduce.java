package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.op.ReduceKind;

/**
 * Reduces each row of a matrix of plain integers to one element: in 64 bits, then cut down to the type.
 *
 * @param x [count, length]
 * @param out [count]
 * @param count rows
 * @param length elements of a row, above 0 where the kind needs one
 * @param storage of both
 * @param kind which
 */
public record IntegerReduce(int x, int out, int count, int length, Storage storage, ReduceKind kind)
        implements Step {
    @Override
    public void run(Memory memory) {
        Object from = memory.array(x);
        Object to = memory.array(out);
        for (int i = 0; i < count; i++) {
            storage.set(to, i, row(from, i * length));
        }
    }

    private long row(Object from, int first) {
        boolean unsigned = storage == Storage.U64;
        long result = IntegerFunctions.start(kind, length == 0 ? 0 : storage.get(from, first));
        for (int i = first; i < first + length; i++) {
            result = IntegerFunctions.reduce(kind, result, storage.get(from, i), unsigned);
        }
        return IntegerFunctions.end(kind, result, length);
    }
}
