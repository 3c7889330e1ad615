package quantwright.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.CpuFeature.Architecture;

class HostFeaturesTest {
    @Test
    void readsCpuinfoOfBothArchitectures() {
        var x86 = HostFeatures.parse(Architecture.X86_64, """
                processor : 0
                flags\t\t: fpu sse2 pni ssse3 avx512_vnni abm bmi1
                processor : 1
                flags\t\t: fpu sse2 pni ssse3 abm bmi1
                """);
        assertEquals(Set.of(CpuFeature.SSE3, CpuFeature.SSSE3, CpuFeature.LZCNT, CpuFeature.BMI1), x86.features(),
                "what every processor has");
        var arm = HostFeatures.parse(Architecture.AARCH64, "Features\t: fp asimd asimddp\n");
        assertEquals(Set.of(CpuFeature.NEON, CpuFeature.DOTPROD), arm.features());
        assertEquals(Set.of(), HostFeatures.parse(Architecture.X86_64, "").features());
    }

    @Test
    void refusalNamesWhatIsMissing() {
        var host = new HostFeatures(Architecture.X86_64, CpuFeature.closure(Set.of(CpuFeature.AVX2)));
        var vnni = CodeTarget.x86(Set.of(CpuFeature.AVX512VNNI), "generic");
        var reason = host.refusal(vnni.architecture(), vnni.requiredFeatures()).orElseThrow();
        assertTrue(reason.contains("fma, f16c, avx512f, avx512vnni"), reason);
        assertFalse(host.supports(vnni));
        assertTrue(host.supports(CodeTarget.x86(Set.of(CpuFeature.AVX2), "generic")));
        assertFalse(host.supports(CodeTarget.aarch64(Set.of(), "generic")));
    }

    @Test
    void bitsAreDistinctAndRoundTrip() {
        for (var architecture : Architecture.values()) {
            var all = EnumSet.copyOf(Arrays.stream(CpuFeature.values()).filter(f -> f.architecture() == architecture)
                    .toList());
            var masks = new HashSet<Integer>();
            all.forEach(f -> assertTrue(masks.add(f.mask()), f.toString()));
            assertEquals(all, CpuFeature.fromMask(architecture, CpuFeature.mask(all)));
        }
        assertThrows(IllegalArgumentException.class, () -> CpuFeature.fromMask(Architecture.AARCH64, 1 << 30));
    }

    @Test
    void theFeatureStringIsComplete() {
        var features = CodeTarget.x86(Set.of(CpuFeature.AVX2), "generic").features();
        for (var f : CpuFeature.values()) {
            if (f.architecture() == Architecture.X86_64) {
                boolean on = CpuFeature.closure(Set.of(CpuFeature.AVX2)).contains(f);
                assertTrue(Set.of(features.split(",")).contains((on ? "+" : "-") + f.llvmName()), f.toString());
            }
        }
        assertThrows(IllegalArgumentException.class, () -> CodeTarget.x86(Set.of(CpuFeature.NEON), "generic"));
    }
}
