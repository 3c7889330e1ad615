package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.IntegerFunctions;
import quantwright.ir.op.BinaryKind;
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
        long result = switch (kind) {
            case SUM, MEAN, SUM_SQUARE, L2 -> 0;
            case PROD -> 1;
            case MAX, MIN -> storage.get(from, first);
        };
        for (int i = first; i < first + length; i++) {
            long v = storage.get(from, i);
            result = switch (kind) {
                case SUM, MEAN -> result + v;
                case SUM_SQUARE, L2 -> result + v * v;
                case PROD -> result * v;
                case MAX -> IntegerFunctions.binary(BinaryKind.MAX, result, v, unsigned);
                case MIN -> IntegerFunctions.binary(BinaryKind.MIN, result, v, unsigned);
            };
        }
        return kind == ReduceKind.MEAN ? result / length : kind == ReduceKind.L2 ? (long) Math.sqrt((double) result)
                : result;
    }
}
