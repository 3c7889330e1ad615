package quantwright.tests.distribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;

/** Starts the assembled distribution in processes of its own: on the module path, on the class path, without LLVM. */
class DistributionTest {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("quantwright.distribution",
            "../compiler/cli/target/qw")).toAbsolutePath().normalize();
    private static final String NO_LLVM = "-Dquantwright.llvm=" + DISTRIBUTION.resolve("absent");
    private static final long SECONDS = 120;

    @TempDir
    static Path folder;
    private static Path model;
    private static Path data;

    /** What a process gave. */
    private record Result(int status, String out, String err) {
    }

    @BeforeAll
    static void files() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(DISTRIBUTION.resolve("lib")),
                () -> "SKIPPED, not packaged yet (mvn verify does): " + DISTRIBUTION);
        model = copy("glyphs.onnx");
        data = copy("glyphs-test.npz");
    }

    private static Path copy(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = Main.class.getResourceAsStream(name)) {
            Files.copy(in, file);
        }
        return file;
    }

    private static Result java(List<String> jvm, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvm);
        for (Object a : arguments) {
            command.add(a.toString());
        }
        return finish(start(command));
    }

    private static Process start(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(
                Path.of("/dev/null").toFile()));
        builder.environment().put("XDG_CACHE_HOME", cache());
        return builder.start();
    }

    /** The user's own cache, so that the library is not unpacked again. */
    private static String cache() {
        String given = System.getenv("XDG_CACHE_HOME");
        return given != null ? given : Path.of(System.getProperty("user.home"), ".cache").toString();
    }

    private static Result finish(Process process) throws IOException, InterruptedException {
        Path errors = Files.createTempFile(folder, "err", ".txt");
        Thread reader = Thread.ofVirtual().start(() -> {
            try {
                Files.write(errors, process.getErrorStream().readAllBytes());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(SECONDS, TimeUnit.SECONDS), "the process hangs");
        reader.join();
        return new Result(process.exitValue(), out, Files.readString(errors));
    }

    private static List<String> modulePath(String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--enable-native-access=quantwright.backend.llvm",
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        if (more.length == 0) {
            options.add("-Dquantwright.llvm=" + nativeJar());
        }
        options.addAll(List.of(more));
        options.addAll(List.of("-p", DISTRIBUTION.resolve("lib").toString(), "-m",
                "quantwright.cli/quantwright.cli.Main"));
        return options;
    }

    private static Path nativeJar() throws IOException {
        try (var files = Files.list(DISTRIBUTION.resolve("lib").resolve("native"))) {
            return files.filter(f -> f.getFileName().toString().startsWith("llvm-")).findFirst().orElseThrow();
        }
    }

    @Test
    void runsOnTheModulePathAndItsArtifactsNeedNoCodeGenerator() throws IOException, InterruptedException {
        Path artifact = folder.resolve("artifact");
        Result compiled = java(modulePath(), "compile", model, "--profile", "x86-avx2", "-o", artifact);
        assertEquals(0, compiled.status(), compiled.err());
        assertEquals("", compiled.err());
        Result evaluated = java(modulePath(NO_LLVM), "evaluate", artifact, "--data", data, "--limit", 50, "--on",
                "host",
                "--preprocess", "{\"layout\": \"CHW\", \"divide\": 255}");
        assertEquals(0, evaluated.status(), evaluated.err());
        assertEquals("", evaluated.err());
        assertTrue(evaluated.out().contains("top-1 "), evaluated.out());
    }

    @Test
    void runsOnTheClassPath() throws IOException, InterruptedException {
        Path artifact = folder.resolve("by-class-path");
        Result compiled = java(List.of("--enable-native-access=ALL-UNNAMED", "-Dquantwright.llvm=" + nativeJar(), "-cp",
                DISTRIBUTION.resolve("lib") + "/*", "quantwright.cli.Main"), "compile", model, "--profile", "x86-avx2",
                "-o",
                artifact);
        assertEquals(0, compiled.status(), compiled.err());
        assertTrue(Files.exists(artifact.resolve("model.so")));
    }

    @Test
    void withoutTheCodeGeneratorPortableCodeRuns() throws IOException, InterruptedException {
        Path artifact = folder.resolve("portable");
        Result compiled = java(modulePath(NO_LLVM), "compile", model, "--profile", "x86-avx2", "-o", artifact);
        assertEquals(0, compiled.status(), compiled.err());
        assertTrue(compiled.err().contains("warning[QW-C0103]"), compiled.err());
        assertTrue(compiled.err().contains("portable code (backend bytecode) stands in"), compiled.err());
        assertFalse(Files.exists(artifact.resolve("model.so")));
        assertTrue(Files.exists(artifact.resolve("model.jar")));
        Result evaluated = java(modulePath(NO_LLVM), "evaluate", artifact, "--data", data, "--limit", 20,
                "--preprocess", "{\"layout\": \"CHW\", \"divide\": 255}");
        assertEquals(0, evaluated.status(), evaluated.err());
        assertTrue(evaluated.out().contains("on bytecode x86-avx2"), evaluated.out());
        Result measured = java(modulePath(NO_LLVM), "bench", artifact);
        assertEquals(0, measured.status(), measured.err());
        assertTrue(measured.out().contains("on bytecode x86-avx2"), measured.out());
    }

    @Test
    void anInterruptedCompilationLeavesNothing() throws IOException, InterruptedException {
        Path parent = Files.createDirectory(folder.resolve("interrupted"));
        for (int millis : new int[] {300, 900, 1500, 2100}) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(modulePath());
            command.addAll(List.of("compile", model.toString(), "--profile", "x86-avx2", "-o",
                    parent.resolve("out").toString()));
            Process process = start(command);
            Thread.sleep(millis);
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
            Result result = finish(process);
            try (var files = Files.list(parent)) {
                List<String> left = files.map(f -> f.getFileName().toString()).toList();
                assertTrue(left.isEmpty() || left.equals(List.of("out")), result + " left " + left);
                // An artifact that is there is whole: the command had finished writing it.
                assertTrue(left.isEmpty() || Files.exists(parent.resolve("out").resolve("manifest.json")),
                        left.toString());
            }
        }
    }

    @Test
    void backendsComeFromThePluginPath() throws IOException, InterruptedException {
        Path source = Files.createDirectories(folder.resolve("vendor-source").resolve("vendor"));
        Path module = Files.writeString(source.resolveSibling("module-info.java"), """
                module vendor {
                    requires quantwright.backend;
                    provides quantwright.backend.Backend with vendor.VendorBackend;
                }
                """);
        Path type = Files.writeString(source.resolve("VendorBackend.java"), """
                package vendor;

                import java.util.List;
                import java.util.Optional;
                import quantwright.backend.*;
                import quantwright.profiles.HardwareProfile;

                public final class VendorBackend implements Backend {
                    public String id() {
                        return "a-vendor";
                    }

                    public boolean accepts(HardwareProfile profile) {
                        return profile.id().equals("x86-avx2");
                    }

                    public Optional<String> hostRefusal(HardwareProfile profile) {
                        return Optional.of("an accelerator card is missing");
                    }

                    public List<Manifest.Step> plan(CompileRequest request) {
                        return List.of();
                    }

                    public CompiledModel compile(CompileRequest request) {
                        throw new BackendUnavailable("no card", null);
                    }

                    public Executor load(Artifact artifact) {
                        throw new BackendUnavailable("no card", null);
                    }

                    public Executor load(CompiledModel model) {
                        throw new BackendUnavailable("no card", null);
                    }
                }
                """);
        Path plugins = Files.createDirectories(folder.resolve("plugins"));
        int compiled = java.util.spi.ToolProvider.findFirst("javac").orElseThrow().run(System.out, System.err, "-p",
                DISTRIBUTION.resolve("lib").toString(), "-d", plugins.resolve("vendor").toString(), module.toString(),
                type.toString());
        assertEquals(0, compiled);
        Result listed = java(modulePath(), "profile", "list", "--plugin-path", plugins);
        assertEquals(0, listed.status(), listed.err());
        assertTrue(listed.out().contains("a-vendor") && listed.out().contains("an accelerator card is missing"),
                listed.out());
        Result absent = java(modulePath(), "profile", "list", "--plugin-path", folder.resolve("none"));
        assertEquals(1, absent.status());
        assertTrue(absent.err().contains("error[QW-C0104]"), absent.err());
    }

    /** A chip of no machine template: the example backend, from its jar, emits its stream and runs it. */
    @Test
    void theSecondPathCompilesAndRunsAModel() throws IOException, InterruptedException {
        Path jars = Path.of(System.getProperty("basedir", "")).resolve("vendor").resolve("target");
        Path plugin;
        try (Stream<Path> files = Files.list(jars)) {
            plugin = files.filter(f -> f.toString().endsWith(".jar")).findFirst().orElseThrow();
        }
        Path profile = Files.writeString(folder.resolve("acme.qhw"), """
                qhw 1
                profile acme {
                    summary "an invented chip that streams convolutions into an adder";
                    vendor { backend acme; }
                    quantization {
                        arithmetic f32;
                        weights per-channel;
                        weight-zero-points no;
                        activation-zero-points yes;
                        accumulator 32 bit source assumed "an invented chip";
                        rounding { convolution fixed<31, half-up, i64>; }
                    }
                }
                """);
        Path artifact = folder.resolve("acme-out");
        Result compiled = java(modulePath(), "compile", model, "--profile", profile, "--calibrate",
                copy("glyphs-calibration.npz"), "--preprocess", "{\"layout\": \"CHW\", \"divide\": 255}", "-o", artifact, "--plugin-path", plugin);
        assertEquals(0, compiled.status(), compiled.err());
        String manifest = Files.readString(artifact.resolve("manifest.json"));
        assertTrue(manifest.contains("acme.convolve_add"), manifest);
        assertTrue(Files.readString(artifact.resolve("model.qir")).contains("fixed<31, half-up, i64>"));
        assertTrue(Files.size(artifact.resolve("stream.acme")) > 0);
        Result compared = java(modulePath(), "evaluate", artifact, "--data", data, "--limit", "40", "--compare",
                "--plugin-path", plugin);
        assertEquals(0, compared.status(), compared.out() + compared.err());
        Result scored = java(modulePath(), "evaluate", artifact, "--data", data, "--limit", "40", "--plugin-path", plugin);
        assertTrue(scored.out().contains("on acme, 40 samples"), scored.out() + scored.err());
        Result absent = java(modulePath(), "evaluate", artifact, "--data", data, "--limit", "1");
        assertEquals(1, absent.status());
        assertTrue(absent.err().contains("the artifact was made by backend acme"), absent.err());
    }

    @Test
    void theLauncherFindsItsJava() throws IOException, InterruptedException {
        Path launcher = DISTRIBUTION.resolve("qw");
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "SKIPPED, no /bin/bash here");
        ProcessBuilder builder = new ProcessBuilder(launcher.toString(), "--version");
        builder.environment().put("JAVA_HOME", folder.resolve("no-java-here").toString());
        builder.environment().put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":/usr/bin:/bin");
        Result result = finish(builder.start());
        assertEquals(0, result.status(), result.err());
        assertTrue(result.out().startsWith("qw "), result.out());
    }
}
