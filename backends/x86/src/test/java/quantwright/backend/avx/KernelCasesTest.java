package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.cases.DepthwiseCases;
import quantwright.backend.llvm.cases.ElementwiseCases;
import quantwright.backend.llvm.cases.FloatCases;
import quantwright.backend.llvm.cases.HostMachine;
import quantwright.backend.llvm.cases.InterleaveCases;
import quantwright.backend.llvm.cases.KernelRunner;
import quantwright.backend.llvm.cases.PoolCases;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.FloatParameters;
import quantwright.backend.llvm.kernel.InterleaveSpec;
import quantwright.backend.llvm.kernel.InterleaveTemplate;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;

/** The kernels every instruction set shares, as AVX-512 and AVX2 code. */
class KernelCasesTest {
    private static final VectorIsa AVX512 = new Avx512Isa(true);
    private static final VectorIsa AVX2 = new Avx2Isa(false);
    private static final HostMachine WIDE = X86Machines.of(X86Machines.AVX512);
    private static final HostMachine NARROW = X86Machines.of(X86Machines.AVX2);

    @Test
    void depthwiseConvolutionsEqualTheDefinition() throws Throwable {
        DepthwiseCases.check(WIDE, List.of(new DepthwiseTemplate(AVX512, false)), AVX512.byteFlip(), false, 7, 120);
        DepthwiseCases.check(NARROW, List.of(new DepthwiseTemplate(AVX2, false)), AVX2.byteFlip(), false, 8, 120);
        DepthwiseCases.check(NARROW, List.of(new DepthwiseTemplate(AVX2, true), new DepthwiseTemplate(AVX2, false)),
            AVX2.byteFlip(), false, 9, 60);
    }

    /** Four taps of each row and channel, of two bits at least. */
    @Test
    void depthwiseWeightsTakeTheirBits() {
        for (int bits : new int[] {4, 2, 1}) {
            var spec = new DepthwiseSpec(TensorView.withHalo(14, 14, 192, 1, 1, 1), TensorView.dense(14, 14, 192, 1), null,
                Window.square(3, 1, 1), Epilogue.f32(true, false), true, bits);
            var kernel = KernelRunner.selected(new DepthwiseTemplate(AVX512, false), spec);
            var p = new ConvParameters(new byte[192 * 9], null, 0, EpilogueValues.f32(new float[] {1f}, 0, -128, 127));
            int rest = 192 * 8 + 6 * 64;
            assertEquals(192 * 3 * 4 * Math.max(2, bits) / 8, kernel.constants(p).length - rest);
            assertTrue(kernel.name().startsWith("u8s" + bits), kernel.name());
        }
    }

    @Test
    void elementwiseOperationsEqualTheDefinition() throws Throwable {
        ElementwiseCases.check(WIDE, AVX512, 6);
        ElementwiseCases.check(NARROW, AVX2, 6);
    }

    @Test
    void elementwiseOperationsWithoutBytePermutesEqualTheDefinition() throws Throwable {
        var features = new HashSet<>(X86Machines.AVX512);
        features.remove(CpuFeature.AVX512VBMI);
        ElementwiseCases.check(X86Machines.of(features), new Avx512Isa(false), 6);
    }

    @Test
    void poolsEqualTheDefinition() throws Throwable {
        PoolCases.check(WIDE, AVX512, 90);
        PoolCases.check(NARROW, AVX2, 90);
    }

    @Test
    void floatKernelsEqualTheDefinition() throws Throwable {
        FloatCases.check(WIDE, AVX512, 100);
        FloatCases.check(NARROW, AVX2, 100);
    }

    @Test
    void interleavingMovesEveryElement() throws Throwable {
        InterleaveCases.check(WIDE, AVX512);
        InterleaveCases.check(NARROW, AVX2);
    }

    @Test
    void manyChannelsAreNotInterleaved() {
        assertInstanceOf(KernelTemplate.Selection.Rejected.class, new InterleaveTemplate(AVX512)
            .select(new InterleaveSpec(TensorView.dense(2, 2, 5, 1), 1, 4, 2, true)));
    }

    @Test
    void theFloatInnerLoopFusesOnFullRegistersWithoutSpills() {
        try (var runner = new KernelRunner(WIDE)) {
            var spec = new FloatConvSpec(TensorView.withHalo(16, 16, 32, 4, 1, 1), TensorView.dense(16, 16, 32, 4), null,
                Window.square(3, 1, 1), 1, FloatEpilogue.of(FloatActivation.RELU));
            runner.add("k", KernelRunner.selected(new FloatConvTemplate(AVX512), spec),
                FloatParameters.of(new float[32 * 9 * 32], null));
            String code = runner.assembly();
            assertTrue(code.matches("(?s).*vfmadd\\d+ps\\s+.*%zmm\\d+, %zmm\\d+.*"), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("zmm") && l.contains("(%rsp)")), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("call")), code);
        }
    }
}
