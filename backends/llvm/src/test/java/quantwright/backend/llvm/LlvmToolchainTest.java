package quantwright.backend.llvm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.llvm.CodeGenerationException.Stage;

class LlvmToolchainTest {
    static final CodeTarget VNNI = CodeTarget.x86(Set.of(CpuFeature.AVX512VNNI, CpuFeature.AVX512VL,
            CpuFeature.AVX512BW, CpuFeature.AVX512DQ, CpuFeature.AVX512VBMI), "znver4");
    static final CodeTarget AVX2 = CodeTarget.x86(Set.of(CpuFeature.AVX2, CpuFeature.FMA), "haswell");
    static final CodeTarget BASE = CodeTarget.x86(Set.of(), "generic");

    static final String DOT = """
            declare <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32>, <16 x i32>, <16 x i32>)
            define void @dot(ptr %a, ptr %b, ptr %out) {
              %x = load <16 x i32>, ptr %a, align 1
              %y = load <16 x i32>, ptr %b, align 1
              %r = call <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> zeroinitializer, <16 x i32> %x, \
            <16 x i32> %y)
              store <16 x i32> %r, ptr %out, align 1
              ret void
            }
            """;

    static final String SUM = """
            define i32 @sum(ptr %a, i32 %n) {
            entry:
              br label %loop
            loop:
              %i = phi i32 [ 0, %entry ], [ %next, %loop ]
              %acc = phi i32 [ 0, %entry ], [ %acc2, %loop ]
              %p = getelementptr inbounds i32, ptr %a, i32 %i
              %v = load i32, ptr %p
              %acc2 = add i32 %acc, %v
              %next = add nuw nsw i32 %i, 1
              %more = icmp slt i32 %next, %n
              br i1 %more, label %loop, label %done
            done:
              ret i32 %acc2
            }
            """;

    private final LlvmToolchain toolchain = LlvmToolchain.open();

    @Test
    void compilesLinksAndCallsVectorCode() throws Throwable {
        assumeTrue(HostFeatures.detect().supports(VNNI), "the host has no AVX-512 VNNI");
        try (var object = toolchain.build(DOT, VNNI); var arena = Arena.ofConfined()) {
            var dot = object.function("dot", FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS));
            var a = arena.allocate(64);
            var b = arena.allocate(64);
            var out = arena.allocate(64);
            var expected = new int[16];
            for (int i = 0; i < 64; i++) {
                a.set(JAVA_BYTE, i, (byte) (255 - i));
                b.set(JAVA_BYTE, i, (byte) (i * 37 - 128));
                expected[i / 4] += (255 - i) * (byte) (i * 37 - 128);
            }
            dot.invokeExact(a, b, out);
            assertArrayEquals(expected, out.toArray(JAVA_INT));
        }
    }

    @Test
    void optimizedLoopGivesTheSameSum() throws Throwable {
        try (var object = toolchain.build(List.of(SUM), BASE, CodeOptions.OPTIMIZED); var arena = Arena.ofConfined()) {
            var sum = object.function("sum", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
            var values = IntStream.range(0, 1003).map(i -> i * 7919).toArray();
            var a = arena.allocateFrom(JAVA_INT, values);
            assertEquals(IntStream.of(values).sum(), (int) sum.invokeExact(a, values.length));
        }
        assertTrue(toolchain.compiler().optimized(SUM, BASE, CodeOptions.OPTIMIZED).contains("<4 x i32>"),
                "the loop is vectorised");
    }

    @Test
    void modulesReferToEachOtherAndToConstants() throws Throwable {
        var table = "@table = hidden constant [4 x float] [float 1.0, float 2.0, float 4.0, float 8.0], align 64\n";
        var user = """
                @table = external hidden constant [4 x float]
                define float @entry(i64 %i) {
                  %p = getelementptr [4 x float], ptr @table, i64 0, i64 %i
                  %v = load float, ptr %p
                  ret float %v
                }
                """;
        try (var object = toolchain.build(List.of(user, table), BASE, CodeOptions.AS_WRITTEN)) {
            var entry = object.function("entry",
                    FunctionDescriptor.of(JAVA_FLOAT, java.lang.foreign.ValueLayout.JAVA_LONG));
            assertEquals(4.0f, (float) entry.invokeExact(2L));
            assertTrue(object.find("table").isEmpty(), "a hidden symbol is not exported");
        }
    }

    @Test
    void sameInputSameBytesOnSeveralThreads() {
        var compiler = toolchain.compiler();
        var texts = List.of(SUM, DOT, SUM, DOT, SUM, DOT);
        var objects = compiler.compileAll(texts, VNNI, CodeOptions.OPTIMIZED, 3);
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(compiler.compile(texts.get(i), VNNI, CodeOptions.OPTIMIZED).bytes(),
                    objects.get(i).bytes());
        }
        var linker = toolchain.linker();
        assertArrayEquals(linker.shared(objects.subList(0, 2), "m.so"), linker.shared(objects.subList(0, 2), "m.so"));
    }

    @Test
    void refusesWhatItMust(@TempDir Path folder) throws Exception {
        var compiler = LlvmToolchain.open(folder).compiler();
        assertStage(Stage.PARSE, compiler, "define void @f() { ret i32 }", BASE);
        assertStage(Stage.VERIFY, compiler, "define i32 @f(i32 %x) {\nentry:\n  br label %a\na:\n"
                + "  %p = phi i32 [ %x, %b ]\n  ret i32 %p\nb:\n  br label %a\n}", BASE);
        assertStage(Stage.CONTRACT, compiler, "define float @f(float %x) { %y = fadd contract float %x, %x\n"
                + "ret float %y }", BASE);
        assertStage(Stage.CONTRACT, compiler, "declare float @llvm.fmuladd.f32(float, float, float)", BASE);
        assertStage(Stage.CONTRACT, compiler, "target datalayout = \"e\"\n", BASE);
        assertStage(Stage.EMIT, compiler, "define void @f() { call void asm \"bogus\", \"\"()\nret void }", BASE);
        var failure = assertStage(Stage.CONTRACT, compiler, DOT, AVX2);
        assertTrue(failure.getMessage().contains("needs avx512vnni"), failure.getMessage());
        var saved = Files.readString(failure.reproducer());
        assertTrue(saved.endsWith(DOT) && saved.contains("-avx512vnni") && saved.contains("+avx2"), saved);
        var passes = assertThrows(CodeGenerationException.class,
                () -> compiler.compile(SUM, BASE, new CodeOptions("no-such-pass", 2)));
        assertEquals(Stage.PASSES, passes.stage());
    }

    @Test
    void undefinedSymbolsDoNotLink() {
        var text = "declare void @elsewhere()\ndefine void @f() { call void @elsewhere()\nret void }";
        var failure = assertThrows(CodeGenerationException.class, () -> toolchain.build(text, BASE));
        assertEquals(Stage.LINK, failure.stage());
        assertTrue(failure.getMessage().contains("elsewhere"), failure.getMessage());
    }

    @Test
    void loopsDoNotBecomeLibraryCalls() {
        var copy = """
                define void @copy(ptr noalias %d, ptr noalias %s, i64 %n) {
                entry:
                  br label %loop
                loop:
                  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
                  %p = getelementptr inbounds i8, ptr %s, i64 %i
                  %q = getelementptr inbounds i8, ptr %d, i64 %i
                  %v = load i8, ptr %p
                  store i8 %v, ptr %q
                  %next = add nuw nsw i64 %i, 1
                  %more = icmp slt i64 %next, %n
                  br i1 %more, label %loop, label %done
                done:
                  ret void
                }
                """;
        toolchain.build(List.of(copy), BASE, CodeOptions.OPTIMIZED).close();
    }

    private static CodeGenerationException assertStage(Stage stage, LlvmCompiler compiler, String text,
            CodeTarget target) {
        var failure = assertThrows(CodeGenerationException.class,
                () -> compiler.compile(text, target, CodeOptions.AS_WRITTEN));
        assertEquals(stage, failure.stage(), failure.getMessage());
        return failure;
    }
}
