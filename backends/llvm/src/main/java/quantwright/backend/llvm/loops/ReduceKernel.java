package quantwright.backend.llvm.loops;

import java.util.Locale;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Combines the elements of some axes in {@link quantwright.ir.arith.FloatReduce}'s order: element i goes to partial
 * result i mod 16, then partial results are combined by a tree. Contiguous rows keep the partial results in one vector;
 * otherwise vectors run across results and the partial results lie in the frame. Integers are combined the same way, in
 * the type they are computed in, as their order does not matter. Emits {@code void f(ptr in, ptr out, ptr constants)}.
 *
 * @param kind how elements combine
 * @param kept loops over the results; operands in, out
 * @param reduced loops over what is combined, in row-major order; operand in
 * @param in elements read
 * @param out results
 * @param finish makes a result of the combination; reads the constants
 * @param lanes most lanes of a vector across results
 */
public record ReduceKernel(Kind kind, LoopNest kept, LoopNest reduced, Stored in, Stored out, MapBody finish,
        int lanes) {
    private static final int PARTIALS = 16;

    /** How elements combine. */
    public enum Kind {
        /** Sum, from 0. */
        SUM,
        /** Sum of squares, fused multiply-add for floats. */
        SUM_SQUARE,
        /** {@code x > m ? x : m}. */
        MAX,
        /** {@code x < m ? x : m}. */
        MIN,
        /** Product in the elements' order, from 1. */
        PROD
    }

    /** Simplifies the nests. */
    public ReduceKernel {
        kept = kept.simplified();
        reduced = reduced.simplified();
    }

    /** Name for reports. */
    public String name() {
        return "loop_reduce_" + kind.name().toLowerCase(Locale.ROOT) + (isRow() ? "_rows" : "");
    }

    private boolean isRow() {
        return kind != Kind.PROD && reduced.depth() == 1 && reduced.innermost(0) == in.bytes();
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, Parameter.readOnly("in"),
                Parameter.writable("out"), Parameter.readOnly("constants"));
        Address[] start = {f.at(f.param(0)), f.at(f.param(1))};
        boolean vector = !isRow() && kept.depth() > 0;
        int extent = vector ? kept.innermostExtent() : 1;
        int width = Math.min(lanes, Integer.highestOneBit(Math.max(1, extent)));
        Value[] constants = Slots.load(f, f.at(f.param(2)), finish.slots(), width);
        Value frame = isRow() ? null : f.stack(PARTIALS * in.computed(width).bytes(), 64);
        LoopEmitter.nest(f, vector ? kept.outer() : kept, start, at -> LoopEmitter.overlapping(f, extent, width,
                first -> {
            Address from = vector ? f.at(at[0], first, kept.innermost(0)) : at[0];
            Address to = vector ? f.at(at[1], first, kept.innermost(1)) : at[1];
            Value combined = isRow() ? row(f, from) : across(f, from, vector ? kept.innermost(0) : 0, width,
                    f.at(frame));
            Value result = finish.apply(f, new Value[] {combined}, constants);
            out.store(f, result, to, vector ? kept.innermost(1) : 0);
        }));
        f.ret();
    }

    private Value row(FunctionBuilder f, Address from) {
        Rows rows = new Rows(f, in, in.bytes());
        Value identity = identity(in.computed(PARTIALS));
        Value[] partial = rows.fold(from, reduced.innermostExtent(), identity(in.computed(1)), new Value[] {identity},
                (at, x, carried) -> new Value[] {combine(f, carried[0], x)});
        return rows.tree(partial[0], (a, b) -> merge(f, a, b));
    }

    private Value across(FunctionBuilder f, Address from, long stride, int width, Address frame) {
        IrType type = in.computed(width);
        int partials = kind == Kind.PROD ? 1 : PARTIALS;
        for (int i = 0; i < partials; i++) {
            f.store(identity(type), frame.plus((long) i * type.bytes()));
        }
        elements(f, 0, from, Value.i64(0), (at, index) -> {
            Address slot = f.at(frame, f.and(index, Value.i64(partials - 1)), type.bytes());
            f.store(combine(f, f.load(type, slot), in.load(f, at, stride, width)), slot);
        });
        Value[] all = new Value[partials];
        for (int i = 0; i < partials; i++) {
            all[i] = f.load(type, frame.plus((long) i * type.bytes()));
        }
        for (int half = partials / 2; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                all[i] = merge(f, all[i], all[i + half]);
            }
        }
        return all[0];
    }

    private interface Element {
        void visit(Address at, Value index);
    }

    private void elements(FunctionBuilder f, int loop, Address at, Value index, Element body) {
        if (loop == reduced.depth()) {
            body.visit(at, index);
            return;
        }
        long inner = 1;
        for (int i = loop + 1; i < reduced.depth(); i++) {
            inner *= reduced.extents().get(i);
        }
        long count = inner;
        f.loop(0, reduced.extents().get(loop), 1, i -> elements(f, loop + 1, f.at(at, i, reduced.stride(0, loop)),
                f.add(index, f.mul(i, Value.i64(count))), body));
    }

    private Value identity(IrType type) {
        if (type.isFloat()) {
            return Value.of(type, switch (kind) {
                case SUM, SUM_SQUARE -> 0f;
                case MAX -> Float.NEGATIVE_INFINITY;
                case MIN -> Float.POSITIVE_INFINITY;
                case PROD -> 1f;
            });
        }
        long least = type.bits() == 32 ? Integer.MIN_VALUE : Long.MIN_VALUE;
        return Value.of(type, switch (kind) {
            case SUM, SUM_SQUARE -> 0;
            case MAX -> least;
            case MIN -> ~least;
            case PROD -> 1;
        });
    }

    private Value combine(FunctionBuilder f, Value acc, Value x) {
        boolean real = x.type().isFloat();
        return switch (kind) {
            case SUM -> real ? f.fadd(acc, x) : f.add(acc, x);
            case SUM_SQUARE -> real ? f.fma(x, x, acc) : f.add(acc, f.mul(x, x));
            case PROD -> real ? f.fmul(acc, x) : f.mul(acc, x);
            case MAX, MIN -> choose(f, x, acc);
        };
    }

    private Value merge(FunctionBuilder f, Value a, Value b) {
        return switch (kind) {
            case SUM, SUM_SQUARE -> a.type().isFloat() ? f.fadd(a, b) : f.add(a, b);
            case MAX, MIN -> choose(f, b, a);
            case PROD -> throw new IllegalStateException("products have one partial result");
        };
    }

    private Value choose(FunctionBuilder f, Value x, Value m) {
        String relation = kind == Kind.MAX ? "gt" : "lt";
        Value wins = x.type().isFloat() ? f.fcmp("o" + relation, x, m) : f.icmp("s" + relation, x, m);
        return f.select(wins, x, m);
    }
}
