package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/** Stores tiles. Bytes are narrowed four vectors at a time, and neighbouring pieces of memory leave in one store. */
final class PieceWriter {
    private PieceWriter() {
    }

    /**
     * Narrows to bytes and stores.
     *
     * @param rounded  the i32 lanes of a piece, before the zero point
     * @param narrowed the bytes of one to four such vectors, as {@link VectorIsa#narrow} orders them
     * @param finished what is done to the bytes before they are stored
     */
    static void narrow(FunctionBuilder f, VectorIsa isa, List<Piece> pieces, Function<Piece, Value> rounded,
            Function<Value[], Value> narrowed, UnaryOperator<Value> finished) {
        for (int lanes = isa.lanes(); lanes >= 4; lanes /= 2) {
            int n = lanes;
            var same = pieces.stream().filter(p -> p.lanes() == n).toList();
            for (int i = 0; i < same.size(); i += 4) {
                List<Piece> group = new ArrayList<>(same.subList(i, Math.min(i + 4, same.size())));
                Value[] ints = group.stream().map(rounded).toArray(Value[]::new);
                store(f, finished.apply(narrowed.apply(ints)), group);
            }
        }
    }

    /** Stores 32-bit lanes. */
    static void wide(FunctionBuilder f, Value v, Piece p) {
        storeLanes(f, v, 0, p.valid(), p.out());
    }

    /** Stores lanes [first, first + count) in as few plain stores as their number needs. */
    static void storeLanes(FunctionBuilder f, Value v, int first, int count, Address to) {
        int element = v.type().bits() / 8;
        int at = first;
        long offset = 0;
        int left = count;
        while (left > 0) {
            int n = Integer.highestOneBit(left);
            Value part = n == 1 ? f.extract(v, at) : f.slice(v, at, n);
            f.store(part, to.plus(offset), 1);
            at += n;
            offset += (long) n * element;
            left -= n;
        }
    }

    /** Stores narrowed bytes; runs of whole pieces that touch in memory leave together. */
    private static void store(FunctionBuilder f, Value bytes, List<Piece> group) {
        int i = 0;
        while (i < group.size()) {
            Piece p = group.get(i);
            int n = p.lanes();
            int run = 1;
            for (int size = 4; size > 1; size /= 2) {
                if (i % size == 0 && touch(group, i, size)) {
                    run = size;
                    break;
                }
            }
            int valid = run > 1 ? run * n : p.valid();
            storeLanes(f, bytes, i * n, valid, p.out());
            i += run;
        }
    }

    private static boolean touch(List<Piece> group, int from, int size) {
        if (from + size > group.size()) {
            return false;
        }
        Piece first = group.get(from);
        for (int j = 0; j < size; j++) {
            Piece p = group.get(from + j);
            if (p.valid() != p.lanes() || p.out().base() != first.out().base()
                    || p.out().offset() != first.out().offset() + (long) j * p.lanes()) {
                return false;
            }
        }
        return true;
    }
}
