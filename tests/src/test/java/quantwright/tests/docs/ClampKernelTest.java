package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quantwright.backend.avx.Avx2Isa;
import quantwright.backend.avx.Avx512Isa;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.HostFeatures;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.LlvmUnavailable;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelTemplate.Selection;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.object.SharedObject;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QClamp;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.tests.docs.guide.ClampSpec;
import quantwright.tests.docs.guide.ClampTemplate;

/** The kernel of {@code docs/add-a-kernel.md} against the interpreter, every byte value, at every tail length. */
class ClampKernelTest {
    private static final Set<CpuFeature> AVX512 = EnumSet.of(CpuFeature.AVX512F, CpuFeature.AVX512BW,
            CpuFeature.AVX512DQ, CpuFeature.AVX512VL, CpuFeature.AVX512VNNI, CpuFeature.AVX512VBMI, CpuFeature.BMI2);
    private static final Set<CpuFeature> AVX2 = EnumSet.of(CpuFeature.AVX2, CpuFeature.FMA, CpuFeature.BMI2);
    private static final int GUARD = 64;

    @Test
    void avx512AgreesWithTheInterpreter() throws Throwable {
        check(new Avx512Isa(true), AVX512);
    }

    @Test
    void avx2AgreesWithTheInterpreter() throws Throwable {
        check(new Avx2Isa(false), AVX2);
    }

    @Test
    void nothingIsRejected() {
        assertInstanceOf(Selection.Rejected.class, new ClampTemplate(new Avx512Isa(true)).select(new ClampSpec(0)));
    }

    @Test
    void codeHoldsTheVectorInstruction() {
        CodeTarget target = CodeTarget.x86(AVX512, "generic");
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        kernel(new Avx512Isa(true), 256).emit(module, "clamp", ModuleBuilder.Linkage.EXTERNAL);
        String assembly = toolchain().compiler().assembly(module.text(), target, CodeOptions.AS_WRITTEN);
        assertTrue(assembly.contains("vpmaxub") && assembly.contains("zmm"), assembly);
    }

    private static LlvmToolchain toolchain() {
        try {
            return LlvmToolchain.open();
        } catch (LlvmUnavailable e) {
            assumeTrue(false, "libLLVM is not available: " + e.getMessage());
            throw e;
        }
    }

    private static Kernel<ClampSpec.Bounds> kernel(VectorIsa isa, int length) {
        return switch (new ClampTemplate(isa).select(new ClampSpec(length))) {
            case Selection.Selected<ClampSpec.Bounds>(Kernel<ClampSpec.Bounds> kernel) -> kernel;
            case Selection.Rejected<ClampSpec.Bounds>(String reason) -> throw new AssertionError(reason);
        };
    }

    private static void check(VectorIsa isa, Set<CpuFeature> features) throws Throwable {
        CodeTarget target = CodeTarget.x86(features, "generic");
        assumeTrue(HostFeatures.detect().supports(target), "this host cannot run " + target.features());
        int[] lengths = {1, 63, 64, 256, 383};
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        for (int length : lengths) {
            kernel(isa, length).emit(module, "clamp" + length, ModuleBuilder.Linkage.EXTERNAL);
        }
        try (SharedObject code = toolchain().build(List.of(module.text()), target, CodeOptions.AS_WRITTEN);
                Arena arena = Arena.ofConfined()) {
            for (int length : lengths) {
                run(code, arena, isa, length, new ClampSpec.Bounds(-10, 110));
                run(code, arena, isa, length, new ClampSpec.Bounds(-128, 127));
            }
        }
    }

    private static void run(SharedObject code, Arena arena, VectorIsa isa, int length, ClampSpec.Bounds bounds)
            throws Throwable {
        byte[] stored = new byte[length];
        byte[] encoded = new byte[length];
        for (int i = 0; i < length; i++) {
            stored[i] = (byte) (37 * i);
            encoded[i] = (byte) (stored[i] ^ isa.byteFlip());
        }
        MemorySegment out = arena.allocate(length + 2L * GUARD, 64);
        out.fill((byte) 0x5a);
        byte[] block = kernel(isa, length).constants(bounds);
        MemorySegment constants = arena.allocate(block.length, 64);
        MemorySegment.copy(block, 0, constants, ValueLayout.JAVA_BYTE, 0, block.length);
        MemorySegment in = arena.allocateFrom(ValueLayout.JAVA_BYTE, encoded);
        code.function("clamp" + length, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS,
                ValueLayout.ADDRESS)).invokeWithArguments(in, out.asSlice(GUARD), constants);
        byte[] result = out.asSlice(GUARD, length).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < length; i++) {
            result[i] ^= (byte) isa.byteFlip();
        }
        assertArrayEquals(interpreted(stored, bounds), result, isa.suffix() + " " + length + " " + bounds);
        for (int i = 0; i < GUARD; i++) {
            assertEquals(0x5a, out.get(ValueLayout.JAVA_BYTE, i));
            assertEquals(0x5a, out.get(ValueLayout.JAVA_BYTE, (long) GUARD + length + i));
        }
    }

    private static byte[] interpreted(byte[] stored, ClampSpec.Bounds bounds) {
        var element = new QuantizedType.PerTensor(ScalarType.I8, ScalarType.F32, 0.05f, -10);
        TensorType type = new TensorType(element, Shape.of(stored.length));
        return Interpreter.evaluate(new QClamp(new Clamp(bounds.min(), bounds.max())),
                List.of(Tensor.of(type, stored)), List.of(type)).getFirst().bytes();
    }
}
