package quantwright.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import quantwright.backend.avx.AvxBackend;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.HostFeatures;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;

/** What benchmarks run on. */
final class Host {
    /** The extensions of profile {@code x86-avx512-vnni}. */
    static final Set<CpuFeature> AVX512 = Set.of(CpuFeature.AVX512F, CpuFeature.AVX512BW, CpuFeature.AVX512DQ,
            CpuFeature.AVX512VL, CpuFeature.AVX512VNNI, CpuFeature.AVX512VBMI, CpuFeature.BMI2);

    private Host() {
    }

    static boolean hasVnni() {
        return HostFeatures.detect().supports(CodeTarget.x86(AVX512, "generic"));
    }

    /** The profile measured: {@code -Dquantwright.profile}, or the best this host runs. */
    static HardwareProfile profile() {
        return new ProfileCatalogue().find(System.getProperty("quantwright.profile",
                hasVnni() ? "x86-avx512-vnni" : "x86-avx2"));
    }

    static AvxBackend backend() {
        return new AvxBackend();
    }

    /** Name of the processor, as the kernel tells it. */
    static String processor() {
        return procValue("/proc/cpuinfo", "model name", "an unnamed processor");
    }

    /** Peak resident memory of this process, in MiB; 0 if the kernel does not tell. */
    static double peakMemory() {
        return Double.parseDouble(procValue("/proc/self/status", "VmHWM", "0 kB").replace("kB", "").strip()) / 1024;
    }

    private static String procValue(String file, String key, String absent) {
        try (var lines = Files.lines(Path.of(file))) {
            return lines.filter(l -> l.startsWith(key)).map(l -> l.substring(l.indexOf(':') + 1).strip()).findFirst()
                    .orElse(absent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
