package quantwright.backend.llvm.loops;

import java.util.function.BinaryOperator;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * Walks rows of elements sixteen at a time, as {@link quantwright.ir.arith.FloatReduce} counts lanes.
 *
 * @param f function to emit into
 * @param element how elements lie in memory
 * @param stride bytes from one to the next
 */
record Rows(FunctionBuilder f, Stored element, long stride) {
    static final int LANES = 16;

    /** Handles sixteen elements; at the end of a row those beyond it are neutral. */
    @FunctionalInterface
    interface Step {
        Value[] next(Address at, Value x, Value[] carried);
    }

    /** Passes all elements through {@code step}; lanes past the end of the row hold {@code neutral}. */
    Value[] fold(Address row, int count, Value neutral, Value[] init, Step step) {
        int full = count / LANES * LANES;
        Value[] carried = f.loop(0, full, LANES, init, (i, values) -> {
            Address at = f.at(row, i, stride);
            return step.next(at, element.load(f, at, stride, LANES), values);
        });
        if (full == count) {
            return carried;
        }
        Address at = row.plus(full * stride);
        return step.next(at, part(at, count - full, neutral), carried);
    }

    /** The first {@code n} lanes loaded, the rest {@code neutral}. */
    private Value part(Address at, int n, Value neutral) {
        Value v = f.splat(neutral, LANES);
        if (stride == element.bytes() && n > 1) {
            // Halves that fit are loaded whole, so that nothing past the end is touched.
            int done = 0;
            for (int piece = LANES / 2; piece >= 1; piece /= 2) {
                if (n - done >= piece) {
                    v = insert(v, element.load(f, at.plus(done * stride), stride, piece), done);
                    done += piece;
                }
            }
            return v;
        }
        for (int i = 0; i < n; i++) {
            v = f.insert(v, element.load(f, at.plus(i * stride), stride, 1), i);
        }
        return v;
    }

    private Value insert(Value whole, Value piece, int at) {
        int n = piece.type().lanes();
        if (n == 1) {
            return f.insert(whole, piece, at);
        }
        int[] widen = new int[LANES];
        int[] blend = new int[LANES];
        for (int i = 0; i < LANES; i++) {
            widen[i] = i < n ? i : -1;
            blend[i] = i >= at && i < at + n ? LANES + i - at : i;
        }
        return f.shuffle(whole, f.shuffle(piece, widen), blend);
    }

    /** Combines sixteen lanes: lane i with i + 8, then with i + 4, i + 2, i + 1. */
    Value tree(Value lanes, BinaryOperator<Value> merge) {
        Value v = lanes;
        for (int half = LANES / 2; half > 1; half /= 2) {
            v = merge.apply(f.slice(v, 0, half), f.slice(v, half, half));
        }
        return merge.apply(f.extract(v, 0), f.extract(v, 1));
    }

    /** Covers a row by disjoint chunks, so that it may be changed in place. */
    static void map(FunctionBuilder f, int count, RowMap body) {
        int width = Math.min(LANES, Integer.highestOneBit(Math.max(1, count)));
        int full = count / width * width;
        f.loop(0, full, width, i -> body.chunk(i, width));
        int at = full;
        for (int piece = width / 2; piece >= 1; piece /= 2) {
            if (count - at >= piece) {
                body.chunk(Value.i64(at), piece);
                at += piece;
            }
        }
    }

    /** Handles {@code lanes} elements from {@code first} on. */
    @FunctionalInterface
    interface RowMap {
        void chunk(Value first, int lanes);
    }
}
