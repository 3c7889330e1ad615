package quantwright.backend.avx;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.ElementwiseTemplate;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatDepthwiseTemplate;
import quantwright.backend.llvm.kernel.PoolTemplate;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;

/** Code for 64-bit x86 processors; the instruction set is whatever the profile lists. */
public final class AvxBackend extends LlvmBackend {
    /** For the service loader. */
    public AvxBackend() {
    }

    @Override
    public String id() {
        return "x86";
    }

    @Override
    public boolean accepts(HardwareProfile profile) {
        return profile.cpu().filter(c -> c.isa().equals("x86_64")).isPresent();
    }

    @Override
    protected CodeTarget target(HardwareProfile profile) {
        CpuMachine machine = profile.cpu().orElseThrow();
        Set<CpuFeature> features = EnumSet.noneOf(CpuFeature.class);
        for (CpuFeature f : CpuFeature.values()) {
            if (f.architecture() == CpuFeature.Architecture.X86_64 && machine.features().contains(f.llvmName())) {
                features.add(f);
            }
        }
        return CodeTarget.x86(features, machine.tune());
    }

    @Override
    protected CpuKernels kernels(CodeTarget target) {
        Avx512Isa isa = new Avx512Isa(target.extensions().contains(CpuFeature.AVX512VBMI));
        return new CpuKernels(isa, List.of(new ConvTemplate(isa, false)),
                List.of(new DepthwiseTemplate(isa, false)), List.of(new ElementwiseTemplate(isa)),
                List.of(new PoolTemplate(isa)), List.of(new FloatConvTemplate(isa)), List.of(new FloatDepthwiseTemplate(isa)));
    }
}
