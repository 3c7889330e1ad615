package quantwright.tests.jvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quantwright.backend.Artifact;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.CompiledModel;
import quantwright.backend.Manifest;
import quantwright.backend.jvm.HostClass;
import quantwright.backend.jvm.host.HostProcessor;
import quantwright.backend.llvm.CpuFeature;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.ModelCatalogue;

/** A model's jar, and a native artifact's host class, in a JVM that has nothing else. */
class GeneratedClassesTest {
    @TempDir
    private Path folder;
    private final Quantwright driver = Quantwright.discover();
    private Model model;
    private byte[] input;
    private byte[] expected;

    @BeforeEach
    void load() throws Exception {
        Path file = ModelCatalogue.load().require("kws-int8").path();
        model = driver.load(file, ImportOptions.none(), new DiagnosticSink());
        Tensor x = Tensor.zeros(model.input());
        new Random(3).nextBytes(x.bytes());
        input = x.bytes().clone();
        expected = Interpreter.run(model.graph(), List.of(x), null).getFirst().bytes();
    }

    @Test
    void aJarRunsAlone() throws IOException, InterruptedException {
        Path jar = folder.resolve("net.jar");
        CompiledModel compiled = model.compileToJar(driver.portableProfile(), jar, Progress.SILENT);
        call(List.of(), jar, "model." + compiled.manifest().symbol());
    }

    @Test
    void aHostClassCallsTheNativeCode() throws IOException, InterruptedException {
        HardwareProfile profile = driver.hostProfile().orElseThrow();
        assumeTrue(!driver.backendFor(profile).isPortable(), "SKIPPED: no native code for this host");
        Path artifact = folder.resolve("artifact");
        DiagnosticSink sink = new DiagnosticSink();
        Artifact written = model.compileFor(profile, artifact, compiled -> Map.of("Net.jar",
                HostClass.jar(compiled.orElseThrow().manifest(), "model.so", "com.example.Net")), sink,
                Progress.SILENT);
        assumeTrue(written.manifest().backend().equals("x86"), "SKIPPED: " + sink.all());
        call(List.of("--enable-native-access=ALL-UNNAMED", "--illegal-native-access=deny"),
                artifact.resolve("Net.jar"), "com.example.Net");
    }

    @Test
    void aHostClassRefusesAProcessorThatLacksAnExtension() throws IOException, InterruptedException {
        HardwareProfile profile = driver.hostProfile().orElseThrow();
        assumeTrue(!driver.backendFor(profile).isPortable(), "SKIPPED: no native code for this host");
        Path artifact = folder.resolve("artifact");
        DiagnosticSink sink = new DiagnosticSink();
        Artifact written = model.compileFor(profile, artifact, compiled -> Map.of("Net.jar", HostClass.jar(
                needing(compiled.orElseThrow().manifest(), "avx4096"), "model.so", "com.example.Net")), sink,
                Progress.SILENT);
        assumeTrue(written.manifest().backend().equals("x86"), "SKIPPED: " + sink.all());
        Process process = start(List.of("--enable-native-access=ALL-UNNAMED"), artifact.resolve("Net.jar"),
                "com.example.Net");
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), printed);
        assertTrue(printed.contains("UnsupportedOperationException: model.so needs a processor with avx4096, which this"
                + " host's lacks"), printed);
    }

    private static Manifest needing(Manifest m, String feature) {
        List<String> features = new ArrayList<>(m.requiredFeatures());
        features.add(feature);
        return new Manifest(m.format(), m.tool(), m.model(), m.profile(), m.profileHash(), m.backend(), m.symbol(),
                m.arenaBytes(), m.arenaAlignment(), m.arenaLowerBound(), m.constantBytes(), m.codeBytes(), features,
                m.inputs(), m.outputs(), m.steps(), m.tensors(), m.files());
    }

    /** The host class and the native loader know every extension by the same name of the kernel's. */
    @ParameterizedTest
    @EnumSource(CpuFeature.class)
    void extensionsAreKnownByTheKernelsName(CpuFeature feature) {
        assertEquals(List.of(), HostProcessor.missing("flags\t\t: fpu " + feature.hostName() + " de\n",
                feature.llvmName()));
        assertEquals(List.of(feature.llvmName()), HostProcessor.missing("flags\t\t: fpu de\n", feature.llvmName()));
        assertEquals(List.of(feature.llvmName()), HostProcessor.missing("flags: " + feature.hostName()
                + "\nflags: de\n", feature.llvmName()));
    }

    /** Runs {@link Caller}, with none of Quantwright's own classes but itself. */
    private void call(List<String> options, Path jar, String className) throws IOException, InterruptedException {
        Process process = start(options, jar, className);
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), printed);
        assertArrayEquals(expected, Files.readAllBytes(folder.resolve("output")));
        assertTrue(printed.contains("allocated 0\n"), printed);
    }

    private Process start(List<String> options, Path jar, String className) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("caller/quantwright/tests/jvm"));
        try (var in = Caller.class.getResourceAsStream("Caller.class")) {
            Files.write(classes.resolve("Caller.class"), in.readAllBytes());
        }
        Path from = Files.write(folder.resolve("input"), input);
        Path to = folder.resolve("output");
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java")
                .toString()));
        command.addAll(options);
        command.addAll(List.of("-cp", folder.resolve("caller") + System.getProperty("path.separator") + jar,
                Caller.class.getName(), className, from.toString(), to.toString(),
                Integer.toString(expected.length)));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }
}
