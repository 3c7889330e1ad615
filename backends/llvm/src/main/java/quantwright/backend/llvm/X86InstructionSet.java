package quantwright.backend.llvm;

import static quantwright.backend.llvm.CpuFeature.*;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which extension an x86 instruction belongs to, after the CPUID columns of Intel's SDM, volume 2. LLVM's own x86
 * disassembler and assembler accept every extension whatever features they are given, so they cannot tell.
 *
 * <p>EVEX and mask instructions are classified by mnemonic, and one that no rule names is unknown, which callers
 * treat as forbidden; VEX by mnemonic and vector length; legacy encodings by opcode map.
 */
final class X86InstructionSet {
    private record Rule(Pattern mnemonic, Set<CpuFeature> features) {
        static Rule of(String regex, CpuFeature... features) {
            return new Rule(Pattern.compile(regex), Set.of(features));
        }
    }

    /** In order; the first that matches decides. AVX512VL is added by vector length. */
    private static final List<Rule> EVEX = List.of(
            Rule.of("vpdp(bu|ws)sds?", AVX512VNNI),
            Rule.of("vpermb|vperm[it]2b|vpmultishiftqb", AVX512VBMI),
            Rule.of("vp(compress|expand)[bw]|vpsh[lr]dv?[wdq]", AVX512VBMI2),
            Rule.of("vpmadd52[lh]uq", AVX512IFMA),
            Rule.of("vpopcnt[bw]|vpshufbitqmb", AVX512BITALG),
            Rule.of("vpopcnt[dq]", AVX512VPOPCNTDQ),
            Rule.of("vdpbf16ps|vcvtne2?ps2bf16", AVX512BF16),
            Rule.of("vgf2p8(mul|affineq|affineinvq)b", GFNI, AVX512F),
            Rule.of("vpconflict[dq]|vplzcnt[dq]|vpbroadcastm(b2q|w2d)", AVX512CD),
            Rule.of("vpmullq|vcvtt?p[sd]2u?qq|vcvtu?qq2p[sd]|v(and|andn|or|xor)p[sd]"
                    + "|v(broadcast|extract|insert)[fi](32x2|64x2|32x8)|vfpclass[ps][sd]|vp(extr|insr)[dq]"
                    + "|vpmov([dq]2m|m2[dq])|v(range|reduce)[ps][sd]", AVX512DQ),
            Rule.of("vp(add|sub)u?s?[bw]|vp(max|min)[su][bw]|vpmul(hr?s?|hu|l)w|vpmadd(ubsw|wd)|vp(avg|abs)[bw]"
                    + "|vpack[su]s(wb|dw)|vpunpck[lh](bw|wd)|vps(ll|rl|ra)v?w|vps[lr]ldq|vpalignr|vpshufb|vpshuf[lh]w"
                    + "|vd?b?psadbw|vmovdqu(8|16)|vp(blendm|broadcast|extr|insr)[bw]|vpcmp[a-z]*[bw]|vpermw"
                    + "|vperm[it]2w|vpmov([sz]xbw|s?wb|uswb|[bw]2m|m2[bw])|vptestn?m[bw]", AVX512BW),
            Rule.of("v(add|sub|mul|div|min|max|sqrt)[ps][sd]|vfn?m(add|sub|addsub|subadd)[123]{3}[ps][sd]"
                    + "|vmov([au]p[sd]|dq[au](32|64)|[dq]|s[sdh]|ddup|s[hl]dup|nt(dqa?|p[sd])|[lh]p[sd]|lhps|hlps)"
                    + "|vp(add|sub|(max|min)[su]|abs|and|andn|or|xor|(sll|srl|sra|rol|ror)v?)[dq]"
                    + "|vpmul(ld|dq|udq)|vpcmp[a-z]*[dq]|vcmp[a-z]*[ps][sd]|vu?comis[sd]|vptestn?m[dq]|vpternlog[dq]"
                    + "|v(broadcast|extract|insert)[fi](32x4|64x4)|vbroadcasts[sd]|vpbroadcast[dq]|v(extract|insert)ps"
                    + "|vp?blendm([dq]|p[sd])|vperm([dq]|p[sd]|il(p[sd]))|vperm[it]2([dq]|p[sd])"
                    + "|vpshufd|vshufp[sd]|vshuf[fi](32x4|64x2)|v(p?unpck)[lh](p[sd]|dq|qdq)|valign[dq]"
                    + "|vpmov([sz]x(bd|bq|wd|wq|dq)|u?s?(db|dw|qb|qw|qd))"
                    + "|vcvt(t?p[sd]2u?dq|u?dq2p[sd]|ps2p[dh]|pd2ps|ph2ps|t?s[sd]2u?si|u?si2s[sd]|ss2sd|sd2ss)"
                    + "|vp?(gather|scatter)(d|q)(d|q|p[sd])|v(p?)(compress|expand)([dq]|p[sd])"
                    + "|v(rcp|rsqrt)14[ps][sd]|v(rndscale|scalef|getexp|getmant|fixupimm)[ps][sd]", AVX512F));

    private static final List<Rule> MASK = List.of(
            Rule.of("k(and|andn|or|not|xor|xnor|ortest|shiftl|shiftr|add|test|mov)b|k(add|test)w", AVX512DQ),
            Rule.of("k(and|andn|or|not|xor|xnor|ortest|shiftl|shiftr|add|test|mov)[dq]|kunpck(wd|dq)", AVX512BW),
            Rule.of("k(and|andn|or|not|xor|xnor|ortest|shiftl|shiftr|mov)w|kunpckbw", AVX512F));

    private static final List<Rule> VEX = List.of(
            Rule.of("vfn?m(add|sub|addsub|subadd)[123]{3}[ps][sd]", FMA),
            Rule.of("vcvt(ph2ps|ps2ph)", F16C),
            Rule.of("vpdp(bu|ws)sds?", AVXVNNI),
            Rule.of("vgf2p8(mul|affineq|affineinvq)b", GFNI, AVX),
            Rule.of("andn|bextr|bls(i|r|msk)", BMI1),
            Rule.of("bzhi|mulx|p(dep|ext)|rorx|s(arx|hlx|hrx)", BMI2),
            Rule.of("vpbroadcast[bwdq]|vbroadcasti128|v(extract|insert)i128|vperm(d|q|ps|pd|2i128)|vpblendd"
                    + "|vps(llv|rlv|rav)[dq]|vpmaskmov[dq]|vp?gather(d|q)(d|q|p[sd])", AVX2));

    /** VEX encodings of extensions that are not listed. */
    private static final Pattern OTHER = Pattern.compile("vpdp.*|vpmadd52.*|vaes.*|vpclmul.*|vsha.*|vsm[34].*|vcvtne.*"
            + "|vbcstne.*");
    /** Integer mnemonics that AVX itself has at 256 bits. */
    private static final Pattern WIDE_IN_AVX = Pattern.compile("vptest|vpermilp[sd]|vperm2f128");
    private static final Pattern SCALAR = Pattern.compile("v[^p]\\S*s[sd]|vmov[dq]|v(extract|insert)ps"
            + "|vp(extr|insr)[bwdq]|vcvtt?s[sd]2u?si|vcvtu?si2s[sd]|vmov([lh]p[sd]|lhps|hlps)|vmovsh");
    /** Ends like a scalar operation and is none. */
    private static final Pattern BROADCAST = Pattern.compile("vbroadcasts[sd]");

    private X86InstructionSet() {
    }

    /**
     * The extensions an instruction needs beyond x86-64's base, or nothing if they are not known.
     *
     * @param code   the instruction's bytes
     * @param text   the instruction in Intel's syntax
     */
    static Optional<Set<CpuFeature>> needed(byte[] code, String text) {
        int at = 0;
        boolean operandSize = false;
        int repeat = 0;
        for (; at < code.length; at++) {
            int b = code[at] & 0xff;
            if (b == 0x66) {
                operandSize = true;
            } else if (b == 0xf2 || b == 0xf3) {
                repeat = b;
            } else if (b != 0x2e && b != 0x36 && b != 0x3e && b != 0x26 && b != 0x64 && b != 0x65 && b != 0x67
                    && b != 0xf0) {
                break;
            }
        }
        int first = at < code.length ? code[at] & 0xff : 0;
        var mnemonic = text.replaceFirst("^\\{e?vex\\} *", "").split(" ", 2)[0];
        if (first == 0x62) {
            return evex(code, at, mnemonic);
        }
        if (first == 0xc4 || first == 0xc5) {
            return vex(text, mnemonic);
        }
        if ((first & 0xf0) == 0x40) {
            at++;
        }
        return legacy(code, at, operandSize, repeat);
    }

    private static Optional<Set<CpuFeature>> evex(byte[] code, int at, String mnemonic) {
        return match(EVEX, mnemonic).map(features -> {
            int length = code[at + 3] >> 5 & 3;
            boolean registerForm = (code[at + 5] & 0xc0) == 0xc0;
            boolean embeddedRounding = (code[at + 3] & 0x10) != 0 && registerForm;
            boolean scalar = SCALAR.matcher(mnemonic).matches() && !BROADCAST.matcher(mnemonic).matches();
            var all = copy(features);
            if (length < 2 && !embeddedRounding && !scalar) {
                all.add(AVX512VL);
            }
            return all;
        });
    }

    private static Optional<Set<CpuFeature>> vex(String text, String mnemonic) {
        if (mnemonic.startsWith("k")) {
            return match(MASK, mnemonic);
        }
        var named = match(VEX, mnemonic);
        if (named.isPresent()) {
            return named;
        }
        if (!mnemonic.startsWith("v") || OTHER.matcher(mnemonic).matches()) {
            return Optional.empty();
        }
        boolean wide = text.contains("ymm");
        boolean integer = mnemonic.startsWith("vp") || mnemonic.equals("vmpsadbw") || mnemonic.equals("vmovntdqa");
        boolean broadcastRegister = mnemonic.startsWith("vbroadcasts") && !text.contains("[");
        boolean avx2 = wide && integer && !WIDE_IN_AVX.matcher(mnemonic).matches() || broadcastRegister;
        return Optional.of(Set.of(avx2 ? AVX2 : AVX));
    }

    private static Optional<Set<CpuFeature>> legacy(byte[] code, int at, boolean operandSize, int repeat) {
        if (at + 1 >= code.length || code[at] != 0x0f) {
            return Optional.of(Set.of());
        }
        int opcode = code[at + 1] & 0xff;
        int third = at + 2 < code.length ? code[at + 2] & 0xff : 0;
        return switch (opcode) {
            case 0x38 -> map38(third, repeat);
            case 0x3a -> map3a(third);
            case 0xb8 -> onlyIf(repeat == 0xf3, POPCNT);
            case 0xbc -> onlyIf(repeat == 0xf3, BMI1);
            case 0xbd -> onlyIf(repeat == 0xf3, LZCNT);
            case 0x12 -> onlyIf(repeat != 0, SSE3);
            case 0x16 -> onlyIf(repeat == 0xf3, SSE3);
            case 0x7c, 0x7d, 0xd0 -> onlyIf(operandSize || repeat == 0xf2, SSE3);
            case 0xf0 -> onlyIf(repeat == 0xf2, SSE3);
            default -> Optional.of(Set.of());
        };
    }

    private static Optional<Set<CpuFeature>> onlyIf(boolean condition, CpuFeature feature) {
        return Optional.of(condition ? Set.of(feature) : Set.of());
    }

    private static Optional<Set<CpuFeature>> map38(int opcode, int repeat) {
        if (opcode <= 0x0b || opcode >= 0x1c && opcode <= 0x1e) {
            return Optional.of(Set.of(SSSE3));
        }
        return switch (opcode) {
            case 0x37 -> Optional.of(Set.of(SSE4_2));
            case 0xcf -> Optional.of(Set.of(GFNI));
            case 0xf0, 0xf1 -> Optional.of(Set.of(repeat == 0xf2 ? SSE4_2 : MOVBE));
            default -> opcode <= 0x41 ? Optional.of(Set.of(SSE4_1)) : Optional.empty();
        };
    }

    private static Optional<Set<CpuFeature>> map3a(int opcode) {
        return switch (opcode) {
            case 0x0f -> Optional.of(Set.of(SSSE3));
            case 0x60, 0x61, 0x62, 0x63 -> Optional.of(Set.of(SSE4_2));
            case 0xce, 0xcf -> Optional.of(Set.of(GFNI));
            default -> opcode <= 0x42 ? Optional.of(Set.of(SSE4_1)) : Optional.empty();
        };
    }

    private static Optional<Set<CpuFeature>> match(List<Rule> rules, String mnemonic) {
        for (var rule : rules) {
            if (rule.mnemonic().matcher(mnemonic).matches()) {
                return Optional.of(rule.features());
            }
        }
        return Optional.empty();
    }

    private static Set<CpuFeature> copy(Set<CpuFeature> features) {
        var all = EnumSet.noneOf(CpuFeature.class);
        all.addAll(features);
        return all;
    }
}
