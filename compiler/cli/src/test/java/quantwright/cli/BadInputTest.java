package quantwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user gets wrong: a coded line with a hint, exit status 1, no stack trace, nothing written. */
class BadInputTest {
    @TempDir
    Path folder;
    private Demo demo;
    private Path output;

    @BeforeEach
    void files() throws IOException {
        demo = Demo.in(folder);
        output = folder.resolve("out");
    }

    private Command refused(String code, Object... arguments) {
        Command c = Command.run(arguments);
        assertEquals(1, c.status(), c.err());
        assertTrue(c.err().contains("error[" + code + "]"), c.err());
        assertTrue(c.err().contains("hint: "), c.err());
        assertFalse(c.err().contains("\tat "), c.err());
        assertFalse(Files.exists(output), "something was written");
        return c;
    }

    private Command refusedCalibration(String code, Path data) {
        return refused(code, "compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", data,
                "--preprocess",
                Demo.PREPROCESSING, "-o", output);
    }

    @Test
    void unknownVerb() {
        refused("QW-U0101", "quantize", demo.model());
    }

    @Test
    void noVerb() {
        refused("QW-U0101");
    }

    @Test
    void unknownFlagGetsASuggestion() {
        assertTrue(refused("QW-U0101", "compile", demo.model(), "--calibrat", demo.calibration(), "-o", output).err()
                .contains("did you mean '--calibrate'"));
    }

    @Test
    void missingModel() {
        refused("QW-I0101", "compile", folder.resolve("absent.onnx"), "--profile", "x86-avx512-vnni", "-o", output);
    }

    @Test
    void missingOutput() {
        refused("QW-U0102", "compile", demo.model());
    }

    @Test
    void unknownFormat() throws IOException {
        Path file = Files.writeString(folder.resolve("model.txt"), "hello");
        refused("QW-I0117", "inspect", file);
    }

    @Test
    void truncatedModel() throws IOException {
        byte[] whole = Files.readAllBytes(demo.model());
        for (int size : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
            Path file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(whole, size));
            Command c = Command.run("compile", file, "--profile", "x86-avx512-vnni", "-o", output);
            assertEquals(1, c.status(), size + ": " + c.err());
            assertTrue(c.err().contains("error[QW-"), c.err());
            assertFalse(Files.exists(output));
        }
    }

    @Test
    void noTfliteModel() throws IOException {
        byte[] noise = new byte[4096];
        new java.util.Random(7).nextBytes(noise);
        Path file = Files.write(folder.resolve("noise.tflite"), noise);
        refused("QW-I0102", "compile", file, "--profile", "x86-avx512-vnni", "-o", output);
    }

    @Test
    void brokenQir() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.qir"),
                "qir 1\n\ngraph \"g\" level graph {\n  output \"y\" = %x\n}\n");
        Command c = Command.run("compile", file, "--profile", "x86-avx512-vnni", "-o", output);
        assertEquals(1, c.status());
        assertTrue(c.err().contains("bad.qir:4:"), c.err());
        assertEquals(1, Command.run("opt", file, "--passes", "fold-constants").status());
    }

    @Test
    void unknownPassGetsASuggestion() throws IOException {
        Path file = folder.resolve("raw.qir");
        Command.ok("compile", demo.model(), "--to", "import", "-o", file);
        Command c = Command.run("opt", file, "--passes", "fold-constant");
        assertEquals(1, c.status());
        assertTrue(c.err().contains("did you mean 'fold-constants'"), c.err());
    }

    @Test
    void unknownProfileGetsASuggestion() {
        assertTrue(refused("QW-H0101", "compile", demo.model(), "--profile", "x86-avx512-vni", "-o", output).err()
                .contains("did you mean 'x86-avx512-vnni'"));
    }

    @Test
    void brokenProfile() throws IOException {
        Path file = Files.writeString(folder.resolve("bad.qhw"),
                "qhw 1\nprofile bad {\n    cpu {\n        isa 12 MHz;\n    }\n}\n");
        Command c = Command.run("profile", "check", file);
        assertEquals(1, c.status());
        assertTrue(c.err().contains("bad.qhw:"), c.err());
    }

    @Test
    void missingData() {
        refusedCalibration("QW-D0101", folder.resolve("absent.npz"));
    }

    @Test
    void truncatedData() throws IOException {
        byte[] whole = Files.readAllBytes(demo.calibration());
        refusedCalibration("QW-D0102", Files.write(folder.resolve("cut.npz"), Arrays.copyOf(whole, whole.length / 2)));
    }

    @Test
    void wrongShape() throws IOException {
        refusedCalibration("QW-D0107", samples(3, new long[] {3, 16, 16}, 0.5f));
    }

    @Test
    void emptySet() throws IOException {
        refusedCalibration("QW-D0106", samples(0, new long[] {0, 32, 32}, 0));
    }

    @Test
    void nanNamesItsSample() throws IOException {
        Path data = samples(2, new long[] {2, 32, 32}, 0.5f);
        float[] values = new float[2 * 32 * 32];
        values[32 * 32 + 5] = Float.NaN;
        Samples.write(data, values, 2, 32, 32);
        assertTrue(refusedCalibration("QW-D0108", data).err().contains("sample 1"));
    }

    @Test
    void badPreprocessing() {
        refused("QW-D0105", "compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", demo.calibration(),
                "--preprocess", "{\"divid\": 255}", "-o", output);
        refused("QW-D0105", "compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", demo.calibration(),
                "--preprocess", "{", "-o", output);
    }

    @Test
    void dataWithoutLabels() throws IOException {
        refused("QW-C0108", "evaluate", demo.model(), "--data", samples(2, new long[] {2, 1, 32, 32}, 0.5f), "--on",
                "interpreter");
    }

    @Test
    void optionsThatContradict() {
        refused("QW-U0102", "compile", demo.model(), "--method", "mse", "-o", output);
        refused("QW-U0102", "compile", demo.model(), "--calibrate", demo.calibration(), "--percentile", "0.99", "-o",
                output);
        refused("QW-U0101", "compile", demo.model(), "--calibrate", demo.calibration(), "--preprocess",
                Demo.PREPROCESSING,
                "--method", "magic", "-o", output);
    }

    @Test
    void boundDimensionThatDoesNotExist() {
        refused("QW-I0108", "compile", demo.model(), "--dim", "Q=4", "-o", output);
    }

    @Test
    void folderThatIsNoArtifact() throws IOException {
        Path mine = Files.createDirectory(folder.resolve("mine"));
        Path precious = Files.writeString(mine.resolve("thesis.txt"), "years of work");
        refused("QW-B0205", "compile", demo.model(), "--profile", "x86-avx512-vnni", "-o", mine);
        assertEquals("years of work", Files.readString(precious));
        refused("QW-B0201", "run", mine, "--input", "x.npy", "-o", "y.npy");
    }

    @Test
    void inputThatDoesNotFit() throws IOException {
        Path y = folder.resolve("y.npy");
        refused("QW-C0107", "run", demo.model(), "--input", samples(1, new long[] {1, 3, 8, 8}, 1), "-o", y, "--on",
                "interpreter");
        assertFalse(Files.exists(y));
    }

    private Path samples(int count, long[] shape, float value) throws IOException {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        Arrays.fill(values, value);
        Path file = folder.resolve("samples-" + count + ".npy");
        Samples.write(file, values, shape);
        return file;
    }

    private Command refusedDelivery(String code, Object... more) {
        Object[] start = {"compile", demo.model(), "--profile", "arm-neon", "-o", output};
        return refused(code, java.util.stream.Stream.concat(Arrays.stream(start), Arrays.stream(more)).toArray());
    }

    @Test
    void aNameThatIsNoCIdentifier() {
        assertTrue(refusedDelivery("QW-C0120", "--name", "my-model", "--emit", "object").err().contains("'my_model'"));
        refusedDelivery("QW-C0120", "--name", "2nd");
        refusedDelivery("QW-C0120", "--name", "");
    }

    @Test
    void filesThatAreNotDelivered() {
        assertTrue(refusedDelivery("QW-U0101", "--emit", "objekt").err().toLowerCase(java.util.Locale.ROOT)
                .contains("object"));
        refusedDelivery("QW-U0102", "--emit", "object", "--to", "tile");
        refused("QW-B0221", "compile", demo.model(), "--profile", "jvm", "-o", output, "--emit", "object");
    }

    @Test
    void aFolderThatHoldsSomethingElseIsNotDeliveredInto() throws IOException {
        Path other = Files.createDirectories(folder.resolve("other"));
        Files.writeString(other.resolve("notes.txt"), "mine");
        refused("QW-B0205", "compile", demo.model(), "--profile", "arm-neon", "-o", other, "--emit", "object,header");
        try (var files = Files.list(other)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void aFolderThatCannotBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "mine");
        for (Path place : List.of(file, file.resolve("board"))) {
            refused("QW-B0205", "compile", demo.model(), "--profile", "arm-neon", "-o", place, "--emit", "object");
            refused("QW-B0205", "compile", demo.model(), "--profile", "x86-avx2", "-o", place);
        }
        assertEquals("mine", Files.readString(file));
    }

    /** A model as another tool quantized it, and chips that take less. */
    @Test
    void aProfileThatLacksWhatTheModelNeeds() throws IOException {
        Path model = Files.writeString(folder.resolve("conv.qir"), """
                qir 1
                graph "g" level quant {
                  input %a : q<i8:f32, 0.5:-3>[1x4x4x2]
                  %w = constant() {data = [1, 2, 3, 4]} : q<i8:f32:0, {0.5, 0.25}>[2x1x1x2]
                  %r = q.conv2d(%a, %w) {window = {kernelH = 1, kernelW = 1, strideH = 1, strideW = 1, dilationH = 1, \
                dilationW = 1, padTop = 0, padLeft = 0, padBottom = 0, padRight = 0}, groups = 1, \
                rounding = f32, clamp = {min = -128, max = 127}} : q<i8:f32, 0.25:4>[1x4x4x2]
                  output "r" = %r
                }
                """);
        for (String level : List.of("arm-neon", "arm-neon-dotprod", "arm-neon-i8mm")) {
            Command symmetric = refused("QW-B0103", "compile", model, "--profile", lacking(level,
                    "activation-zero-points no;"), "-o", output, "--emit", "object,header");
            assertTrue(symmetric.err().contains("'a' has zero point -3"), symmetric.err());
            assertTrue(refused("QW-B0103", "compile", model, "--profile", lacking(level, "weights per-tensor;"),
                    "-o", output).err().contains("q.conv2d 'r' has several scales of weights"));
        }
        assertTrue(refused("QW-H0113", "compile", model, "--profile", profile("qhw 1\nprofile board extends arm-neon"
                + " {\n cpu { features neon, i8mn; }\n}\n"), "-o", output).err().contains("'i8mm'"));
    }

    private Path lacking(String base, String rule) throws IOException {
        return profile("qhw 1\nprofile board extends " + base + " {\n quantization { " + rule + " }\n}\n");
    }

    private Path profile(String text) throws IOException {
        return Files.writeString(folder.resolve("board.qhw"), text);
    }

    @Test
    void cyclesOfAProfileWithoutThroughputs() {
        assertTrue(refused("QW-B0222", "inspect", demo.model(), "--profile", "arm-neon", "--cycles").err()
                .contains("profile arm-neon"));
        refused("QW-B0222", "inspect", demo.model(), "--profile", "jvm", "--cycles");
        refused("QW-U0102", "inspect", demo.model(), "--cycles");
    }

    @Test
    void deliveredFilesAreNoArtifactToRun() {
        Path files = folder.resolve("files");
        Command c = Command.run("compile", demo.model(), "--profile", "x86-avx2", "-o", files, "--emit", "object,header");
        assertEquals(0, c.status(), c.err());
        refused("QW-B0220", "bench", files);
    }
}
