package quantwright.backend.llvm.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Arithmetic, comparison, conversion and vector instructions of a {@link FunctionBuilder}. Each method appends one
 * instruction and returns its value; integer scalars that are constant fold. Operands of binary operations must have
 * equal types. No float operation carries a fast-math flag, so each is one IEEE operation, rounded once.
 */
public abstract sealed class Instructions permits FunctionBuilder {
    private final ModuleBuilder module;
    private final List<String> lines = new ArrayList<>();
    private int next;

    Instructions(ModuleBuilder module) {
        this.module = module;
    }

    final List<String> lines() {
        return lines;
    }

    final ModuleBuilder module() {
        return module;
    }

    final Value fresh(IrType type) {
        return new Value(type, "%" + next++, null);
    }

    final Value emit(IrType type, String instruction) {
        Value v = fresh(type);
        lines.add("  " + v.text() + " = " + instruction);
        return v;
    }

    final void emitVoid(String instruction) {
        lines.add("  " + instruction);
    }

    private Value binary(String op, Value a, Value b) {
        if (!a.type().equals(b.type())) {
            throw new IllegalArgumentException(op + " of " + a.type() + " and " + b.type());
        }
        return emit(a.type(), op + " " + a.typed() + ", " + b.text());
    }

    private static boolean folds(Value a, Value b) {
        return a.constant() != null && b.constant() != null && a.type().equals(b.type());
    }

    private static long wrap(IrType type, long v) {
        int shift = 64 - type.bits();
        return shift == 0 ? v : v << shift >> shift;
    }

    private static boolean is(Value v, long c) {
        return v.constant() != null && v.constant() == c;
    }

    public final Value add(Value a, Value b) {
        if (folds(a, b)) {
            return Value.of(a.type(), wrap(a.type(), a.constant() + b.constant()));
        }
        return is(b, 0) ? a : is(a, 0) ? b : binary("add", a, b);
    }

    public final Value sub(Value a, Value b) {
        if (folds(a, b)) {
            return Value.of(a.type(), wrap(a.type(), a.constant() - b.constant()));
        }
        return is(b, 0) ? a : binary("sub", a, b);
    }

    public final Value mul(Value a, Value b) {
        if (folds(a, b)) {
            return Value.of(a.type(), wrap(a.type(), a.constant() * b.constant()));
        }
        return is(b, 1) ? a : is(a, 1) ? b : binary("mul", a, b);
    }

    /** Signed division towards zero; the divisor must not be 0. */
    public final Value sdiv(Value a, Value b) {
        if (folds(a, b) && b.constant() != 0 && b.constant() != -1) {
            return Value.of(a.type(), a.constant() / b.constant());
        }
        return is(b, 1) ? a : binary("sdiv", a, b);
    }

    public final Value udiv(Value a, Value b) {
        return is(b, 1) ? a : binary("udiv", a, b);
    }

    public final Value srem(Value a, Value b) {
        if (folds(a, b) && b.constant() != 0 && b.constant() != -1) {
            return Value.of(a.type(), a.constant() % b.constant());
        }
        return binary("srem", a, b);
    }

    public final Value urem(Value a, Value b) {
        return binary("urem", a, b);
    }

    public final Value and(Value a, Value b) {
        return folds(a, b) ? Value.of(a.type(), a.constant() & b.constant()) : binary("and", a, b);
    }

    public final Value or(Value a, Value b) {
        return folds(a, b) ? Value.of(a.type(), a.constant() | b.constant()) : binary("or", a, b);
    }

    public final Value xor(Value a, Value b) {
        return folds(a, b) ? Value.of(a.type(), a.constant() ^ b.constant()) : binary("xor", a, b);
    }

    /** Left shift; the amount must be below the width. */
    public final Value shl(Value a, Value b) {
        return is(b, 0) ? a : binary("shl", a, b);
    }

    public final Value lshr(Value a, Value b) {
        return is(b, 0) ? a : binary("lshr", a, b);
    }

    public final Value ashr(Value a, Value b) {
        return is(b, 0) ? a : binary("ashr", a, b);
    }

    public final Value fadd(Value a, Value b) {
        return binary("fadd", a, b);
    }

    public final Value fsub(Value a, Value b) {
        return binary("fsub", a, b);
    }

    public final Value fmul(Value a, Value b) {
        return binary("fmul", a, b);
    }

    public final Value fdiv(Value a, Value b) {
        return binary("fdiv", a, b);
    }

    public final Value fneg(Value a) {
        return emit(a.type(), "fneg " + a.typed());
    }

    /** a * b + c, rounded once. */
    public final Value fma(Value a, Value b, Value c) {
        return overloaded("llvm.fma", a.type(), a, b, c);
    }

    public final Value fabs(Value a) {
        return overloaded("llvm.fabs", a.type(), a);
    }

    public final Value sqrt(Value a) {
        return overloaded("llvm.sqrt", a.type(), a);
    }

    public final Value smin(Value a, Value b) {
        return overloaded("llvm.smin", a.type(), a, b);
    }

    public final Value smax(Value a, Value b) {
        return overloaded("llvm.smax", a.type(), a, b);
    }

    public final Value umin(Value a, Value b) {
        return overloaded("llvm.umin", a.type(), a, b);
    }

    public final Value umax(Value a, Value b) {
        return overloaded("llvm.umax", a.type(), a, b);
    }

    /** Integer comparison; {@code predicate} is {@code eq ne slt sle sgt sge ult ule ugt uge}. */
    public final Value icmp(String predicate, Value a, Value b) {
        return compare("icmp ", predicate, a, b);
    }

    /** Float comparison; {@code predicate} is {@code oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno}. */
    public final Value fcmp(String predicate, Value a, Value b) {
        return compare("fcmp ", predicate, a, b);
    }

    private Value compare(String op, String predicate, Value a, Value b) {
        if (!a.type().equals(b.type())) {
            throw new IllegalArgumentException(op + "of " + a.type() + " and " + b.type());
        }
        return emit(IrType.I1.vec(a.type().lanes()), op + predicate + " " + a.typed() + ", " + b.text());
    }

    /** {@code condition ? a : b}, per lane when the condition is a vector. */
    public final Value select(Value condition, Value a, Value b) {
        return emit(a.type(), "select " + condition.typed() + ", " + a.typed() + ", " + b.typed());
    }

    private Value convert(String op, Value v, IrType to) {
        if (v.type().lanes() != to.lanes()) {
            throw new IllegalArgumentException(op + " from " + v.type() + " to " + to);
        }
        return v.type().equals(to) ? v : emit(to, op + " " + v.typed() + " to " + to);
    }

    public final Value zext(Value v, IrType to) {
        return convert("zext", v, to);
    }

    public final Value sext(Value v, IrType to) {
        return v.constant() != null && !to.isVector() ? Value.of(to, v.constant()) : convert("sext", v, to);
    }

    public final Value trunc(Value v, IrType to) {
        return convert("trunc", v, to);
    }

    public final Value sitofp(Value v, IrType to) {
        return emit(to, "sitofp " + v.typed() + " to " + to);
    }

    public final Value uitofp(Value v, IrType to) {
        return emit(to, "uitofp " + v.typed() + " to " + to);
    }

    /** Towards zero; poison when out of range, so clamp first. */
    public final Value fptosi(Value v, IrType to) {
        return emit(to, "fptosi " + v.typed() + " to " + to);
    }

    public final Value fpext(Value v, IrType to) {
        return convert("fpext", v, to);
    }

    public final Value fptrunc(Value v, IrType to) {
        return convert("fptrunc", v, to);
    }

    /** A pointer as an i64. */
    public final Value ptrtoint(Value pointer) {
        return emit(IrType.I64, "ptrtoint ptr " + pointer.text() + " to i64");
    }

    /** The same bits as another type of equal size. */
    public final Value bitcast(Value v, IrType to) {
        return v.type().equals(to) ? v : emit(to, "bitcast " + v.typed() + " to " + to);
    }

    /** Scalar round-half-even of a float and conversion to {@code to}; out of range is unspecified, so clamp first. */
    public final Value lrint(Value v, IrType to) {
        return intrinsic("llvm.lrint." + to.suffix() + "." + v.type().suffix(), to, v);
    }

    /** Scalar or vector round to integral, half to even, staying float. */
    public final Value rint(Value v) {
        return overloaded("llvm.rint", v.type(), v);
    }

    /** Lanes picked from {@code a} then {@code b} by index; -1 is a lane that does not matter. */
    public final Value shuffle(Value a, Value b, int... lanes) {
        if (!a.type().equals(b.type())) {
            throw new IllegalArgumentException("shuffle of " + a.type() + " and " + b.type());
        }
        var mask = new StringBuilder("<");
        for (int i = 0; i < lanes.length; i++) {
            mask.append(i == 0 ? "i32 " : ", i32 ").append(lanes[i] < 0 ? "poison" : Integer.toString(lanes[i]));
        }
        return emit(a.type().vec(lanes.length),
            "shufflevector " + a.typed() + ", " + b.typed() + ", <" + lanes.length + " x i32> " + mask + ">");
    }

    public final Value shuffle(Value a, int... lanes) {
        return shuffle(a, Value.poison(a.type()), lanes);
    }

    /** {@code count} consecutive lanes from {@code first}. */
    public final Value slice(Value a, int first, int count) {
        int[] lanes = new int[count];
        for (int i = 0; i < count; i++) {
            lanes[i] = first + i;
        }
        return first == 0 && count == a.type().lanes() ? a : shuffle(a, lanes);
    }

    /** The lanes of {@code a} followed by those of {@code b}. */
    public final Value concat(Value a, Value b) {
        int n = a.type().lanes();
        if (n == 1) {
            return insert(insert(Value.poison(a.type().vec(2)), a, 0), b, 1);
        }
        int[] lanes = new int[2 * n];
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = i;
        }
        return shuffle(a, b, lanes);
    }

    public final Value extract(Value vector, int lane) {
        return emit(vector.type().element(), "extractelement " + vector.typed() + ", i32 " + lane);
    }

    public final Value extract(Value vector, Value lane) {
        return emit(vector.type().element(), "extractelement " + vector.typed() + ", " + lane.typed());
    }

    public final Value insert(Value vector, Value element, int lane) {
        return emit(vector.type(), "insertelement " + vector.typed() + ", " + element.typed() + ", i32 " + lane);
    }

    /** {@code scalar} in every lane. */
    public final Value splat(Value scalar, int lanes) {
        if (scalar.constant() != null) {
            return Value.of(scalar.type().vec(lanes), scalar.constant());
        }
        Value v = insert(Value.poison(scalar.type().vec(lanes)), scalar, 0);
        return emit(v.type(), "shufflevector " + v.typed() + ", " + Value.poison(v.type()).typed() + ", <"
            + lanes + " x i32> zeroinitializer");
    }

    /** Calls an LLVM intrinsic overloaded on one type, whose suffix is appended to {@code name}. */
    public final Value overloaded(String name, IrType type, Value... arguments) {
        return intrinsic(name + "." + type.suffix(), type, arguments);
    }

    /** Calls an intrinsic by its full name. The caller answers for the target having its feature. */
    public final Value intrinsic(String name, IrType result, Value... arguments) {
        var types = new ArrayList<IrType>();
        var text = new StringBuilder();
        for (Value a : arguments) {
            types.add(a.type());
            text.append(text.isEmpty() ? "" : ", ").append(a.typed());
        }
        module.declareIntrinsic(name, result, types);
        String call = "call " + result + " @" + name + "(" + text + ")";
        if (result.equals(IrType.VOID)) {
            emitVoid(call);
            return null;
        }
        return emit(result, call);
    }
}
