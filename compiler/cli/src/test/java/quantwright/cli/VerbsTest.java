package quantwright.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.NpyFile;
import quantwright.compiler.importer.FormatException;

/** Every verb on the built-in model, from compiling to measuring. */
class VerbsTest {
    @TempDir
    static Path folder;
    private static Demo demo;
    private static Path artifact;
    private static Command compiled;

    @BeforeAll
    static void compile() throws IOException {
        demo = Demo.in(folder);
        artifact = folder.resolve("int8");
        compiled = compileTo(artifact);
    }

    private static Command compileTo(Path to) {
        return Command.ok("compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", demo.calibration(),
                "--samples", 16, "--preprocess", Demo.PREPROCESSING, "-o", to);
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "inspect", "compile", "run", "evaluate", "bench", "opt", "profile", "export"})
    void helpNamesTheVerb(String verb) {
        assertTrue(Command.ok(verb, "--help").out().startsWith("Usage: qw " + verb));
    }

    @Test
    void rootHelpAndVersion() {
        assertTrue(Command.ok("--help").out().contains("compile"));
        assertTrue(Command.ok("--version").out().startsWith("qw "));
    }

    @Test
    void compileWritesAnArtifactAndSaysWhatItCost() {
        for (String name : List.of("manifest.json", "model.qir", "model.o", "model.so", "tile.qir",
                "preprocessing.json")) {
            assertTrue(Files.exists(artifact.resolve(name)), name);
        }
        for (String text : List.of("import", "normalize", "calibrate", "quantize", "emit", "peak memory", "arena")) {
            assertTrue(compiled.out().contains(text), compiled.out());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"onnx-qdq", "onnx-qoperator"})
    void whatIsExportedComputesTheSameBytes(String format) throws FormatException, IOException {
        Path file = folder.resolve(format + ".onnx");
        assertTrue(Command.ok("export", artifact, "--format", format, "-o", file).out().contains(format));
        byte[] first = Files.readAllBytes(file);
        Command.ok("export", artifact, "--format", format, "-o", file);
        assertArrayEquals(first, Files.readAllBytes(file), "the same export gives the same bytes");
        JsonObject result = JsonObject.parse(Command.ok("evaluate", file, "--data", demo.test(), "--limit", 100,
                "--preprocess", Demo.PREPROCESSING, "--against", artifact, "--json").out(), "out");
        assertEquals(100, result.number("top1Agreement", 0));
        assertEquals(0, result.number("meanDivergence", 1));
    }

    @Test
    void floatModelsAndUnknownFormatsAreNotExported() {
        Path file = folder.resolve("refused.onnx");
        Command real = Command.run("export", demo.model(), "-o", file);
        assertEquals(1, real.status());
        assertTrue(real.err().contains("QW-X0101"), real.err());
        Command format = Command.run("export", artifact, "--format", "tflite", "-o", file);
        assertEquals(1, format.status());
        assertTrue(format.err().contains("onnx-qdq or onnx-qoperator"), format.err());
        assertFalse(Files.exists(file));
    }

    @Test
    void theSameCompileGivesTheSameBytes() throws IOException {
        Path again = folder.resolve("again");
        compileTo(again);
        try (var files = Files.list(artifact)) {
            for (Path file : files.toList()) {
                assertArrayEquals(Files.readAllBytes(file), Files.readAllBytes(again.resolve(file.getFileName())),
                        file.toString());
            }
        }
    }

    @Test
    void evaluateUsesThePreprocessingOfTheArtifact() throws FormatException {
        JsonObject result = JsonObject.parse(Command.ok("evaluate", artifact, "--data", demo.test(), "--limit", 200,
                "--top5", "--json").out(), "out");
        assertEquals(200, result.integer("samples", 0));
        assertTrue(result.number("top1", 0) > 98, "top1 " + result.number("top1", 0));
        assertTrue(result.number("top5", 0) >= result.number("top1", 0));
    }

    @Test
    void evaluateComparesWithTheFloatModel() throws FormatException {
        JsonObject result = JsonObject.parse(Command.ok("evaluate", artifact, "--data", demo.test(), "--limit", 100,
                "--against", demo.model(), "--json").out(), "out");
        assertTrue(result.number("top1Agreement", 0) >= 98);
        assertTrue(result.number("meanDivergence", 9) < 0.01);
        assertTrue(result.number("dropLow", 9) <= result.number("drop", 0));
        assertTrue(result.number("drop", 9) <= result.number("dropHigh", -9));
    }

    @Test
    void theCodeGivesTheInterpretersBytes() throws FormatException {
        Command c = Command.run("evaluate", artifact, "--data", demo.test(), "--compare", "--limit", 3, "--json");
        JsonObject result = JsonObject.parse(c.out(), "out");
        assertEquals(0, c.status());
        assertEquals(0, result.integer("differingBytes", -1));
        assertTrue(result.objects("tensors").size() > 10);
        assertTrue(result.integer("bytes", 0) > 10_000);
    }

    @Test
    void compareFailsWhenTheGraphIsAnother() throws IOException {
        Path other = folder.resolve("other");
        Command.ok("compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", demo.calibration(),
                "--samples", 16,
                "--method", "min-max", "--preprocess", Demo.PREPROCESSING, "-o", other);
        // Code of one quantization beside the graph of another: the comparison must see it.
        for (String name : List.of("model.qir", "model.qdata")) {
            Files.copy(artifact.resolve(name), other.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Command refused = Command.run("evaluate", other, "--data", demo.test(), "--compare", "--limit", 1);
        assertEquals(1, refused.status());
        assertTrue(refused.err().contains("QW-B0203"), refused.err());
        String manifest = Files.readString(other.resolve("manifest.json"));
        for (String name : List.of("model.qir", "model.qdata")) {
            manifest = manifest.replaceAll("(\"" + name + "\" : \")[0-9a-f]+", "$1" + hash(artifact, name));
        }
        Files.writeString(other.resolve("manifest.json"), manifest);
        Command different = Command.run("evaluate", other, "--data", demo.test(), "--compare", "--limit", 1);
        assertEquals(1, different.status());
        assertTrue(different.out().contains("DIFFERS"), different.out() + different.err());
    }

    private static String hash(Path folder, String name) throws IOException {
        var matcher = java.util.regex.Pattern.compile("\"" + name + "\" : \"([0-9a-f]+)")
                .matcher(Files.readString(folder.resolve("manifest.json")));
        assertTrue(matcher.find());
        return matcher.group(1);
    }

    @Test
    void runGivesTheSameOnHostAndInterpreter() throws IOException, FormatException {
        Path x = folder.resolve("x.npy");
        float[] values = new float[32 * 32];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i * 37 % 256) / 255f;
        }
        Samples.write(x, values, 1, 1, 32, 32);
        Path host = folder.resolve("host.npy");
        Path interpreted = folder.resolve("interpreted.npy");
        Command.ok("run", artifact, "--input", x, "-o", host);
        Command.ok("run", artifact, "--input", x, "-o", interpreted, "--on", "interpreter");
        assertArrayEquals(Files.readAllBytes(host), Files.readAllBytes(interpreted));
        assertArrayEquals(new long[] {1, 20}, NpyFile.read(host).shape());
    }

    @Test
    void benchMeasuresSideBySide() {
        Command c = Command.ok("bench", artifact, "--seconds", 0.2, "--runs", 50, "--interleave", artifact);
        assertTrue(c.out().contains("median") && c.out().contains("p99") && c.out().contains("relative to the first"),
                c.out());
    }

    @Test
    void inspectCountsMultiplyAccumulates() throws FormatException {
        JsonObject model = JsonObject.parse(Command.ok("inspect", demo.model(), "--json").out(), "out").object("model")
                .orElseThrow();
        assertEquals(1_355_776, model.integer("macs", 0));
        assertEquals(1, model.objects("inputs").size());
        assertTrue(Command.ok("inspect", artifact).out().contains("compiled for x86-avx512-vnni"));
        assertTrue(Command.ok("inspect", demo.model(), "--profile", "x86-avx2").out().contains("runs all of it"));
    }

    @Test
    void cyclesAreEstimatedWithoutTheBoard() throws FormatException {
        assertTrue(Command.ok("inspect", demo.model(), "--profile", "cortex-a76", "--cycles").out()
                .contains("cycles by the profile's throughputs"));
        long last = Long.MAX_VALUE;
        for (String profile : List.of("cortex-a53", "cortex-a76", "neoverse-v1")) {
            String text = Command.ok("inspect", demo.model(), "--profile", profile, "--cycles", "--json").out();
            assertEquals(text, Command.ok("inspect", demo.model(), "--profile", profile, "--cycles", "--json").out());
            JsonObject cycles = JsonObject.parse(text, "out").object("cycles").orElseThrow();
            long total = cycles.integer("totalCycles", 0);
            long sum = 0;
            for (JsonObject step : cycles.objects("steps")) {
                sum += step.integer("cycles", 0);
                assertTrue(step.integer("macs", 0) <= 100_000 || step.integer("modelCycles", 0) > 0, text);
            }
            assertEquals(sum, total, cycles.objects("steps").size());
            assertTrue(total < last, profile + ": " + total);
            last = total;
        }
    }

    @Test
    void anErrorIsShownOnce() throws IOException {
        Path damaged = folder.resolve("damaged.onnx");
        Files.write(damaged, java.util.Arrays.copyOf(Files.readAllBytes(demo.model()), 3000));
        Command c = Command.run("inspect", damaged);
        assertEquals(1, c.status());
        assertEquals(2, c.err().split("QW-I0102", -1).length, c.err());
    }

    @Test
    void theDemoGoesToEveryKindOfTarget() throws FormatException {
        JsonObject result = JsonObject.parse(Command.ok("demo", "--json", "-o", folder.resolve("tour")).out(), "out");
        for (JsonObject compared : result.objects("comparison")) {
            assertEquals(0, compared.integer("differingBytes", -1));
        }
        assertTrue(result.objects("comparison").size() >= 4, "compared: " + result.objects("comparison").size());
        assertTrue(result.objects("simulation").getFirst().integer("cycles", 0) > 0);
        assertTrue(Files.exists(folder.resolve("tour")));
    }

    @Test
    void phasesPrintAndCompilationResumesFromThem() throws IOException {
        Path dumps = folder.resolve("phases");
        Path first = folder.resolve("first");
        Command.ok("compile", demo.model(), "--profile", "x86-avx512-vnni", "--name", "glyphs", "-o", first,
                "--dump-phases", dumps);
        for (String name : List.of("1-import.qir", "2-normalize.qir", "4-tile.qir")) {
            assertTrue(Files.exists(dumps.resolve(name)), name);
        }
        Path resumed = folder.resolve("resumed");
        Command.ok("compile", dumps.resolve("2-normalize.qir"), "--from", "normalize", "--profile", "x86-avx512-vnni",
                "--name", "glyphs", "-o", resumed);
        assertArrayEquals(Files.readAllBytes(first.resolve("model.so")),
                Files.readAllBytes(resumed.resolve("model.so")));
        assertTrue(Command.ok("compile", demo.model(), "--to", "normalize").out().startsWith("qir 1"));
    }

    @Test
    void optRunsPasses() throws IOException {
        Path file = folder.resolve("raw.qir");
        Command.ok("compile", demo.model(), "--to", "import", "-o", file);
        Command c = Command.ok("opt", file, "--passes", "normalize", "--timing", "--dump");
        assertTrue(c.out().startsWith("qir 1"));
        assertFalse(c.out().contains("batch_norm"), c.out());
        assertTrue(c.err().contains("total"), c.err());
        assertTrue(Command.ok("opt", "--list").out().contains("fold-constants"));
        assertTrue(Command.ok("opt", file, "--passes", "fold-constants,normalize", "--print-ir-after-change",
                "--dump").err()
                .contains("// after normalize"));
    }

    @Test
    void profilesAreListedShownAndChecked() {
        assertTrue(Command.ok("profile", "list").out().contains("x86-avx512-vnni"));
        assertTrue(Command.ok("profile", "show", "x86-avx2").out().contains("fma"));
        assertTrue(Command.ok("profile", "check", "x86-avx2").out().contains("valid"));
    }

    @Test
    void skippedNodesStayFloat() {
        String all = Command.ok("compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate",
                demo.calibration(),
                "--samples", 4, "--preprocess", Demo.PREPROCESSING, "--to", "quantize").out();
        String none = Command.ok("compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate",
                demo.calibration(),
                "--samples", 4, "--preprocess", Demo.PREPROCESSING, "--skip-type", "conv2d", "--to", "quantize").out();
        assertTrue(all.contains("q.conv2d"));
        assertFalse(none.contains("q.conv2d"));
    }
}
