package quantwright.backend.llvm;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which declared functions a module may use: LLVM ends the process when it meets a target intrinsic the target has no
 * instruction for, so that is found out before.
 */
final class TargetIntrinsics {
    /** The first pattern that matches an intrinsic's name says what it needs. */
    private record Rule(Pattern name, Set<CpuFeature> features) {
        static Rule of(String regex, CpuFeature... features) {
            return new Rule(Pattern.compile(regex), Set.of(features));
        }
    }

    private static final List<Rule> RULES = List.of(
            Rule.of("llvm\\.x86\\.avx512\\.vpdp[a-z]+\\.512", CpuFeature.AVX512VNNI),
            Rule.of("llvm\\.x86\\.avx512\\.vpermi2var\\.qi\\..*|llvm\\.x86\\.avx512\\.permvar\\.qi\\..*",
                    CpuFeature.AVX512VBMI),
            Rule.of("llvm\\.x86\\.avx512\\.(psad\\.bw|pmaddubs\\.w|pmaddw\\.d|pmulhu?\\.w|pmul\\.hr\\.sw|packss?[a-z]*"
                    + "|packus[a-z]*|pshuf\\.b|permvar\\.hi|vpermi2var\\.hi)\\.512\\S*|llvm\\.x86\\.avx512\\.pack[su]s[wd][bw]"
                    + "\\.512|llvm\\.x86\\.avx512\\.dbpsadbw\\.512", CpuFeature.AVX512BW),
            Rule.of("llvm\\.x86\\.avx512\\.mask\\.(pmov|vcvt|cvt)[a-z0-9.]*\\.512", CpuFeature.AVX512BW),
            Rule.of("llvm\\.x86\\.avx512\\.\\S*\\.512(\\.\\S*)?|llvm\\.x86\\.avx512\\.\\S*\\.(ss|sd|si32|si64)",
                    CpuFeature.AVX512F),
            Rule.of("llvm\\.x86\\.sse3\\..*", CpuFeature.SSE3),
            Rule.of("llvm\\.x86\\.ssse3\\..*", CpuFeature.SSSE3),
            Rule.of("llvm\\.x86\\.sse41\\..*", CpuFeature.SSE4_1),
            Rule.of("llvm\\.x86\\.sse2?\\..*"),
            Rule.of("llvm\\.x86\\.avx2\\..*", CpuFeature.AVX2),
            Rule.of("llvm\\.x86\\.avx\\..*", CpuFeature.AVX),
            Rule.of("llvm\\.x86\\.vcvtp[sh]2p[sh]\\.(128|256)", CpuFeature.F16C),
            Rule.of("llvm\\.aarch64\\.neon\\.[su]dot\\..*", CpuFeature.DOTPROD),
            Rule.of("llvm\\.aarch64\\.neon\\.([su]mmla|usmmla|usdot)\\..*", CpuFeature.I8MM),
            Rule.of("llvm\\.aarch64\\.neon\\..*", CpuFeature.NEON));

    private TargetIntrinsics() {
    }

    /** Why a module for this target may not declare this function, or nothing if it may. */
    static Optional<String> problem(String name, CodeTarget target) {
        if (name.startsWith("llvm.fmuladd.")) {
            return Optional.of("@" + name + " may round once or twice; llvm.fma or fmul and fadd say which");
        }
        if (!name.startsWith("llvm.x86.") && !name.startsWith("llvm.aarch64.")) {
            return Optional.empty();
        }
        for (var rule : RULES) {
            if (rule.name().matcher(name).matches()) {
                return missing(name, rule.features(), target);
            }
        }
        return vnniBelow512(name, target);
    }

    private static Optional<String> vnniBelow512(String name, CodeTarget target) {
        if (name.matches("llvm\\.x86\\.avx512\\.vpdp[a-z]+\\.(128|256)")) {
            boolean vex = target.extensions().contains(CpuFeature.AVXVNNI);
            return vex ? Optional.empty()
                    : missing(name, Set.of(CpuFeature.AVX512VNNI, CpuFeature.AVX512VL), target);
        }
        return name.matches("llvm\\.x86\\.avx512\\.\\S*\\.(128|256)(\\.\\S*)?")
                ? missing(name, Set.of(CpuFeature.AVX512VL, CpuFeature.AVX512BW), target)
                : Optional.of("@" + name + " is not among the intrinsics whose features are known");
    }

    private static Optional<String> missing(String name, Set<CpuFeature> needed, CodeTarget target) {
        return needed.stream().sorted().filter(f -> !target.extensions().contains(f)).findFirst()
                .map(f -> "@" + name + " needs " + f.llvmName() + ", which the target does not have");
    }
}
