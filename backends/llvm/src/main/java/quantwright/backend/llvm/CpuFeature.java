package quantwright.backend.llvm;

import java.util.EnumSet;
import java.util.Set;

/**
 * An instruction-set extension that generated code may need: its name in LLVM, its name in Linux's
 * {@code /proc/cpuinfo}, and its bit in {@code NAME_required_features()}. The extensions every processor of the
 * architecture has (SSE2; Armv8.0-A floating point) are not listed. The order is part of the artifact format.
 */
public enum CpuFeature {
    /** SSE3. */
    SSE3(Architecture.X86_64, 0, "sse3", "pni"),
    /** Supplemental SSE3. */
    SSSE3(Architecture.X86_64, 1, "ssse3", "ssse3", SSE3),
    /** SSE4.1. */
    SSE4_1(Architecture.X86_64, 2, "sse4.1", "sse4_1", SSSE3),
    /** SSE4.2. */
    SSE4_2(Architecture.X86_64, 3, "sse4.2", "sse4_2", SSE4_1),
    /** POPCNT. */
    POPCNT(Architecture.X86_64, 4, "popcnt", "popcnt"),
    /** 256-bit float vectors. */
    AVX(Architecture.X86_64, 5, "avx", "avx", SSE4_2),
    /** 256-bit integer vectors. */
    AVX2(Architecture.X86_64, 6, "avx2", "avx2", AVX),
    /** Fused multiply-add on 128 and 256 bits. */
    FMA(Architecture.X86_64, 7, "fma", "fma", AVX),
    /** Half-precision conversion. */
    F16C(Architecture.X86_64, 8, "f16c", "f16c", AVX),
    /** BMI1. */
    BMI1(Architecture.X86_64, 9, "bmi", "bmi1"),
    /** BMI2. */
    BMI2(Architecture.X86_64, 10, "bmi2", "bmi2"),
    /** LZCNT. */
    LZCNT(Architecture.X86_64, 11, "lzcnt", "abm"),
    /** MOVBE. */
    MOVBE(Architecture.X86_64, 12, "movbe", "movbe"),
    /** Foundation of AVX-512. */
    AVX512F(Architecture.X86_64, 13, "avx512f", "avx512f", AVX2, FMA, F16C),
    /** AVX-512 on bytes and words. */
    AVX512BW(Architecture.X86_64, 14, "avx512bw", "avx512bw", AVX512F),
    /** AVX-512 on doublewords and quadwords. */
    AVX512DQ(Architecture.X86_64, 15, "avx512dq", "avx512dq", AVX512F),
    /** AVX-512 forms for 128 and 256 bits. */
    AVX512VL(Architecture.X86_64, 16, "avx512vl", "avx512vl", AVX512F),
    /** Conflict detection. */
    AVX512CD(Architecture.X86_64, 17, "avx512cd", "avx512cd", AVX512F),
    /** Vector neural network instructions: {@code vpdpbusd}, {@code vpdpwssd}. */
    AVX512VNNI(Architecture.X86_64, 18, "avx512vnni", "avx512_vnni", AVX512F),
    /** Byte permutes, {@code vpermb}. */
    AVX512VBMI(Architecture.X86_64, 19, "avx512vbmi", "avx512vbmi", AVX512BW),
    /** Byte compress and expand, funnel shifts. */
    AVX512VBMI2(Architecture.X86_64, 20, "avx512vbmi2", "avx512_vbmi2", AVX512BW),
    /** 52-bit integer multiply-add. */
    AVX512IFMA(Architecture.X86_64, 21, "avx512ifma", "avx512ifma", AVX512F),
    /** Byte and word population count. */
    AVX512BITALG(Architecture.X86_64, 22, "avx512bitalg", "avx512_bitalg", AVX512BW),
    /** Doubleword and quadword population count. */
    AVX512VPOPCNTDQ(Architecture.X86_64, 23, "avx512vpopcntdq", "avx512_vpopcntdq", AVX512F),
    /** bfloat16 dot products. */
    AVX512BF16(Architecture.X86_64, 24, "avx512bf16", "avx512_bf16", AVX512BW),
    /** VNNI in VEX encoding, for processors without AVX-512. */
    AVXVNNI(Architecture.X86_64, 25, "avxvnni", "avx_vnni", AVX2),
    /** Galois field instructions. */
    GFNI(Architecture.X86_64, 26, "gfni", "gfni", SSE3),
    /** Advanced SIMD. */
    NEON(Architecture.AARCH64, 0, "neon", "asimd"),
    /** {@code sdot} and {@code udot}. */
    DOTPROD(Architecture.AARCH64, 1, "dotprod", "asimddp", NEON),
    /** {@code smmla}, {@code usdot}. */
    I8MM(Architecture.AARCH64, 2, "i8mm", "i8mm", NEON),
    /** Half-precision arithmetic. */
    FP16(Architecture.AARCH64, 3, "fullfp16", "asimdhp", NEON),
    /** bfloat16 dot products. */
    BF16(Architecture.AARCH64, 4, "bf16", "bf16", NEON);

    /** The processor families code is generated for. */
    public enum Architecture {
        /** AMD64 / Intel 64. */
        X86_64("x86_64"),
        /** Armv8-A, 64 bit. */
        AARCH64("aarch64");

        private final String isa;

        Architecture(String isa) {
            this.isa = isa;
        }

        /** Its name in a hardware profile. */
        public String isa() {
            return isa;
        }
    }

    private final Architecture architecture;
    private final int bit;
    private final String llvmName;
    private final String hostName;
    private final Set<CpuFeature> implied;

    CpuFeature(Architecture architecture, int bit, String llvmName, String hostName, CpuFeature... implied) {
        this.architecture = architecture;
        this.bit = bit;
        this.llvmName = llvmName;
        this.hostName = hostName;
        this.implied = Set.of(implied);
    }

    /** The architecture this extends. */
    public Architecture architecture() {
        return architecture;
    }

    /** The name in an LLVM feature string. */
    public String llvmName() {
        return llvmName;
    }

    /** The flag in Linux's {@code /proc/cpuinfo}. */
    public String hostName() {
        return hostName;
    }

    /** This feature's bit in a 32-bit set. */
    public int mask() {
        return 1 << bit;
    }

    /** The features with everything they imply. */
    public static Set<CpuFeature> closure(Set<CpuFeature> features) {
        var all = EnumSet.noneOf(CpuFeature.class);
        for (var f : features) {
            all.add(f);
            all.addAll(closure(f.implied));
        }
        return all;
    }

    /** The 32-bit set that {@code NAME_required_features()} returns. */
    public static int mask(Set<CpuFeature> features) {
        int mask = 0;
        for (var f : features) {
            mask |= f.mask();
        }
        return mask;
    }

    /**
     * The features of a 32-bit set.
     *
     * @throws IllegalArgumentException for a bit no feature of the architecture has
     */
    public static Set<CpuFeature> fromMask(Architecture architecture, int mask) {
        var all = EnumSet.noneOf(CpuFeature.class);
        int left = mask;
        for (var f : values()) {
            if (f.architecture == architecture && (mask & f.mask()) != 0) {
                all.add(f);
                left &= ~f.mask();
            }
        }
        if (left != 0) {
            throw new IllegalArgumentException("unknown feature bits 0x" + Integer.toHexString(left));
        }
        return all;
    }
}
