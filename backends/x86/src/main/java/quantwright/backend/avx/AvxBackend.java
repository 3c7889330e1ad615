package quantwright.backend.avx;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.ElementwiseTemplate;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatDepthwiseTemplate;
import quantwright.backend.llvm.kernel.InterleaveTemplate;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.PoolTemplate;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;

/** Code for 64-bit x86 processors; the instruction set is whatever the profile lists. */
public final class AvxBackend extends LlvmBackend {
    private static final Set<CpuFeature> AVX512 = Set.of(CpuFeature.AVX512F, CpuFeature.AVX512BW, CpuFeature.AVX512DQ,
            CpuFeature.AVX512VL, CpuFeature.AVX512VNNI);

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
    public CodeTarget target(HardwareProfile profile) {
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
    public CpuKernels kernels(CodeTarget target) {
        Set<CpuFeature> has = target.extensions();
        if (has.containsAll(AVX512)) {
            VectorIsa isa = new Avx512Isa(has.contains(CpuFeature.AVX512VBMI));
            return kernels(isa, List.of(new ConvTemplate(isa, false)), List.of(new DepthwiseTemplate(isa, false)));
        }
        VectorIsa isa = new Avx2Isa(has.contains(CpuFeature.AVXVNNI));
        return kernels(isa, List.of(new ConvTemplate(isa, true), new ConvTemplate(isa, false)),
                List.of(new DepthwiseTemplate(isa, true), new DepthwiseTemplate(isa, false)));
    }

    private static CpuKernels kernels(VectorIsa isa, List<KernelTemplate<ConvSpec, ConvParameters>> convolutions,
            List<KernelTemplate<DepthwiseSpec, ConvParameters>> depthwise) {
        return new CpuKernels(isa, convolutions, depthwise, List.of(new ElementwiseTemplate(isa)),
                List.of(new PoolTemplate(isa)), List.of(new FloatConvTemplate(isa)),
                        List.of(new FloatDepthwiseTemplate(isa)),
                List.of(new InterleaveTemplate(isa)));
    }
}
