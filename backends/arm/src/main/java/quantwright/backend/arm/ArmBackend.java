package quantwright.backend.arm;

import java.util.List;
import java.util.Set;
import quantwright.backend.arm.NeonIsa.Level;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.VectorIsa;

/** Code for 64-bit Arm processors; the instruction set is whatever the profile lists. */
public final class ArmBackend extends LlvmBackend {
    /** For the service loader. */
    public ArmBackend() {
    }

    @Override
    public String id() {
        return "arm";
    }

    @Override
    protected Architecture architecture() {
        return Architecture.AARCH64;
    }

    @Override
    public CpuKernels kernels(CodeTarget target) {
        Set<CpuFeature> has = target.extensions();
        if (!has.contains(CpuFeature.DOTPROD)) {
            VectorIsa isa = new NeonIsa(Level.BASE);
            return CpuKernels.of(isa, List.of(new ConvTemplate(isa, true), new ConvTemplate(isa, false)),
                    List.of(new DepthwiseTemplate(isa, true), new DepthwiseTemplate(isa, false)));
        }
        VectorIsa dots = new NeonIsa(Level.DOTPROD);
        if (!has.contains(CpuFeature.I8MM)) {
            return CpuKernels.of(dots, List.of(new ConvTemplate(dots, false)),
                    List.of(new DepthwiseTemplate(dots, false)));
        }
        VectorIsa matrices = new NeonIsa(Level.I8MM);
        return CpuKernels.of(matrices, List.of(ConvTemplate.gathered(matrices),
                new ConvTemplate(matrices, false), new ConvTemplate(dots, false)),
                List.of(new DepthwiseTemplate(dots, false)));
    }
}
