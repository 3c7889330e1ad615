package quantwright.backend.avx;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.cases.HostGraphs;
import quantwright.backend.llvm.cases.HostMachine;
import quantwright.profiles.CpuMachine;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.QuantizationRules;

/** This host at the feature levels of x86. */
final class X86Machines {
    static final Set<CpuFeature> AVX512 = EnumSet.of(CpuFeature.AVX512F, CpuFeature.AVX512BW, CpuFeature.AVX512DQ,
        CpuFeature.AVX512VL, CpuFeature.AVX512VNNI, CpuFeature.AVX512VBMI, CpuFeature.BMI2);
    static final Set<CpuFeature> AVX2 = EnumSet.of(CpuFeature.AVX2, CpuFeature.FMA, CpuFeature.BMI2);

    private X86Machines() {
    }

    /** This host as a runner of graphs at both levels. */
    static HostGraphs graphs() {
        return new HostGraphs(new AvxBackend(), List.of(profile("avx512", AVX512, 512), profile("avx2", AVX2, 256)));
    }

    private static HardwareProfile profile(String id, Set<CpuFeature> extensions, int bits) {
        List<String> features = extensions.stream().map(CpuFeature::llvmName).sorted().toList();
        CpuMachine machine = new CpuMachine("x86_64", "generic", features, bits, 32768, 1048576);
        return new HardwareProfile(id, id, Optional.of(machine), new QuantizationRules("f32", true, true, true), "0");
    }

    static HostMachine of(Set<CpuFeature> features) {
        return new HostMachine(CodeTarget.x86(features, "generic"));
    }
}
