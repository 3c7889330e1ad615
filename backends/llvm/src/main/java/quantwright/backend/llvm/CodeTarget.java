package quantwright.backend.llvm;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import quantwright.backend.llvm.CpuFeature.Architecture;

/**
 * What code is generated for. It is complete: nothing is taken from the host, so the same target gives the same bytes
 * anywhere.
 *
 * @param triple      LLVM target triple
 * @param dataLayout  LLVM data layout string; it must be the one LLVM gives the triple
 * @param cpu         the base instruction set, such as {@code x86-64}
 * @param tuneCpu     the processor whose timings the scheduler assumes, such as {@code znver4} or {@code generic}
 * @param extensions  the instruction-set extensions, with everything they imply
 * @param vectorWidth the widest vector register to use, in bits
 */
public record CodeTarget(String triple, String dataLayout, String cpu, String tuneCpu, Set<CpuFeature> extensions,
        int vectorWidth) {
    private static final String X86_64_LAYOUT =
            "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";
    private static final String AARCH64_LAYOUT =
            "e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32";

    /**
     * Checks and completes the extensions.
     *
     * @throws IllegalArgumentException for a triple of another architecture, or an extension that does not belong
     */
    public CodeTarget {
        Objects.requireNonNull(dataLayout);
        Objects.requireNonNull(cpu);
        Objects.requireNonNull(tuneCpu);
        var architecture = architecture(triple);
        var closure = CpuFeature.closure(extensions);
        for (var f : closure) {
            if (f.architecture() != architecture) {
                throw new IllegalArgumentException(f + " is not an extension of " + triple);
            }
        }
        extensions = Set.copyOf(closure);
        if (vectorWidth < 64 || Integer.bitCount(vectorWidth) != 1) {
            throw new IllegalArgumentException("vector width " + vectorWidth);
        }
    }

    /** The target of an architecture on Linux, with the widest vectors its extensions have. */
    public static CodeTarget of(Architecture architecture, Set<CpuFeature> extensions, String tuneCpu) {
        return switch (architecture) {
            case X86_64 -> x86(extensions, tuneCpu);
            case AARCH64 -> aarch64(extensions, tuneCpu);
        };
    }

    /** 64-bit x86, Linux, ELF. Vectors are 512 bits wide with AVX-512, else 256 with AVX, else 128. */
    public static CodeTarget x86(Set<CpuFeature> extensions, String tuneCpu) {
        var closure = CpuFeature.closure(extensions);
        int width = closure.contains(CpuFeature.AVX512F) ? 512 : closure.contains(CpuFeature.AVX) ? 256 : 128;
        return new CodeTarget("x86_64-unknown-linux-gnu", X86_64_LAYOUT, "x86-64", tuneCpu, extensions, width);
    }

    /** 64-bit Arm, Linux, ELF, with 128-bit NEON vectors. */
    public static CodeTarget aarch64(Set<CpuFeature> extensions, String tuneCpu) {
        var withNeon = EnumSet.of(CpuFeature.NEON);
        withNeon.addAll(extensions);
        return new CodeTarget("aarch64-unknown-linux-gnu", AARCH64_LAYOUT, "generic", tuneCpu, withNeon, 128);
    }

    /** The architecture of the triple. */
    public Architecture architecture() {
        return architecture(triple);
    }

    private static Architecture architecture(String triple) {
        return switch (triple.substring(0, Math.max(0, triple.indexOf('-')))) {
            case "x86_64" -> Architecture.X86_64;
            case "aarch64" -> Architecture.AARCH64;
            default -> throw new IllegalArgumentException("no code generator for triple '" + triple + "'");
        };
    }

    /** The LLVM feature string: each known extension of the architecture, switched on or off. */
    public String features() {
        var known = Arrays.stream(CpuFeature.values()).filter(f -> f.architecture() == architecture()).toList();
        // Off before on: switching one off also switches off what implies it.
        var off = known.stream().filter(f -> !extensions.contains(f)).map(f -> "-" + f.llvmName());
        var on = known.stream().filter(extensions::contains).map(f -> "+" + f.llvmName());
        // LLVM 20 keeps 512-bit registers as a feature of their own.
        var wide = extensions.contains(CpuFeature.AVX512F) ? Stream.of("+evex512") : Stream.<String>empty();
        return Stream.of(off, on, wide).flatMap(s -> s).collect(Collectors.joining(","));
    }

    /** The extensions as the bits of {@code NAME_required_features()}. */
    public int requiredFeatures() {
        return CpuFeature.mask(extensions);
    }
}
