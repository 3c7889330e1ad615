package quantwright.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DisassemblerTest {
    private static final String ADD = """
            define void @add(ptr %a, ptr %b) {
              %x = load <16 x i32>, ptr %a, align 1
              %y = load <16 x i32>, ptr %b, align 1
              %z = add <16 x i32> %x, %y
              store <16 x i32> %z, ptr %a, align 1
              ret void
            }
            """;

    private final LlvmToolchain toolchain = LlvmToolchain.open();

    private byte[] compile(String text, CodeTarget target) {
        return toolchain.compiler().compile(text, target, CodeOptions.OPTIMIZED).bytes();
    }

    @Test
    void theInstructionAskedForIsThere() {
        var code = toolchain.disassembler().function(compile(LlvmToolchainTest.DOT, LlvmToolchainTest.VNNI), "dot",
                LlvmToolchainTest.VNNI);
        assertTrue(code.stream().anyMatch(i -> i.mnemonic().equals("vpdpbusd") && i.text().contains("zmm")),
                code.toString());
        assertEquals("ret", code.getLast().mnemonic());
        int end = 0;
        for (var i : code) {
            assertEquals(end, i.offset());
            end += i.length();
        }
    }

    @Test
    void eachLevelStaysWithinItsFeatures() {
        var avx512 = CodeTarget.x86(Set.of(CpuFeature.AVX512F), "generic");
        for (var target : List.of(LlvmToolchainTest.BASE, LlvmToolchainTest.AVX2, avx512, LlvmToolchainTest.VNNI)) {
            for (var text : List.of(ADD, LlvmToolchainTest.SUM)) {
                assertEquals(List.of(), toolchain.disassembler().violations(compile(text, target), target));
            }
        }
    }

    @Test
    void aWiderInstructionIsAViolation() {
        var wide = toolchain.disassembler().violations(compile(LlvmToolchainTest.DOT, LlvmToolchainTest.VNNI),
                LlvmToolchainTest.AVX2);
        assertTrue(wide.stream().anyMatch(v -> v.contains("vpdpbusd") && v.contains("needs avx512vnni")),
                wide.toString());
        var avx2 = toolchain.disassembler().violations(compile(ADD, LlvmToolchainTest.AVX2), LlvmToolchainTest.BASE);
        assertTrue(avx2.stream().anyMatch(v -> v.contains("needs avx2")), avx2.toString());
        var masked = CodeTarget.x86(Set.of(CpuFeature.AVX512F), "generic");
        var vl = toolchain.disassembler().violations(compile("""
                define void @f(ptr %p, ptr %q) {
                  %x = load <8 x i32>, ptr %p
                  %y = load <8 x i32>, ptr %q
                  %m = icmp slt <8 x i32> %x, %y
                  call void @llvm.masked.store.v8i32.p0(<8 x i32> %x, ptr %q, i32 4, <8 x i1> %m)
                  ret void
                }
                declare void @llvm.masked.store.v8i32.p0(<8 x i32>, ptr, i32, <8 x i1>)
                """, LlvmToolchainTest.VNNI), masked);
        assertTrue(vl.stream().anyMatch(v -> v.contains("needs avx512vl")), vl.toString());
    }

    @Test
    void armLevelsStayWithinTheirFeatures() {
        var neon = CodeTarget.aarch64(Set.of(), "cortex-a55");
        var dot = CodeTarget.aarch64(Set.of(CpuFeature.DOTPROD), "cortex-a55");
        var text = """
                declare <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32>, <16 x i8>, <16 x i8>)
                define <4 x i32> @f(<4 x i32> %a, <16 x i8> %b, <16 x i8> %c) {
                  %r = call <4 x i32> @llvm.aarch64.neon.sdot.v4i32.v16i8(<4 x i32> %a, <16 x i8> %b, <16 x i8> %c)
                  ret <4 x i32> %r
                }
                """;
        var object = compile(text, dot);
        assertEquals("sdot", toolchain.disassembler().function(object, "f", dot).getFirst().mnemonic());
        assertEquals(List.of(), toolchain.disassembler().violations(object, dot));
        assertEquals(1, toolchain.disassembler().violations(object, neon).size());
        assertEquals(List.of(), toolchain.disassembler().violations(compile(ADD, neon), neon));
    }
}
