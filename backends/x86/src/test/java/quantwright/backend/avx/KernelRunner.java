package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.HostFeatures;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.object.SharedObject;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.TargetAttributes;

/** Compiles kernels and calls them on memory with guards around every tensor. */
final class KernelRunner implements AutoCloseable {
    static final Set<CpuFeature> AVX512 = EnumSet.of(CpuFeature.AVX512F, CpuFeature.AVX512BW, CpuFeature.AVX512DQ,
        CpuFeature.AVX512VL, CpuFeature.AVX512VNNI, CpuFeature.AVX512VBMI, CpuFeature.BMI2);
    static final Set<CpuFeature> AVX2 = EnumSet.of(CpuFeature.AVX2, CpuFeature.FMA, CpuFeature.BMI2);
    private static final int GUARD = 256;

    private final CodeTarget target;
    private final ModuleBuilder module;
    private final Arena arena = Arena.ofShared();
    private final ArrayList<Guard> guards = new ArrayList<>();
    private SharedObject code;

    private record Guard(MemorySegment all, byte value) { }
    private final TreeMap<String, byte[]> constants = new TreeMap<>();

    KernelRunner(Set<CpuFeature> features) {
        target = CodeTarget.x86(features, "generic");
        module = new ModuleBuilder(TargetAttributes.of(target));
    }

    CodeTarget target() {
        return target;
    }

    <P> void add(String name, Kernel<P> kernel, P parameters) {
        kernel.emit(module, name, ModuleBuilder.Linkage.EXTERNAL);
        constants.put(name, kernel.constants(parameters));
    }

    /** Adds a function that calls a three-pointer kernel {@code times} times, so that timing sees no call from Java. */
    void addRepeated(String name, String kernel, int times) {
        var f = module.function(name, ModuleBuilder.Linkage.EXTERNAL, IrType.VOID, Parameter.aliased("in"),
            Parameter.aliased("out"), Parameter.aliased("constants"));
        f.loop(0, times, 1, i -> f.call(kernel, IrType.VOID, f.param(0), f.param(1), f.param(2)));
        f.ret();
    }

    /** The kernel a template makes of a spec, which it must take. */
    static <S extends KernelSpec, P> Kernel<P> selected(KernelTemplate<S, P> template, S spec) {
        return switch (template.select(spec)) {
            case KernelTemplate.Selection.Selected<P>(Kernel<P> kernel) -> kernel;
            case KernelTemplate.Selection.Rejected<P>(String reason) -> throw new AssertionError(reason + ": " + spec);
        };
    }

    String text() {
        return module.text();
    }

    String assembly() {
        return LlvmToolchain.open().compiler().assembly(text(), target, CodeOptions.AS_WRITTEN);
    }

    void build() {
        assumeTrue(HostFeatures.detect().supports(target), "this host cannot run " + target.features());
        code = LlvmToolchain.open().build(List.of(text()), target, CodeOptions.AS_WRITTEN);
    }

    /** A buffer of bytes between guards; {@code bytes} covers the tensor's halo and slack. */
    MemorySegment place(byte[] bytes, byte guard) {
        MemorySegment all = arena.allocate(bytes.length + 2L * GUARD, 64);
        all.fill(guard);
        guards.add(new Guard(all, guard));
        MemorySegment s = all.asSlice(GUARD, bytes.length);
        MemorySegment.copy(bytes, 0, s, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return s;
    }

    /** Fails if anything outside the buffers placed so far was written; then forgets them. */
    void checkGuards(String what) {
        for (Guard g : guards) {
            for (long i = 0; i < GUARD; i++) {
                assertEquals(g.value, g.all.get(ValueLayout.JAVA_BYTE, i), what);
                assertEquals(g.value, g.all.get(ValueLayout.JAVA_BYTE, g.all.byteSize() - 1 - i), what);
            }
        }
        guards.clear();
    }

    MemorySegment constants(String name) {
        byte[] c = constants.get(name);
        MemorySegment s = arena.allocate(Math.max(64, c.length), 64);
        MemorySegment.copy(c, 0, s, ValueLayout.JAVA_BYTE, 0, c.length);
        return s;
    }

    void call(String name, MemorySegment... pointers) throws Throwable {
        MemoryLayout[] types = new MemoryLayout[pointers.length];
        java.util.Arrays.fill(types, ValueLayout.ADDRESS);
        var handle = code.function(name, FunctionDescriptor.ofVoid(types));
        handle.invokeWithArguments((Object[]) pointers);
    }

    SharedObject code() {
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
