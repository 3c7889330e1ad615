package quantwright.backend.llvm.text;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One function under construction: memory access and structured control flow over {@link Instructions}. Instructions go
 * to the current block, in call order; loops and conditionals take their bodies as lambdas, so blocks and phis need no
 * handling.
 */
public final class FunctionBuilder extends Instructions {
    private final String name;
    private final ModuleBuilder.Linkage linkage;
    private final IrType result;
    private final List<Parameter> parameters;
    private String block = "entry";
    private int labels;
    private boolean terminated;

    FunctionBuilder(ModuleBuilder module, String name, ModuleBuilder.Linkage linkage, IrType result,
            List<Parameter> parameters) {
        super(module);
        this.name = name;
        this.linkage = linkage;
        this.result = result;
        this.parameters = parameters;
    }

    /**
     * A loop body with values carried from one iteration to the next; returns the next values, same number and types.
     */
    @FunctionalInterface
    public interface CarriedBody {
        Value[] build(Value index, Value[] carried);
    }

    public String name() {
        return name;
    }

    /** The module this function belongs to. */
    public ModuleBuilder owner() {
        return module();
    }

    /** The {@code i}th parameter. */
    public Value param(int i) {
        Parameter p = parameters.get(i);
        return new Value(p.type(), "%" + p.name(), null);
    }

    // ---- memory

    /** {@code pointer} as an address. */
    public Address at(Value pointer) {
        return new Address(pointer);
    }

    /** {@code pointer + index * scale} bytes; {@code index} is i64. */
    public Address at(Value pointer, Value index, long scale) {
        return at(new Address(pointer), index, scale);
    }

    /** {@code address + index * scale} bytes; {@code index} is i64. A constant index costs nothing. */
    public Address at(Address address, Value index, long scale) {
        if (index.constant() != null) {
            return address.plus(index.constant() * scale);
        }
        Value bytes = mul(index, Value.i64(scale));
        Value p = emit(IrType.PTR, "getelementptr i8, ptr " + address.base().text() + ", " + bytes.typed());
        return new Address(p, address.offset());
    }

    /** The address as a pointer value. */
    public Value pointer(Address a) {
        return a.offset() == 0 ? a.base()
            : emit(IrType.PTR, "getelementptr i8, ptr " + a.base().text() + ", i64 " + a.offset());
    }

    /** Loads a value known to be aligned to {@code align} bytes (1 is always right on x86 and costs nothing). */
    public Value load(IrType type, Address a, int align) {
        return emit(type, "load " + type + ", ptr " + pointer(a).text() + ", align " + align);
    }

    public Value load(IrType type, Address a) {
        return load(type, a, 1);
    }

    public void store(Value v, Address a, int align) {
        emitVoid("store " + v.typed() + ", ptr " + pointer(a).text() + ", align " + align);
    }

    public void store(Value v, Address a) {
        store(v, a, 1);
    }

    /** Lanes whose mask bit is clear are neither read nor faulted on; they hold {@code passThrough}. */
    public Value maskedLoad(IrType type, Address a, Value mask, Value passThrough) {
        Value p = pointer(a);
        return intrinsic("llvm.masked.load." + type.suffix() + ".p0", type, p, Value.i32(1), mask, passThrough);
    }

    /** Stores only the lanes whose mask bit is set. */
    public void maskedStore(Value v, Address a, Value mask) {
        Value p = pointer(a);
        intrinsic("llvm.masked.store." + v.type().suffix() + ".p0", IrType.VOID, v, p, Value.i32(1), mask);
    }

    /** A mask of {@code lanes} lanes with the first {@code n} set. */
    public static Value firstLanes(int lanes, int n) {
        long[] m = new long[lanes];
        java.util.Arrays.fill(m, 0, n, 1);
        return Value.vector(IrType.I1, m);
    }

    /** Scratch memory in the frame; call it outside loops. */
    public Value stack(int bytes, int align) {
        return emit(IrType.PTR, "alloca [" + bytes + " x i8], align " + align);
    }

    /**
     * Keeps loads and stores on their side of this point, at no cost in instructions. Between the steps of an unrolled
     * kernel it keeps equal loads apart: LLVM would merge them, and spill what then lives too long.
     */
    public void barrier() {
        emitVoid("call void asm sideeffect \"\", \"~{memory}\"()");
    }

    /** The same pointer, of which code generation does not know where it comes from: offsets restart from it. */
    public Value opaque(Value pointer) {
        return emit(IrType.PTR, "call ptr asm \"\", \"=r,0\"(ptr " + pointer.text() + ")");
    }

    /**
     * The same value, of which code generation does not know where it comes from: a chain of additions stays in order.
     *
     * @param registers the constraint letter of their class
     */
    public Value opaque(Value value, String registers) {
        return emit(value.type(), "call " + value.type() + " asm \"\", \"=" + registers + ",0\"(" + value.typed() + ")");
    }

    // ---- calls

    /** Calls a function of this module, or an external one declared with {@link ModuleBuilder#external}. */
    public Value call(String function, IrType type, Value... arguments) {
        var text = new StringBuilder();
        for (Value a : arguments) {
            text.append(text.isEmpty() ? "" : ", ").append(a.typed());
        }
        String c = "call " + type + " @" + function + "(" + text + ")";
        if (type.equals(IrType.VOID)) {
            emitVoid(c);
            return null;
        }
        return emit(type, c);
    }

    /** Calls through a pointer. */
    public void callPointer(Value target, Value... arguments) {
        var text = new StringBuilder();
        for (Value a : arguments) {
            text.append(text.isEmpty() ? "" : ", ").append(a.typed());
        }
        emitVoid("call void " + target.text() + "(" + text + ")");
    }

    // ---- control flow

    private String label(String hint) {
        return hint + labels++;
    }

    private void begin(String label) {
        lines().add(label + ":");
        block = label;
        terminated = false;
    }

    /**
     * Counts {@code begin, begin + step, ...} while below {@code end}; the index is i64. No iteration emits nothing.
     */
    public void loop(long begin, long end, long step, Consumer<Value> body) {
        loop(begin, end, step, new Value[0], (i, none) -> {
            body.accept(i);
            return none;
        });
    }

    /**
     * The same loop carrying values; returns them after the last iteration. A single iteration is emitted in line, its
     * index a constant.
     */
    public Value[] loop(long begin, long end, long step, Value[] init, CarriedBody body) {
        if (step <= 0) {
            throw new IllegalArgumentException("step " + step);
        }
        long trips = end <= begin ? 0 : Math.ceilDiv(end - begin, step);
        if (trips == 0) {
            return init;
        }
        if (trips == 1) {
            return body.build(Value.i64(begin), init);
        }
        return bottomTested(Value.i64(begin), Value.i64(begin + trips * step), step, "ne", init, body);
    }

    /**
     * Counts from {@code begin} while signed below {@code end}, both i64 and perhaps not constant; may run zero times.
     */
    public Value[] loop(Value begin, Value end, long step, Value[] init, CarriedBody body) {
        if (begin.constant() != null && end.constant() != null) {
            return loop(begin.constant(), end.constant(), step, init, body);
        }
        Value any = icmp("slt", begin, end);
        return conditional(any, () -> bottomTested(begin, end, step, "slt", init, body), () -> init);
    }

    private Value[] bottomTested(Value begin, Value end, long step, String test, Value[] init, CarriedBody body) {
        String head = label("loop");
        String exit = label("done");
        String before = block;
        emitVoid("br label %" + head);
        begin(head);
        Value index = fresh(IrType.I64);
        Value[] carried = new Value[init.length];
        for (int i = 0; i < init.length; i++) {
            carried[i] = fresh(init[i].type());
        }
        int phis = lines().size();
        Value[] next = body.build(index, carried);
        if (next.length != init.length) {
            throw new IllegalArgumentException("loop carries " + init.length + " values, body returned " + next.length);
        }
        Value following = emit(IrType.I64, "add nsw i64 " + index.text() + ", " + step);
        Value more = icmp(test, following, end);
        String latch = block;
        emitVoid("br i1 " + more.text() + ", label %" + head + ", label %" + exit);
        for (int i = 0; i < init.length; i++) {
            lines().add(phis + i, phi(carried[i], init[i], before, next[i], latch));
        }
        lines().add(phis, phi(index, begin, before, following, latch));
        begin(exit);
        return next;
    }

    private static String phi(Value v, Value a, String fromA, Value b, String fromB) {
        if (!v.type().equals(a.type()) || !v.type().equals(b.type())) {
            throw new IllegalArgumentException("phi " + v.type() + " of " + a.type() + " and " + b.type());
        }
        return "  " + v.text() + " = phi " + v.type() + " [ " + a.text() + ", %" + fromA + " ], [ "
            + b.text() + ", %" + fromB + " ]";
    }

    /** Runs {@code body} when the i1 holds. */
    public void when(Value condition, Runnable body) {
        String then = label("then");
        String join = label("join");
        emitVoid("br i1 " + condition.text() + ", label %" + then + ", label %" + join);
        begin(then);
        body.run();
        if (!terminated) {
            emitVoid("br label %" + join);
        }
        begin(join);
    }

    /** Runs one of two bodies; returns their values, which must agree in number and types. */
    public Value[] conditional(Value condition, Supplier<Value[]> then, Supplier<Value[]> otherwise) {
        String yes = label("then");
        String no = label("else");
        String join = label("join");
        emitVoid("br i1 " + condition.text() + ", label %" + yes + ", label %" + no);
        begin(yes);
        Value[] a = then.get();
        String fromA = block;
        emitVoid("br label %" + join);
        begin(no);
        Value[] b = otherwise.get();
        String fromB = block;
        emitVoid("br label %" + join);
        begin(join);
        Value[] merged = new Value[a.length];
        for (int i = 0; i < a.length; i++) {
            merged[i] = fresh(a[i].type());
            lines().add(phi(merged[i], a[i], fromA, b[i], fromB));
        }
        return merged;
    }

    public void ret() {
        emitVoid("ret void");
        terminated = true;
    }

    /** Returns a value; inside {@link #when} it leaves early. */
    public void ret(Value v) {
        emitVoid("ret " + v.typed());
        terminated = true;
    }

    void appendTo(StringBuilder sb) {
        sb.append("define ").append(linkage.text()).append(result).append(" @").append(name).append('(');
        for (int i = 0; i < parameters.size(); i++) {
            Parameter p = parameters.get(i);
            sb.append(i == 0 ? "" : ", ").append(p.type()).append(' ');
            sb.append(p.attributes().isEmpty() ? "" : p.attributes() + " ").append('%').append(p.name());
        }
        sb.append(") #0 {\nentry:\n");
        lines().forEach(l -> sb.append(l).append('\n'));
        sb.append("}\n\n");
    }
}
