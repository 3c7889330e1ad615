package quantwright.backend.avx;

import java.util.List;
import java.util.Set;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.LlvmBackend;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.VectorIsa;

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
    protected Architecture architecture() {
        return Architecture.X86_64;
    }

    @Override
    public CpuKernels kernels(CodeTarget target) {
        Set<CpuFeature> has = target.extensions();
        if (has.containsAll(AVX512)) {
            VectorIsa isa = new Avx512Isa(has.contains(CpuFeature.AVX512VBMI));
            return CpuKernels.of(isa, List.of(new ConvTemplate(isa, false)), List.of(new DepthwiseTemplate(isa, false)));
        }
        VectorIsa isa = new Avx2Isa(has.contains(CpuFeature.AVXVNNI));
        return CpuKernels.of(isa, List.of(new ConvTemplate(isa, true), new ConvTemplate(isa, false)),
                List.of(new DepthwiseTemplate(isa, true), new DepthwiseTemplate(isa, false)));
    }
}
