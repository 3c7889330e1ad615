package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.SlicedKernel;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.backend.llvm.text.Value;

/** Compiles kernels and calls them on memory with guards around every tensor. */
public final class KernelRunner implements AutoCloseable {
    private static final int GUARD = 256;

    private final CodeTarget target;
    private final ModuleBuilder module;
    private final Arena arena = Arena.ofShared();
    private final ArrayList<Guard> guards = new ArrayList<>();
    private final KernelMachine machine;
    private KernelMachine.Loaded code;

    private final ArrayList<MemorySegment> whole = new ArrayList<>();

    private record Guard(MemorySegment all, byte value) { }
    private final TreeMap<String, byte[]> constants = new TreeMap<>();

    /** A runner of kernels for a machine. */
    public KernelRunner(KernelMachine machine) {
        this.machine = machine;
        target = machine.target();
        module = new ModuleBuilder(TargetAttributes.of(target));
    }

    public CodeTarget target() {
        return target;
    }

    public <P> void add(String name, Kernel<P> kernel, P parameters) {
        kernel.emit(module, name, ModuleBuilder.Linkage.EXTERNAL);
        constants.put(name, kernel.constants(parameters));
    }

    /**
     * As {@link #add}, but the kernel's units are computed in two slices, the later first.
     *
     * @param pointers pointers of the kernel's function
     */
    public <P> void addSliced(String name, Kernel<P> kernel, P parameters, int pointers) {
        int units = kernel.units();
        if (units == 1 || !(kernel instanceof SlicedKernel<P> sliced)) {
            add(name, kernel, parameters);
            return;
        }
        String slice = name + "_units";
        sliced.emit(module, slice, ModuleBuilder.Linkage.HIDDEN, true);
        var types = new Parameter[pointers];
        Arrays.setAll(types, i -> new Parameter(IrType.PTR, "p" + i, ""));
        FunctionBuilder f = module.function(name, ModuleBuilder.Linkage.EXTERNAL, IrType.VOID, types);
        int cut = (units + 1) / 2;
        for (int[] part : new int[][] {{cut, units}, {0, cut}}) {
            var arguments = new Value[pointers + 2];
            Arrays.setAll(arguments, i -> i < pointers ? f.param(i) : Value.i64(part[i - pointers]));
            f.call(slice, IrType.VOID, arguments);
        }
        f.ret();
        constants.put(name, kernel.constants(parameters));
    }

    /** The kernel that the first of some templates to take a spec makes of it. */
    public static <S extends KernelSpec, P> Kernel<P> first(List<KernelTemplate<S, P>> templates, S spec) {
        for (KernelTemplate<S, P> template : templates) {
            if (template.select(spec) instanceof KernelTemplate.Selection.Selected<P>(Kernel<P> kernel)) {
                return kernel;
            }
        }
        throw new AssertionError("no template takes " + spec);
    }

    /** The kernel a template makes of a spec, which it must take. */
    public static <S extends KernelSpec, P> Kernel<P> selected(KernelTemplate<S, P> template, S spec) {
        return switch (template.select(spec)) {
            case KernelTemplate.Selection.Selected<P>(Kernel<P> kernel) -> kernel;
            case KernelTemplate.Selection.Rejected<P>(String reason) -> throw new AssertionError(reason + ": " + spec);
        };
    }

    public String text() {
        return module.text();
    }

    public String assembly() {
        return LlvmToolchain.open().compiler().assembly(text(), target, CodeOptions.AS_WRITTEN);
    }

    public void build() {
        code = machine.load(text(), List.copyOf(constants.keySet()));
    }

    /** A buffer of bytes between guards; {@code bytes} covers the tensor's halo and slack. */
    public MemorySegment place(byte[] bytes, byte guard) {
        MemorySegment all = arena.allocate(bytes.length + 2L * GUARD, 64);
        all.fill(guard);
        guards.add(new Guard(all, guard));
        whole.add(all);
        MemorySegment s = all.asSlice(GUARD, bytes.length);
        MemorySegment.copy(bytes, 0, s, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return s;
    }

    /** Fails if anything outside the buffers placed so far was written; then forgets them. */
    public void checkGuards(String what) {
        for (Guard g : guards) {
            for (long i = 0; i < GUARD; i++) {
                assertEquals(g.value, g.all.get(ValueLayout.JAVA_BYTE, i), what);
                assertEquals(g.value, g.all.get(ValueLayout.JAVA_BYTE, g.all.byteSize() - 1 - i), what);
            }
        }
        guards.clear();
        whole.clear();
    }

    public MemorySegment constants(String name) {
        byte[] c = constants.get(name);
        MemorySegment s = arena.allocate(Math.max(64, c.length), 64);
        MemorySegment.copy(c, 0, s, ValueLayout.JAVA_BYTE, 0, c.length);
        whole.add(s);
        return s;
    }

    /** Calls a kernel on pointers into buffers of this runner. */
    public void call(String name, MemorySegment... pointers) {
        var buffers = new ArrayList<KernelMachine.Argument>();
        for (MemorySegment p : pointers) {
            MemorySegment all = whole.stream().filter(w -> w.address() <= p.address()
                && p.address() < w.address() + w.byteSize()).findFirst().orElseThrow();
            buffers.add(new KernelMachine.Argument(all, p.address() - all.address()));
        }
        code.call(name, buffers);
    }

    /** Kernels added so far. */
    int size() {
        return constants.size();
    }

    public KernelMachine.Loaded code() {
        return code;
    }

    @Override
    public void close() {
        if (code != null) {
            code.close();
        }
        arena.close();
    }
}
