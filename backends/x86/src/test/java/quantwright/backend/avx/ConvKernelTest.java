package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.cases.ConvCases;
import quantwright.backend.llvm.cases.KernelRunner;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.PackedSums;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;

class ConvKernelTest {
    private static void check(VectorIsa isa, java.util.Set<quantwright.backend.llvm.CpuFeature> features, long seed) {
        ConvCases.check(X86Machines.of(features), List.of(new ConvTemplate(isa, false)), isa.byteFlip(), false, seed, 120);
    }


    @Test
    void vnniEqualsTheDefinition() throws Throwable {
        check(new Avx512Isa(true), X86Machines.AVX512, 1);
    }

    @Test
    void avx2EqualsTheDefinition() throws Throwable {
        check(new Avx2Isa(false), X86Machines.AVX2, 2);
    }

    @Test
    void theInnerLoopIsVnniOnFullRegistersWithoutSpills() {
        try (var runner = new KernelRunner(X86Machines.of(X86Machines.AVX512))) {
            var spec = new ConvSpec(TensorView.withHalo(16, 16, 32, 1, 1, 1), TensorView.dense(16, 16, 32, 1), null,
                Window.square(3, 1, 1), 1, Epilogue.f32(true, false));
            var kernel = KernelRunner.selected(new ConvTemplate(new Avx512Isa(true), false), spec);
            runner.add("k", kernel, new ConvParameters(new byte[32 * 9 * 32], null, 0,
                EpilogueValues.f32(new float[] {1f}, 0, -128, 127)));
            String code = runner.assembly();
            assertTrue(code.matches("(?s).*vpdpbusd\\s+%zmm\\d+, %zmm\\d+, %zmm\\d+.*"), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("zmm") && l.contains("(%rsp)")), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("call")), code);
        }
    }

    @Test
    void avx2PairsEqualTheDefinitionWhereProven() throws Throwable {
        var isa = new Avx2Isa(false);
        try (var runner = new KernelRunner(X86Machines.of(X86Machines.AVX2))) {
            var cases = new ArrayList<ConvCases.Case>();
            for (int i = 0; i < 40; i++) {
                ConvCases.Case c = ConvCases.random(new Random(7700 + i), "k" + i, isa.byteFlip());
                for (int k = 0; k < c.parameters().weights().length; k++) {
                    c.parameters().weights()[k] >>= 1;
                }
                ConvSpec s = c.spec();
                int perOutput = c.parameters().weights().length / s.out().channels();
                assertTrue(PairSums.safe(c.parameters().weights(), perOutput));
                var proven = new ConvSpec(s.in(), s.out(), s.residual(), s.window(), s.groups(), s.epilogue(), true, 8);
                ConvCases.Case p = new ConvCases.Case(c.name(), proven, c.parameters(), c.in(), c.residual(), c.out());
                runner.add(c.name(), KernelRunner.selected(new ConvTemplate(isa, true), proven), c.parameters());
                cases.add(p);
            }
            assertTrue(runner.assembly().contains("vpmaddubsw"));
            runner.build();
            for (ConvCases.Case c : cases) {
                ConvCases.run(runner, c, isa.byteFlip());
            }
        }
    }

    @Test
    void packedWeightsEqualTheDefinitionOnVnni() throws Throwable {
        String code = packed(new Avx512Isa(true), X86Machines.AVX512);
        assertTrue(code.contains("vpdpbusd") && code.contains("vpslld"), code);
    }

    @Test
    void packedWeightsEqualTheDefinitionOnAvx2() throws Throwable {
        String code = packed(new Avx2Isa(false), X86Machines.AVX2);
        assertTrue(code.contains("vpmaddubsw") && code.contains("vpsrlw"), code);
    }

    @Test
    void packedInnerLoopsDoNotSpill() {
        Epilogue e = Epilogue.f32(true, false);
        var pointwise = new ConvSpec(TensorView.dense(1, 64, 256, 1), TensorView.dense(1, 64, 128, 1), null,
            Window.square(1, 1, 0), 1, e);
        var square = new ConvSpec(TensorView.withHalo(32, 32, 16, 1, 1, 1), TensorView.dense(32, 32, 16, 1), null,
            Window.square(3, 1, 1), 1, e);
        for (ConvSpec s : List.of(pointwise, square)) {
            for (int bits : new int[] {4, 2, 1}) {
                var spec = new ConvSpec(s.in(), s.out(), null, s.window(), 1, e, false, bits);
                var kernel = KernelRunner.selected(new ConvTemplate(new Avx512Isa(true), false), spec);
                assertTrue(kernel.name().startsWith("u8s" + bits + "s32_conv_"), kernel.name());
                try (var runner = new KernelRunner(X86Machines.of(X86Machines.AVX512))) {
                    runner.add("k", kernel, zeros(spec));
                    String code = runner.assembly();
                    assertTrue(code.lines().noneMatch(l -> l.contains("zmm") && l.contains("(%rsp)")), code);
                }
            }
        }
    }

    @Test
    void packedWeightsTakeTheirBits() {
        for (int bits : new int[] {8, 4, 2, 1}) {
            var spec = new ConvSpec(TensorView.dense(1, 64, 256, 1), TensorView.dense(1, 64, 128, 1), null,
                Window.square(1, 1, 0), 1, Epilogue.f32(true, false), false, bits);
            var kernel = KernelRunner.selected(new ConvTemplate(new Avx512Isa(true), false), spec);
            int rest = 128 * 8 + 6 * 64;
            assertEquals(256 * 128 * bits / 8, kernel.constants(zeros(spec)).length - rest);
        }
    }

    private static ConvParameters zeros(ConvSpec s) {
        int perOutput = s.window().height() * s.window().width() * s.groupInputs();
        return new ConvParameters(new byte[s.out().channels() * perOutput], null, 0,
            EpilogueValues.f32(new float[] {1f}, 0, -128, 127));
    }

    /** Random cases of 4, 2 and 1 bits against the definition; returns the code. */
    private static String packed(VectorIsa isa, java.util.Set<quantwright.backend.llvm.CpuFeature> features)
            throws Throwable {
        try (var runner = new KernelRunner(X86Machines.of(features))) {
            var cases = new ArrayList<ConvCases.Case>();
            for (int i = 0; i < 90; i++) {
                ConvCases.Case c = ConvCases.random(new Random(8800 + i), "k" + i, isa.byteFlip());
                int bits = new int[] {4, 2, 1}[i % 3];
                byte[] weights = c.parameters().weights();
                for (int k = 0; k < weights.length; k++) {
                    weights[k] = (byte) (bits == 1 ? weights[k] >> 7 | 1 : weights[k] >> 8 - bits);
                }
                ConvSpec s = c.spec();
                var spec = new ConvSpec(s.in(), s.out(), s.residual(), s.window(), s.groups(), s.epilogue(), false, bits);
                runner.add(c.name(), KernelRunner.selected(new ConvTemplate(isa, false), spec), c.parameters());
                cases.add(new ConvCases.Case(c.name(), spec, c.parameters(), c.in(), c.residual(), c.out()));
            }
            String code = runner.assembly();
            runner.build();
            for (ConvCases.Case c : cases) {
                ConvCases.run(runner, c, isa.byteFlip());
            }
            return code;
        }
    }

    @Test
    void packedSumsAreProvenByTheirBound() {
        assertTrue(PackedSums.fit((1 << 27) - 1, 4));
        assertFalse(PackedSums.fit(1 << 27, 4));
        assertTrue(PackedSums.fit((1 << 25) - 1, 1));
        assertFalse(PackedSums.fit(1 << 25, 2));
    }

    @Test
    void pairsOfLargeWeightsAreNotProven() {
        assertTrue(PairSums.safe(new byte[] {64, 64, -64, -64, 127, 0, 127, -128, 0, 0}, 10));
        assertFalse(PairSums.safe(new byte[] {0, 65, 64, 0}, 4));
        assertFalse(PairSums.safe(new byte[] {0, 0, -100, -29}, 4));
        assertTrue(PairSums.safe(new byte[] {0, 127, 127, 0}, 2));
    }

    @Test
    void avxVnniCodeUsesTheVexForm() {
        var features = new java.util.HashSet<>(X86Machines.AVX2);
        features.add(quantwright.backend.llvm.CpuFeature.AVXVNNI);
        try (var runner = new KernelRunner(X86Machines.of(features))) {
            for (int i = 0; i < 10; i++) {
                ConvCases.Case c = ConvCases.random(new Random(60 + i), "k" + i, 0x80);
                runner.add(c.name(), KernelRunner.selected(new ConvTemplate(new Avx2Isa(true), false), c.spec()),
                        c.parameters());
            }
            String code = runner.assembly();
            assertTrue(code.contains("{vex}\tvpdpbusd") || code.contains("{vex} vpdpbusd"), code);
            assertTrue(code.lines().noneMatch(l -> l.matches(".*(zmm|[xy]mm(1[6-9]|2\\d|3[01])|%k[0-7]|vpmaddwd).*")),
                    code);
        }
    }

    @Test
    void avx2CodeHasNoNewerInstruction() {
        try (var runner = new KernelRunner(X86Machines.of(X86Machines.AVX2))) {
            for (int i = 0; i < 30; i++) {
                ConvCases.Case c = ConvCases.random(new Random(60 + i), "k" + i, 0x80);
                runner.add(c.name(), KernelRunner.selected(new ConvTemplate(new Avx2Isa(false), false), c.spec()),
                        c.parameters());
            }
            String code = runner.assembly();
            assertTrue(code.contains("vpmaddwd"));
            assertTrue(code.lines().noneMatch(l -> l.matches(".*(zmm|[xy]mm(1[6-9]|2\\d|3[01])|%k[0-7]|vpdpbusd).*")),
                    code);
        }
    }
}
