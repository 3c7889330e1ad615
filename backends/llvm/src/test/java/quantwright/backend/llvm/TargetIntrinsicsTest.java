package quantwright.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TargetIntrinsicsTest {
    /** Each compiles at exactly the level stated, and is refused, not fatal, where any of it is missing. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "x86.avx512.vpdpbusd.512 | <16 x i32> | <16 x i32>,<16 x i32>,<16 x i32> | AVX512VNNI",
        "x86.avx512.vpdpbusd.256 | <8 x i32> | <8 x i32>,<8 x i32>,<8 x i32> | AVX512VNNI AVX512VL",
        "x86.avx512.vpdpbusd.128 | <4 x i32> | <4 x i32>,<4 x i32>,<4 x i32> | AVXVNNI",
        "x86.avx512.permvar.qi.512 | <64 x i8> | <64 x i8>,<64 x i8> | AVX512VBMI",
        "x86.avx512.vpermi2var.qi.512 | <64 x i8> | <64 x i8>,<64 x i8>,<64 x i8> | AVX512VBMI",
        "x86.avx512.vpermi2var.qi.128 | <16 x i8> | <16 x i8>,<16 x i8>,<16 x i8> | AVX512VBMI AVX512VL",
        "x86.avx512.vpermi2var.hi.512 | <32 x i16> | <32 x i16>,<32 x i16>,<32 x i16> | AVX512BW",
        "x86.avx512.vpermi2var.d.512 | <16 x i32> | <16 x i32>,<16 x i32>,<16 x i32> | AVX512F",
        "x86.avx512.pmaddubs.w.512 | <32 x i16> | <64 x i8>,<64 x i8> | AVX512BW",
        "x86.avx512.packssdw.512 | <32 x i16> | <16 x i32>,<16 x i32> | AVX512BW",
        "x86.avx512.packuswb.512 | <64 x i8> | <32 x i16>,<32 x i16> | AVX512BW",
        "x86.avx512.psad.bw.512 | <8 x i64> | <64 x i8>,<64 x i8> | AVX512BW",
        "x86.avx512.vpmadd52l.uq.512 | <8 x i64> | <8 x i64>,<8 x i64>,<8 x i64> | AVX512IFMA",
        "x86.avx2.pmadd.ub.sw | <16 x i16> | <32 x i8>,<32 x i8> | AVX2",
        "x86.avx2.packsswb | <32 x i8> | <16 x i16>,<16 x i16> | AVX2",
        "x86.avx.cvt.ps2dq.256 | <8 x i32> | <8 x float> | AVX",
        "x86.ssse3.pmadd.ub.sw.128 | <8 x i16> | <16 x i8>,<16 x i8> | SSSE3",
        "x86.sse41.packusdw | <8 x i16> | <4 x i32>,<4 x i32> | SSE4_1",
        "x86.sse2.cvtps2dq | <4 x i32> | <4 x float> | ''",
        "x86.vcvtps2ph.256 | <8 x i16> | <8 x float>,i32 immarg | F16C",
    })
    void needsExactlyThat(String name, String result, String parameters, String features) {
        var compiler = LlvmToolchain.open().compiler();
        var needed = EnumSet.noneOf(CpuFeature.class);
        Arrays.stream(features.split(" ")).filter(f -> !f.isEmpty()).map(CpuFeature::valueOf).forEach(needed::add);
        var text = module(name, result, parameters.split(","));
        var level = CodeTarget.x86(needed, "generic");
        assertTrue(compiler.compile(text, level, CodeOptions.AS_WRITTEN).bytes().length > 0);
        for (var f : needed) {
            var fewer = EnumSet.copyOf(CpuFeature.closure(needed));
            fewer.removeIf(g -> CpuFeature.closure(Set.of(g)).contains(f));
            var problem = TargetIntrinsics.problem("llvm." + name, CodeTarget.x86(fewer, "generic"));
            assertTrue(problem.orElse("accepted without " + f).contains("needs "), problem.toString());
        }
    }

    private static String module(String name, String result, String[] types) {
        var declared = String.join(", ", types);
        var parameters = new StringBuilder();
        var arguments = new StringBuilder();
        for (int i = 0; i < types.length; i++) {
            boolean constant = types[i].contains("immarg");
            parameters.append(i == 0 ? "" : ", ").append(types[i].replace(" immarg", "")).append(" %a").append(i);
            arguments.append(i == 0 ? "" : ", ").append(types[i].replace(" immarg", ""))
                    .append(constant ? " 0" : " %a" + i);
        }
        return "declare " + result + " @llvm." + name + "(" + declared + ")\ndefine " + result + " @f(" + parameters
                + ") {\n  %r = call " + result + " @llvm." + name + "(" + arguments + ")\n  ret " + result + " %r\n}";
    }

    @Test
    void othersAreRefused() {
        var all = CodeTarget.x86(Collections.unmodifiableSet(EnumSet.range(CpuFeature.SSE3, CpuFeature.GFNI)),
                "generic");
        for (var name : new String[] {"llvm.arm.qadd", "llvm.x86.tileloadd64", "llvm.fmuladd.v4f32",
            "llvm.aarch64.neon.sdot.v4i32.v16i8"}) {
            assertTrue(TargetIntrinsics.problem(name, all).isPresent(), name);
        }
        for (var name : new String[] {"llvm.fma.v16f32", "llvm.lrint.i32.f32", "plain"}) {
            assertEquals(java.util.Optional.empty(), TargetIntrinsics.problem(name, all));
        }
    }
}
