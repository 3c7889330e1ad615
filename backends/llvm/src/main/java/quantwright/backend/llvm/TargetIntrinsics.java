package quantwright.backend.llvm;

import static quantwright.backend.llvm.CpuFeature.*;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which declared functions a module may use: LLVM ends the process when it meets a target intrinsic the target has no
 * instruction for, so that is found out before.
 */
final class TargetIntrinsics {
    /** The first pattern that matches the whole name, less {@code llvm.} and the vector width, says what it needs. */
    private record Rule(Pattern name, Set<CpuFeature> features) {
        static Rule of(String regex, CpuFeature... features) {
            return new Rule(Pattern.compile(regex), Set.of(features));
        }
    }

    private static final Pattern WIDTH = Pattern.compile("(.*)\\.(128|256|512)");
    private static final List<Rule> RULES = List.of(
            Rule.of("x86\\.avx512\\.vpdp(bu|ws)sds?", AVX512VNNI),
            Rule.of("x86\\.avx512\\.(vpermi2var|permvar)\\.qi|x86\\.avx512\\.pmultishift\\.qb", AVX512VBMI),
            Rule.of("x86\\.avx512\\.vpmadd52[hl]\\.uq", AVX512IFMA),
            Rule.of("x86\\.avx512bf16\\..*", AVX512BF16),
            Rule.of("x86\\.avx512\\.(psad\\.bw|dbpsadbw|pmadd(ubs\\.w|w\\.d)|pmulhu?\\.w|pmul\\.hr\\.sw"
                    + "|pack[su]s(wb|dw)|pshuf\\.b|(permvar|vpermi2var)\\.hi|ps(ll|rl|ra)v?i?\\.w"
                    + "|mask\\.pmov(us|s)?\\.wb(\\.mem)?)", AVX512BW),
            Rule.of("x86\\.avx512\\.mask\\.(cvtt?p[sd]2u?qq|range\\.p[sd]|reduce\\.p[sd]|fpclass\\.p[sd])", AVX512DQ),
            Rule.of("x86\\.avx512\\.(mask[z3]?\\.)?(vpermi2var|permvar|vpermilvar)\\.(si|di|sf|df|ps|pd|d|q)"
                    + "|x86\\.avx512\\.(max|min|add|sub|mul|div|sqrt|vfmadd)\\.p[sd]"
                    + "|x86\\.avx512\\.mask\\.(cvt|rndscale|scalef|getexp|getmant|compress|expand|pmov)\\S*"
                    + "|x86\\.avx512\\.(ps(ll|rl|ra)v?i?\\.[dq]|(sitofp|uitofp)\\.round\\..*)"
                    + "|x86\\.avx512\\.(rcp14|rsqrt14|mask\\.gather|mask\\.scatter|gather|scatter|pternlog)\\S*"
                    + "|x86\\.avx512\\.v?cvt\\S*", AVX512F),
            Rule.of("x86\\.vgf2p8\\S*", GFNI),
            Rule.of("x86\\.vcvtp[sh]2p[sh]", F16C),
            Rule.of("x86\\.bmi\\.(bzhi|pdep|pext)\\..*", BMI2),
            Rule.of("x86\\.avx2\\..*", AVX2),
            Rule.of("x86\\.avx\\..*", AVX),
            Rule.of("x86\\.sse42\\..*", SSE4_2),
            Rule.of("x86\\.sse41\\..*", SSE4_1),
            Rule.of("x86\\.ssse3\\..*", SSSE3),
            Rule.of("x86\\.sse3\\..*", SSE3),
            Rule.of("x86\\.sse2?\\..*"),
            Rule.of("aarch64\\.neon\\.[su]dot\\..*", DOTPROD),
            Rule.of("aarch64\\.neon\\.([su]mmla|usmmla|usdot)\\..*", I8MM),
            Rule.of("aarch64\\.neon\\..*", NEON));
    /** Intrinsics of processors that no target here has. */
    private static final Pattern FOREIGN = Pattern.compile("llvm\\.(amdgcn|arm|bpf|hexagon|loongarch|mips|nvvm|ppc|r600"
            + "|riscv|s390|spv|ve|wasm|xcore|dx)\\..*");

    private TargetIntrinsics() {
    }

    /** Why a module for this target may not declare this function, or nothing if it may. */
    static Optional<String> problem(String name, CodeTarget target) {
        if (name.startsWith("llvm.fmuladd.")) {
            return Optional.of("@" + name + " may round once or twice; llvm.fma or fmul and fadd say which");
        }
        if (FOREIGN.matcher(name).matches()) {
            return Optional.of("@" + name + " belongs to another processor");
        }
        if (!name.startsWith("llvm.x86.") && !name.startsWith("llvm.aarch64.")) {
            return Optional.empty();
        }
        var width = WIDTH.matcher(name);
        boolean sized = width.matches();
        var stem = (sized ? width.group(1) : name).substring("llvm.".length());
        for (var rule : RULES) {
            if (rule.name().matcher(stem).matches()) {
                var needed = EnumSet.noneOf(CpuFeature.class);
                needed.addAll(rule.features());
                boolean narrow = sized && !width.group(2).equals("512") && stem.startsWith("x86.avx512");
                if (narrow && needed.contains(AVX512VNNI) && target.extensions().contains(AVXVNNI)) {
                    return Optional.empty();
                }
                if (narrow) {
                    needed.add(AVX512VL);
                }
                return missing(name, needed, target);
            }
        }
        return Optional.of("@" + name + " is not among the intrinsics whose features are known");
    }

    private static Optional<String> missing(String name, Set<CpuFeature> needed, CodeTarget target) {
        return needed.stream().filter(f -> !target.extensions().contains(f)).findFirst()
                .map(f -> "@" + name + " needs " + f.llvmName() + ", which the target does not have");
    }
}
