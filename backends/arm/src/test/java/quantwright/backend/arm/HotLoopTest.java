package quantwright.backend.arm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.arm.NeonIsa.Level;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.Disassembler.Instruction;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;
import quantwright.backend.llvm.object.ElfObject;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/** The emitted code, instruction by instruction: the products asked for, few others, no spills, no calls. */
class HotLoopTest {
    private static final LlvmToolchain LLVM = LlvmToolchain.open();
    private static final Pattern FRAME = Pattern.compile("sub (?:sp|x\\d+), sp, #(\\d+)(, (lsl #12))?");

    /**
     * A feature level and what its loops are held to.
     *
     * @param product instruction that multiplies bytes
     * @param most    instructions for a thousand byte products of a long sum
     */
    private record Expected(Level level, Set<CpuFeature> features, String product, double most) {
        CodeTarget target() {
            return CodeTarget.aarch64(features, "generic");
        }

        NeonIsa isa() {
            return new NeonIsa(level);
        }
    }

    static Stream<Expected> levels() {
        // At dotprod and i8mm 1.15 times the least instructions of the tile; that least is 71.6 and 44.3 for a thousand.
        return Stream.of(new Expected(Level.BASE, Set.of(), "smull2?|smlal2?", 250),
            new Expected(Level.DOTPROD, Set.of(CpuFeature.DOTPROD), "sdot", 1.15 * 71.6),
            new Expected(Level.I8MM, Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM), "smmla", 1.15 * 44.3));
    }

    private static ConvSpec convolution(int extent, int inputs, int outputs, int window) {
        int pad = window / 2;
        return new ConvSpec(TensorView.withHalo(extent, extent, inputs, 1, pad, pad),
            TensorView.dense(extent, extent, outputs, 1), null, Window.square(window, 1, pad), 1,
            Epilogue.f32(true, false), true, 8);
    }

    private static <S extends KernelSpec, P> byte[] object(KernelTemplate<S, P> template, S spec, CodeTarget target) {
        if (!(template.select(spec) instanceof KernelTemplate.Selection.Selected<P>(Kernel<P> kernel))) {
            throw new AssertionError(template.name() + " refuses " + spec);
        }
        var module = new ModuleBuilder(TargetAttributes.of(target));
        kernel.emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        return LLVM.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN).bytes();
    }

    private static InstructionLoop hot(byte[] object, CodeTarget target) {
        assertEquals(List.of(), ElfObject.parse(object).undefinedSymbols());
        assertEquals(List.of(), LLVM.disassembler().violations(object, target));
        List<Instruction> code = LLVM.disassembler().function(object, "kernel", target);
        assertTrue(code.stream().noneMatch(i -> i.mnemonic().matches("blr?")), "a call");
        InstructionLoop loop = InstructionLoop.hottest(code).orElseThrow();
        assertEquals(0, loop.stackAccesses(), loop::toString);
        return loop;
    }

    @ParameterizedTest
    @MethodSource("levels")
    void longSumsTakeFewInstructionsBesideTheirProducts(Expected e) {
        for (ConvSpec spec : List.of(convolution(14, 256, 256, 3), convolution(28, 512, 128, 1),
                convolution(56, 64, 64, 3), convolution(7, 512, 512, 3))) {
            InstructionLoop loop = hot(object(new ConvTemplate(e.isa(), e.level() == Level.BASE), spec, e.target()),
                e.target());
            assertTrue(loop.count(e.product()) > 0, loop::toString);
            assertTrue(1000.0 * loop.size() / loop.macs() <= e.most(), () -> loop.size() + " instructions for "
                + loop.macs() + " products of " + spec + "\n" + loop);
        }
    }

    /** Products, and a load for two registers: 37.8 for a thousand by 8x12; ONNX Runtime's loop takes 44.9. */
    @Test
    void gatheredActivationsLeaveNothingButProductsAndLoads() {
        Expected e = levels().toList().getLast();
        for (ConvSpec spec : List.of(convolution(14, 256, 256, 3), convolution(28, 512, 128, 1),
                convolution(56, 64, 64, 3), convolution(14, 192, 64, 1), convolution(7, 320, 1280, 1))) {
            InstructionLoop loop = hot(object(ConvTemplate.gathered(e.isa()), spec, e.target()), e.target());
            assertEquals(0, loop.count("zip.|trn.|mov|dup|ext"), loop::toString);
            assertTrue(1000.0 * loop.size() / loop.macs() <= 1.15 * 37.8, () -> loop.size() + " instructions for "
                + loop.macs() + " products of " + spec + "\n" + loop);
        }
    }

    /** A word of a pixel by those of four outputs; weights are widened beside them, two loads by one instruction. */
    @ParameterizedTest
    @MethodSource("levels")
    void wordsAreMultipliedByElement(Expected e) {
        for (ConvSpec s : List.of(convolution(14, 256, 256, 3), convolution(28, 512, 128, 1), convolution(7, 64, 64, 3))) {
            for (Activations a : List.of(Activations.WORDS, Activations.WORDS_LONG)) {
                Window w = s.window();
                int extent = s.out().height();
                var words = new ConvSpec(TensorView.withHalo(extent, extent, s.in().channels(), 2, w.padLeft(), w.padLeft()),
                    TensorView.dense(extent, extent, s.out().channels(), 2), null, w, 1,
                    new Epilogue(s.epilogue().requantize(), false, Epilogue.Residual.NONE, Epilogue.Store.I16), true, 8, 0,
                    false, a);
                InstructionLoop loop = hot(object(new ConvTemplate(e.isa(), false), words, e.target()), e.target());
                assertTrue(loop.count("smlal") > 0 && loop.count("smlal2") > 0, loop::toString);
                assertTrue(loop.instructions().stream().filter(i -> i.mnemonic().startsWith("smlal"))
                    .allMatch(i -> i.text().matches(".*\\.h\\[\\d]")), loop::toString);
                assertTrue(1000.0 * loop.size() / loop.macs() <= 310, () -> loop.size() + " instructions for " + loop.macs()
                    + " products of " + words + "\n" + loop);
            }
        }
    }

    @Test
    void framesStayUnder48KiB() {
        Expected e = levels().toList().getLast();
        for (ConvSpec spec : List.of(convolution(14, 256, 256, 3), convolution(56, 64, 64, 3),
                convolution(7, 512, 512, 3), convolution(56, 64, 256, 1))) {
            byte[] object = object(ConvTemplate.gathered(e.isa()), spec, e.target());
            long frame = LLVM.disassembler().function(object, "kernel", e.target()).stream().map(Instruction::text)
                .map(FRAME::matcher).filter(Matcher::matches).mapToLong(m -> Long.parseLong(m.group(1))
                    << (m.group(3) == null ? 0 : 12)).sum();
            assertTrue(frame > 1024 && frame < 48 << 10, "frame of " + frame + " bytes for " + spec);
        }
    }

    /** Rows, else pixels, else channels of a dense layer: enough for the threads of a small board. */
    @ParameterizedTest
    @MethodSource("levels")
    void kernelsHaveUnitsToShare(Expected e) {
        var dense = new ConvSpec(TensorView.dense(1, 1, 256, 1), TensorView.dense(1, 1, 500, 1), null,
            Window.square(1, 1, 0), 1, Epilogue.f32(true, false), true, 8);
        var templates = new ArmBackend().kernels(e.target()).convolutions();
        for (ConvSpec spec : List.of(convolution(14, 256, 256, 3), convolution(28, 512, 128, 1),
                convolution(32, 16, 16, 3), dense)) {
            int units = templates.stream().map(t -> t.select(spec)).mapToInt(s -> s
                instanceof KernelTemplate.Selection.Selected<ConvParameters>(var kernel) ? kernel.units() : 0)
                .filter(u -> u > 0).findFirst().orElseThrow();
            assertTrue(units >= 4, units + " units of " + spec);
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void shortSumsDoNotSpill(Expected e) {
        for (ConvSpec spec : List.of(convolution(56, 24, 144, 1), convolution(28, 32, 192, 1),
                convolution(32, 16, 16, 3))) {
            InstructionLoop loop = hot(object(new ConvTemplate(e.isa(), e.level() == Level.BASE), spec, e.target()),
                e.target());
            assertTrue(loop.count(e.product()) > 0, loop::toString);
        }
    }

    @ParameterizedTest
    @MethodSource("levels")
    void depthwiseLoopsHoldTheirProducts(Expected e) {
        Level level = e.level() == Level.BASE ? Level.BASE : Level.DOTPROD;
        var spec = new DepthwiseSpec(TensorView.withHalo(28, 28, 192, 1, 1, 1), TensorView.dense(28, 28, 192, 1), null,
            Window.square(3, 1, 1), Epilogue.f32(true, false), true);
        InstructionLoop loop = hot(object(new DepthwiseTemplate(new NeonIsa(level), level == Level.BASE), spec,
            e.target()), e.target());
        assertTrue(loop.count(level == Level.BASE ? "smull2?|smlal2?" : "sdot") > 0, loop::toString);
    }

    @Test
    void floatsAreMultipliedByElement() {
        CodeTarget target = CodeTarget.aarch64(Set.of(), "generic");
        var spec = new FloatConvSpec(TensorView.withHalo(14, 14, 256, 4, 1, 1), TensorView.dense(14, 14, 256, 4), null,
            Window.square(3, 1, 1), 1, FloatEpilogue.of(FloatActivation.RELU));
        InstructionLoop loop = hot(object(new FloatConvTemplate(new NeonIsa(Level.BASE)), spec, target), target);
        String byElement = "fmla v\\d+\\.4s, v\\d+\\.4s, v\\d+\\.s\\[\\d\\]";
        assertTrue(loop.instructions().stream().anyMatch(i -> i.text().matches(byElement)), loop::toString);
        assertTrue(loop.size() <= 1.15 * 1.17 * loop.count("fmla"), loop::toString);
    }

    @Test
    void aNewerInstructionIsNoticed() {
        CodeTarget has = CodeTarget.aarch64(Set.of(CpuFeature.DOTPROD), "generic");
        byte[] object = object(new ConvTemplate(new NeonIsa(Level.DOTPROD), false), convolution(14, 64, 64, 1), has);
        assertTrue(!LLVM.disassembler().violations(object, CodeTarget.aarch64(Set.of(), "generic")).isEmpty());
    }

    @Test
    void onePixelIsLeftToTheDotProduct() {
        var dense = new ConvSpec(TensorView.dense(1, 1, 256, 1), TensorView.dense(1, 1, 64, 1), null,
            Window.square(1, 1, 0), 1, Epilogue.f32(true, false));
        assertTrue(new ConvTemplate(new NeonIsa(Level.I8MM), false).select(dense)
            instanceof KernelTemplate.Selection.Rejected<?>);
    }

    @Test
    void pairsOfTheLeastByteAreNotSafe() {
        assertTrue(new NeonIsa(Level.BASE).safePairs(new byte[] {127, -127, 127, 127}, 4));
        assertTrue(!new NeonIsa(Level.BASE).safePairs(new byte[] {127, -127, -128, 127}, 4));
    }
}
