package quantwright.backend.llvm.loops;

import java.util.function.Consumer;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/** Emits loop nests. */
final class LoopEmitter {
    private LoopEmitter() {
    }

    /** Receives the operands' addresses in one iteration. */
    @FunctionalInterface
    interface Body {
        void emit(Address[] operands);
    }

    /** Emits all loops of the nest around {@code body}, from the operands' start addresses. */
    static void nest(FunctionBuilder f, LoopNest nest, Address[] start, Body body) {
        nest(f, nest, 0, start, body);
    }

    private static void nest(FunctionBuilder f, LoopNest nest, int loop, Address[] at, Body body) {
        if (loop == nest.depth()) {
            body.emit(at);
            return;
        }
        f.loop(0, nest.extents().get(loop), 1, i -> {
            Address[] inner = new Address[at.length];
            for (int k = 0; k < at.length; k++) {
                inner[k] = nest.stride(k, loop) == 0 ? at[k] : f.at(at[k], i, nest.stride(k, loop));
            }
            nest(f, nest, loop + 1, inner, body);
        });
    }

    /** Receives one chunk: its first index and how many elements it has. */
    @FunctionalInterface
    interface Chunk {
        void emit(Value first, int lanes);
    }

    /**
     * Covers {@code count} consecutive elements by a loop over chunks of {@code lanes} and ever smaller powers of two
     * for the rest, so that nothing past the end is touched.
     */
    static void chunks(FunctionBuilder f, int count, int lanes, Chunk chunk) {
        int full = count / lanes * lanes;
        f.loop(0, full, lanes, i -> chunk.emit(i, lanes));
        int at = full;
        for (int part = lanes / 2; part >= 1; part /= 2) {
            if ((count - at) >= part) {
                chunk.emit(Value.i64(at), part);
                at += part;
            }
        }
    }

    /** Runs {@code body} {@code count} times, unrolled by four where it divides. */
    static void unrolled(FunctionBuilder f, int count, Consumer<Value> body) {
        int by = count % 4 == 0 ? 4 : 1;
        f.loop(0, count, by, i -> {
            for (int k = 0; k < by; k++) {
                body.accept(f.add(i, Value.i64(k)));
            }
        });
    }

    /**
     * Covers {@code count} elements by vectors of {@code lanes}, which is at most {@code count}: the last one starts
     * early enough to end with the last element.
     */
    static void overlapping(FunctionBuilder f, int count, int lanes, Consumer<Value> body) {
        f.loop(0, count, lanes, i -> {
            Value last = Value.i64(count - lanes);
            Value first = count % lanes == 0 ? i
                    : i.constant() != null ? Value.i64(Math.min(i.constant(), last.constant())) : f.smin(i, last);
            body.accept(first);
        });
    }
}
