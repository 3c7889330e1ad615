package quantwright.backend.llvm.text;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One LLVM module under construction. Output is deterministic: functions in the order they were begun, declarations
 * sorted.
 * <pre>{@code
 * var m = new ModuleBuilder(target);
 * var f = m.function("axpy", Linkage.EXTERNAL, IrType.VOID, Parameter.readOnly("x"), Parameter.writable("y"));
 * f.loop(0, 64, 16, i -> {
 *     Address x = f.at(f.param(0), i, 4);
 *     f.store(f.fmul(f.load(IrType.F32.vec(16), x, 4), Value.of(IrType.F32.vec(16), 2f)), f.at(f.param(1), i, 4), 4);
 * });
 * f.ret();
 * String text = m.text();
 * }</pre>
 */
public final class ModuleBuilder {
    private final TargetAttributes target;
    private final List<FunctionBuilder> functions = new ArrayList<>();
    private final Set<String> names = new LinkedHashSet<>();
    private final TreeMap<String, String> declarations = new TreeMap<>();
    private final TreeSet<String> externals = new TreeSet<>();
    private final List<String> globals = new ArrayList<>();

    /** Visibility of a function. */
    public enum Linkage {
        /** Callable from outside the object. */
        EXTERNAL(""),
        /** Linked inside the object only, still a real call. */
        INTERNAL("internal "),
        /** Callable from other objects of the same shared object, not exported. */
        HIDDEN("hidden ");

        private final String text;

        Linkage(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    public ModuleBuilder(TargetAttributes target) {
        this.target = target;
    }

    public TargetAttributes target() {
        return target;
    }

    /**
     * Begins a function; it is never inlined. Its body is built with the returned builder and must end in {@code ret}.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public FunctionBuilder function(String name, Linkage linkage, IrType result, Parameter... parameters) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("function defined twice: " + name);
        }
        var f = new FunctionBuilder(this, name, linkage, result, List.of(parameters));
        functions.add(f);
        return f;
    }

    /** True if a function of that name has been begun. */
    public boolean hasFunction(String name) {
        return names.contains(name);
    }

    /** Declares a function some other object defines, for {@link FunctionBuilder#call}. */
    public void external(String name, IrType result, IrType... parameters) {
        externals.add("declare " + result + " @" + name + "(" + join(parameters) + ") #0");
    }

    /** Adds a read-only array of bytes and returns a pointer to it. */
    public Value constantBytes(String name, byte[] bytes, int align) {
        if (!names.add(name)) {
            throw new IllegalArgumentException("global defined twice: " + name);
        }
        var sb = new StringBuilder("@").append(name).append(" = internal unnamed_addr constant [")
            .append(bytes.length).append(" x i8] c\"");
        for (byte b : bytes) {
            if (b >= 0x20 && b < 0x7f && b != '"' && b != '\\') {
                sb.append((char) b);
            } else {
                sb.append('\\').append(String.format("%02X", b & 0xff));
            }
        }
        globals.add(sb.append("\", align ").append(align).toString());
        return new Value(IrType.PTR, "@" + name, null);
    }

    /** Adds any module-level line, such as a global with a relocation. */
    public void raw(String line) {
        globals.add(line);
    }

    void declareIntrinsic(String name, IrType result, List<IrType> parameters) {
        declarations.putIfAbsent(name, "declare " + result + " @" + name + "("
            + join(parameters.toArray(IrType[]::new)) + ")");
    }

    private static String join(IrType... types) {
        var sb = new StringBuilder();
        for (IrType t : types) {
            sb.append(sb.isEmpty() ? "" : ", ").append(t);
        }
        return sb.toString();
    }

    /** The module as LLVM assembly. */
    public String text() {
        var sb = new StringBuilder(1 << 16);
        sb.append("target datalayout = \"").append(target.dataLayout()).append("\"\n");
        sb.append("target triple = \"").append(target.triple()).append("\"\n\n");
        globals.forEach(g -> sb.append(g).append('\n'));
        functions.forEach(f -> f.appendTo(sb));
        externals.forEach(d -> sb.append(d).append('\n'));
        declarations.values().forEach(d -> sb.append(d).append('\n'));
        // no-builtins keeps loop idioms from becoming memcpy and memset calls: objects are freestanding.
        sb.append("\nattributes #0 = { noinline nounwind \"target-cpu\"=\"").append(target.cpu())
            .append("\" \"tune-cpu\"=\"").append(target.tuneCpu())
            .append("\" \"target-features\"=\"").append(target.features())
            .append("\" \"prefer-vector-width\"=\"").append(target.preferVectorWidth())
            .append("\" \"min-legal-vector-width\"=\"").append(target.preferVectorWidth())
            .append("\" \"no-builtins\" \"frame-pointer\"=\"none\" }\n");
        return sb.toString();
    }
}
