package quantwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verbs that write and run Java classes. */
class JvmVerbsTest {
    @TempDir
    private static Path folder;
    private static Demo demo;

    @BeforeAll
    static void demo() throws IOException {
        demo = Demo.in(folder);
    }

    @Test
    void compilesToOneJar() throws IOException {
        Path jar = folder.resolve("net.jar");
        assertTrue(Command.ok("compile", demo.model(), "--profile", "jvm", "-o", jar).out().contains("for jvm"));
        byte[] first = Files.readAllBytes(jar);
        Command.ok("compile", demo.model(), "--profile", "jvm", "-o", jar);
        assertEquals(0, java.util.Arrays.compare(first, Files.readAllBytes(jar)));
    }

    @Test
    void anArtifactOfBytecodeRunsLikeAnyOther() {
        Path artifact = folder.resolve("bytecode");
        Command.ok("compile", demo.model(), "--profile", "jvm", "--calibrate", demo.calibration(), "--samples", 8,
                "--preprocess", Demo.PREPROCESSING, "-o", artifact);
        assertTrue(Command.ok("evaluate", artifact, "--data", demo.test(), "--limit", 4, "--compare").out()
                .contains(": 0 differing bytes"));
        assertTrue(Command.ok("bench", artifact, "--seconds", 1).out().contains("bytecode"));
    }

    @Test
    void anythingRunsAsBytecode() {
        assertTrue(Command.ok("evaluate", demo.model(), "--data", demo.test(), "--limit", 4, "--preprocess",
                Demo.PREPROCESSING, "--on", "jvm", "--compare").out().contains(": 0 differing bytes"));
    }

    @Test
    void nativeCodeIsNoJar() {
        Path jar = folder.resolve("native.jar");
        assertTrue(Command.run("compile", demo.model(), "--profile", "x86-avx2", "-o", jar).err()
                .contains("error[QW-C0110]"));
        assertFalse(Files.exists(jar));
    }

    @Test
    void aHostClassNeedsANameAndNativeCode() {
        Path artifact = folder.resolve("host");
        assertTrue(Command.run("compile", demo.model(), "--profile", "x86-avx2", "--host-class", "com.acme.9Net",
                "-o", artifact).err().contains("error[QW-C0111]"));
        assertTrue(Command.run("compile", demo.model(), "--profile", "jvm", "--host-class", "com.acme.Net", "-o",
                artifact).err().contains("error[QW-C0112]"));
        assertFalse(Files.exists(artifact));
    }
}
