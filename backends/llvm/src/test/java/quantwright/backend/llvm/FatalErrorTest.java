package quantwright.backend.llvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.ir.diag.UserErrorException;

class FatalErrorTest {
    /** A register that does not exist: instruction selection gives up on it. */
    private static final String TEXT = """
            declare i32 @llvm.read_register.i32(metadata)
            define i32 @f() {
              %x = call i32 @llvm.read_register.i32(metadata !0)
              ret i32 %x
            }
            !0 = !{!"nonesuch"}
            """;

    /** Runs in a JVM of its own, which LLVM ends. */
    static final class Child {
        private Child() {
        }

        public static void main(String[] arguments) {
            var compiler = LlvmToolchain.open(Path.of(arguments[0])).compiler();
            compiler.compile(TEXT, CodeTarget.x86(Set.of(), "generic"), CodeOptions.AS_WRITTEN);
            System.exit(3);
        }
    }

    @Test
    void savesAReproducerAndEndsWithTwo(@TempDir Path folder) throws Exception {
        var toolchain = LlvmToolchain.open();
        var natives = toolchain.executable("lld").getParent();
        var classPath = String.join(File.pathSeparator, List.of(place(Child.class), place(LlvmToolchain.class),
                place(UserErrorException.class)));
        var process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-Dquantwright.llvm=" + natives, "-cp", classPath,
                Child.class.getName(), folder.toString()).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(2, process.exitValue(), output);
        try (var files = Files.list(folder)) {
            var saved = files.toList();
            assertEquals(1, saved.size(), output);
            assertTrue(output.contains("LLVM gave up") && output.contains(saved.getFirst().toString()), output);
            assertTrue(Files.readString(saved.getFirst()).endsWith(TEXT));
        }
    }

    private static String place(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    }
}
