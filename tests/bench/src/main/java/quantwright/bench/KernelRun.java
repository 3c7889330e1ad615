package quantwright.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.object.SharedObject;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/** A kernel case, compiled, with memory to run on. */
final class KernelRun implements AutoCloseable {
    private static final int ALIGNMENT = 64;

    private final Arena arena = Arena.ofShared();
    private final SharedObject code;
    private final MethodHandle call;

    KernelRun(CodeTarget target, KernelCase<?> c) {
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        byte[] constants = emit(module, c);
        code = LlvmToolchain.open().build(module.text(), target);
        List<MemorySegment> pointers = new ArrayList<>();
        c.inputs().forEach(b -> pointers.add(memory(b)));
        pointers.add(memory(c.output()));
        MemorySegment packed = arena.allocate(Math.max(ALIGNMENT, constants.length), ALIGNMENT);
        MemorySegment.copy(constants, 0, packed, ValueLayout.JAVA_BYTE, 0, constants.length);
        pointers.add(packed);
        MemoryLayout[] types = new MemoryLayout[pointers.size()];
        java.util.Arrays.fill(types, ValueLayout.ADDRESS);
        MethodHandle handle = code.function("kernel", FunctionDescriptor.ofVoid(types));
        call = java.lang.invoke.MethodHandles.insertArguments(handle, 0, pointers.toArray());
    }

    private static <P> byte[] emit(ModuleBuilder module, KernelCase<P> c) {
        Kernel<P> kernel = c.kernel();
        kernel.emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        return kernel.constants(c.parameters());
    }

    private MemorySegment memory(KernelCase.Buffer b) {
        Random random = new Random(b.bytes());
        MemorySegment all = arena.allocate(b.bytes(), ALIGNMENT);
        if (b.floats()) {
            // Denormals would be timed otherwise.
            for (long i = 0; i < b.bytes() / 4; i++) {
                all.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat());
            }
        } else {
            byte[] bytes = new byte[Math.toIntExact(b.bytes())];
            random.nextBytes(bytes);
            MemorySegment.copy(bytes, 0, all, ValueLayout.JAVA_BYTE, 0, bytes.length);
        }
        return all.asSlice(b.origin());
    }

    /** Calls the kernel once. */
    void run() {
        try {
            call.invokeExact();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        code.close();
        arena.close();
    }
}
