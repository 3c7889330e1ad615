package quantwright.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.Disassembler.Instruction;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.cost.KernelCycles;
import quantwright.backend.llvm.object.ObjectCode;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/** The figures that {@link ArmTable} prints, as bars: each hot loop has few instructions beside the least for its tile. */
class ArmTableTest {
    private static final double MOST = 1.15;
    private static final LlvmToolchain LLVM = LlvmToolchain.open();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyLayersHotLoopIsNearItsLeast(boolean matrices) {
        CodeTarget target = CodeTarget.aarch64(matrices ? Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM)
                : Set.of(CpuFeature.DOTPROD), matrices ? "neoverse-v1" : "cortex-a76");
        int checked = 0;
        for (Layer layer : Layer.all()) {
            if (!layer.network().equals("mobilenet-v2") && !layer.network().equals("resnet50")) {
                continue;
            }
            KernelCase<?> c = KernelCase.integer(new ArmBackend().kernels(target), layer, 8);
            ObjectCode object = object(c, target);
            List<Instruction> code = LLVM.disassembler().function(object.bytes(), "kernel", target);
            InstructionLoop loop = InstructionLoop.hottest(code).orElseThrow();
            double least = TileMinimum.of(c.kernel().name(), layer, loop).orElseThrow();
            assertTrue(loop.size() <= MOST * least, () -> c.id() + ": " + loop.size() + " instructions, least " + least + "\n"
                    + loop);
            assertEquals(0, loop.stackAccesses(), () -> c.id() + "\n" + loop);
            checked++;
        }
        assertTrue(checked > 40, checked + " layers");
    }

    /** What is executed is known, and is at least the products. */
    @ParameterizedTest
    @ValueSource(strings = {"mobilenet-v2:conv1x1:56x56x24-144", "mobilenet-v2:dw3x3:28x28x192",
            "mobilenet-v2:fc1x1:1x1x1280-1001", "resnet50:conv3x3:14x14x256-256"})
    void kernelsAreCountedWhole(String id) {
        CodeTarget target = CodeTarget.aarch64(Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM), "neoverse-v1");
        Layer layer = Layer.all().stream().filter(l -> l.id().equals(id)).findFirst().orElseThrow();
        KernelCase<?> c = KernelCase.integer(new ArmBackend().kernels(target), layer, 8);
        KernelCycles.Estimate e = new KernelCycles(LLVM, target, List.of(object(c, target))).of(new KernelCycles.Call(
                "kernel", 3, 1, 1)).orElseThrow();
        assertTrue(32 * e.instructions() > c.work(), e + " for " + c.work());
        assertTrue(e.instructions() < c.work() && 128 * e.cycles() >= 0.99 * c.work(), e + " for " + c.work());
    }

    private static ObjectCode object(KernelCase<?> c, CodeTarget target) {
        ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
        c.kernel().emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
        return LLVM.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN);
    }
}
