package quantwright.bench;

import java.util.List;
import quantwright.backend.arm.ArmBackend;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.InstructionLoop;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.TargetAttributes;

/** Static counts. */
public final class ArmTable {
    private ArmTable() {
    }

    /** Prints a Markdown table. */
    public static void main(String[] args) throws Exception {
        for (var features : List.of(java.util.Set.<CpuFeature>of(), java.util.Set.of(CpuFeature.DOTPROD), java.util.Set.of(CpuFeature.DOTPROD, CpuFeature.I8MM))) {
            CodeTarget target = CodeTarget.aarch64(features, args.length > 0 ? args[0] : "generic");
            System.out.println(features);
            for (KernelCase<?> c : KernelCase.all(new ArmBackend().kernels(target)).values()) {
                if (!c.id().matches(args.length > 1 ? args[1] : ".*(mobilenet|resnet50).*")) { continue; }
                ModuleBuilder module = new ModuleBuilder(TargetAttributes.of(target));
                c.kernel().emit(module, "kernel", ModuleBuilder.Linkage.EXTERNAL);
                var toolchain = LlvmToolchain.open();
                var object = toolchain.compiler().compile(module.text(), target, CodeOptions.AS_WRITTEN);
                var code = toolchain.disassembler().function(object.bytes(), "kernel", target);
                var hot = InstructionLoop.hottest(code);
                if (hot.isEmpty()) { System.out.println(c.id() + " no loop"); continue; }
                var l = hot.get();
                long products = l.count("[su]mmla|sdot|smull2?|smlal2?|fmla");
                System.out.printf("%-40s %-40s %5d instr %5d prod %5d MAC  %.4f/MAC  ratio %.3f stack %d size %d%n", c.id(), c.kernel().name(), l.size(), products, l.macs(), (double) l.size() / l.macs(), (double) l.size() / products, l.stackAccesses(), code.size());
                if (args.length > 2) { System.out.println(l); }
            }
        }
    }
}
