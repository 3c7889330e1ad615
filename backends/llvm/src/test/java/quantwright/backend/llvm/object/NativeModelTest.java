package quantwright.backend.llvm.object;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.CpuFeature;
import quantwright.backend.llvm.CpuFeature.Architecture;
import quantwright.backend.llvm.HostFeatures;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.UserErrorException;

class NativeModelTest {
    private static final CodeTarget TARGET = CodeTarget.x86(Set.of(CpuFeature.SSE4_1), "generic");
    private static final String DOUBLE = """
            define i32 @toy_run(ptr %in, ptr %out, ptr %arena) {
              %x = load <4 x float>, ptr %in, align 4
              %y = fadd <4 x float> %x, %x
              store <4 x float> %y, ptr %out, align 4
              ret i32 0
            }
            define i32 @toy_required_features() {
              ret i32 %REQUIRED%
            }
            """;

    @TempDir
    private Path folder;

    private Path build(CodeTarget target) throws Exception {
        var toolchain = LlvmToolchain.open();
        var text = DOUBLE.replace("%REQUIRED%", Integer.toString(target.requiredFeatures()));
        var object = toolchain.compiler().compile(text, target, CodeOptions.AS_WRITTEN);
        return Files.write(folder.resolve("model.so"), toolchain.linker().shared(List.of(object), "model.so"));
    }

    @Test
    void runsOnBoundBuffers() throws Exception {
        assumeTrue(HostFeatures.detect().supports(TARGET), "the host is no x86 with SSE4.1");
        try (var model = NativeModel.load(build(TARGET), "toy", 2); var arena = Arena.ofConfined()) {
            var in = arena.allocateFrom(JAVA_FLOAT, 1, 2, 3, 4.5f);
            var out = arena.allocate(16);
            assertEquals(NativeModel.OK, model.bind(List.of(in, out), arena.allocate(64, 64)).run());
            assertArrayEquals(new float[] {2, 4, 6, 9}, out.toArray(JAVA_FLOAT));
            assertThrows(IllegalArgumentException.class, () -> model.bind(List.of(in), in));
        }
    }

    @Test
    void refusesAHostWithoutTheFeatures() throws Exception {
        var old = new HostFeatures(Architecture.X86_64, Set.of(CpuFeature.SSE3));
        var other = new HostFeatures(Architecture.AARCH64, Set.of());
        var file = build(TARGET);
        assertRefused(BackendDiagnostic.HOST_FEATURES, "lacks ssse3, sse4.1", file, old);
        assertRefused(BackendDiagnostic.HOST_FEATURES, "for X86_64, the host is AARCH64", file, other);
    }

    @Test
    void refusesADamagedFile() throws Exception {
        var host = HostFeatures.detect();
        assumeTrue(host.supports(TARGET), "the host is no x86 with SSE4.1");
        var bytes = Files.readAllBytes(build(TARGET));
        var cut = Files.write(folder.resolve("cut.so"), java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertRefused(BackendDiagnostic.ARTIFACT_DAMAGED, "damaged", cut, host);
        assertRefused(BackendDiagnostic.ARTIFACT_DAMAGED, "NoSuchFile", folder.resolve("none.so"), host);
        var failure = assertThrows(UserErrorException.class, () -> NativeModel.load(build(TARGET), "other", 2));
        assertTrue(failure.getMessage().contains("other_required_features"), failure.getMessage());
    }

    private static void assertRefused(DiagnosticCode code, String message, Path file, HostFeatures host) {
        var failure = assertThrows(UserErrorException.class, () -> NativeModel.load(file, "toy", 2, host));
        assertEquals(code, failure.diagnostics().getFirst().code());
        assertTrue(failure.getMessage().contains(message), failure.getMessage());
    }
}
