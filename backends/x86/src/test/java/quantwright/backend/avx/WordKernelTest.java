package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.cases.ConvCases;
import quantwright.backend.llvm.cases.KernelRunner;
import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/** Products of 16-bit activations: against the definition, and the instructions they are made of. */
class WordKernelTest {
    private static final Epilogue WORDS = new Epilogue(new Epilogue.Requantize.F32(true, false), false,
        Epilogue.Residual.NONE, Epilogue.Store.I16);

    private static void equalsTheDefinition(VectorIsa isa, Set<CpuFeature> features, long seed) {
        try (var runner = new KernelRunner(X86Machines.of(features))) {
            var cases = new ArrayList<ConvCases.Case>();
            var seeds = new Random(seed);
            for (int i = 0; i < 80; i++) {
                ConvCases.Case c = ConvCases.words(new Random(seeds.nextLong()), "k" + i, isa.byteFlip());
                runner.add(c.name(), KernelRunner.selected(new ConvTemplate(isa, false), c.spec()), c.parameters());
                cases.add(c);
            }
            for (Activations a : Activations.values()) {
                assertTrue(cases.stream().filter(c -> c.spec().activations() == a).count() > 3, a.toString());
            }
            runner.build();
            cases.forEach(c -> ConvCases.run(runner, c, isa.byteFlip()));
        }
    }

    @Test
    void vnniEqualsTheDefinition() {
        equalsTheDefinition(new Avx512Isa(true), X86Machines.AVX512, 100);
    }

    @Test
    void avx2EqualsTheDefinition() {
        equalsTheDefinition(new Avx2Isa(false), X86Machines.AVX2, 200);
    }

    private static ConvSpec convolution(int extent, int inputs, int outputs, int window, int bits, Activations activations) {
        int pad = window / 2;
        return new ConvSpec(TensorView.withHalo(extent, extent, inputs, 2, pad, pad), TensorView.dense(extent, extent,
            outputs, 2), null, Window.square(window, 1, pad), 1, WORDS, false, bits, 0, false, activations);
    }

    /** The innermost loops of a kernel that hold its product. */
    private static List<InstructionLoop> loops(VectorIsa isa, Set<CpuFeature> features, ConvSpec spec, String product) {
        CodeTarget target = CodeTarget.x86(features, "generic");
        var module = new ModuleBuilder(TargetAttributes.of(target));
        KernelRunner.selected(new ConvTemplate(isa, false), spec).emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        LlvmToolchain llvm = LlvmToolchain.open();
        byte[] object = llvm.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN).bytes();
        assertEquals(List.of(), llvm.disassembler().violations(object, target));
        var loops = InstructionLoop.of(llvm.disassembler().function(object, "kernel", target)).stream()
            .filter(l -> products(l, product) > 0).toList();
        assertTrue(!loops.isEmpty(), "no loop holds " + product + " of " + spec);
        return loops;
    }

    /** Instructions of a name, in whichever encoding. */
    private static long products(InstructionLoop loop, String name) {
        return loop.instructions().stream().filter(i -> i.text().matches("(\\{vex} )?" + name + " .*")).count();
    }

    @Test
    void hotLoopsHoldTheirProductWithoutSpills() {
        var vex = EnumSet.copyOf(X86Machines.AVX2);
        vex.add(CpuFeature.AVXVNNI);
        for (Activations a : List.of(Activations.WORDS, Activations.WORDS_LONG)) {
            for (int bits : new int[] {8}) {
                for (ConvSpec s : List.of(convolution(14, 256, 64, 1, bits, a), convolution(16, 64, 96, 3, bits, a))) {
                    check(loops(new Avx512Isa(true), X86Machines.AVX512, s, "vpdpwssd"), "vpdpwssd", bits);
                    check(loops(new Avx2Isa(true), vex, s, "vpdpwssd"), "vpdpwssd", bits);
                    check(loops(new Avx2Isa(false), X86Machines.AVX2, s, "vpmaddwd"), "vpmaddwd", bits);
                }
            }
        }
    }

    private static void check(List<InstructionLoop> loops, String product, int bits) {
        for (InstructionLoop loop : loops) {
            // An address may lie there; sums may not.
            assertTrue(loop.instructions().stream().noneMatch(i -> i.text().matches(".*[xyz]mm.*\\[rsp.*|.*\\[rsp.*[xyz]mm.*")),
                loop::toString);
            assertEquals(0, loop.count("call|vpmulld|vpmullw"), loop::toString);
            assertTrue(bits == 8 ? loop.count("vpmovsxbw") > 0 : loop.count("vpsraw") > 0, loop::toString);
        }
        // A full tile's, beside those of what is left of a row.
        assertTrue(loops.stream().anyMatch(l -> products(l, product) >= 8), loops::toString);
    }

    @Test
    void weightsTakeTheirBits() {
        for (int bits : new int[] {8, 4, 2, 1}) {
            Kernel<ConvParameters> kernel = KernelRunner.selected(new ConvTemplate(new Avx512Isa(true), false),
                convolution(8, 256, 128, 1, bits, Activations.WORDS));
            var p = new ConvParameters(new byte[256 * 128], null, 0, EpilogueValues.f32(new float[] {1f}, 0, -32768, 32767));
            int rest = 128 * 8 + 6 * 64;
            assertEquals(256 * 128 * bits / 8, kernel.constants(p).length - rest);
        }
    }
}
