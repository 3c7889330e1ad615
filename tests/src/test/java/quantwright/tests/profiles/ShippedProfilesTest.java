package quantwright.tests.profiles;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.llvm.CpuFeature;
import quantwright.cli.Main;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.profiles.HardwareProfile;

/** Every profile that ships is complete, and the backend of a CPU compiles a model for it. */
class ShippedProfilesTest {
    @TempDir
    private Path folder;

    private Path copy(String name) throws IOException {
        try (InputStream in = Main.class.getResourceAsStream(name)) {
            Files.copy(in, folder.resolve(name));
        }
        return folder.resolve(name);
    }

    @Test
    void chipsOfEachKindAreThereAndSayWhereTheirNumbersComeFrom() {
        Quantwright qw = Quantwright.discover();
        List<String> ids = qw.profiles().ids();
        for (String id : List.of("cascade-lake", "sapphire-rapids", "zen4", "zen5", "cortex-a53", "cortex-a76",
                "neoverse-v1", "apple-m1", "apple-m2", "npu-systolic-16x16", "npu-systolic-16x16-os",
                "npu-systolic-16x16-is", "npu-systolic-128x128", "npu-systolic-128x128-os", "npu-systolic-128x128-is",
                "ethos-u55-128", "ethos-u55-256", "ethos-u65-256", "ethos-u85-256", "nvdla-2048", "npu-edge-4bit")) {
            assertTrue(ids.contains(id), id);
            HardwareProfile profile = qw.profiles().find(id);
            int least = profile.npu().isPresent() ? 50 : 25;
            assertTrue(profile.sources().size() >= least, id + ": " + profile.sources().size());
        }
        assertTrue(qw.profiles().find("apple-m1").cpu().orElseThrow().features().stream().noneMatch("i8mm"::equals));
        assertTrue(qw.profiles().find("apple-m2").cpu().orElseThrow().features().contains("i8mm"));
    }

    /** The profile language knows each extension that code is generated for. */
    @Test
    void everyExtensionOfTheCodeGeneratorCanBeStated() throws IOException {
        for (CpuFeature.Architecture a : CpuFeature.Architecture.values()) {
            String base = a == CpuFeature.Architecture.AARCH64 ? "arm-neon" : "x86-avx2";
            List<String> names = Arrays.stream(CpuFeature.values()).filter(f -> f.architecture() == a)
                    .map(CpuFeature::llvmName).toList();
            Path file = Files.writeString(folder.resolve(a + ".qhw"), "qhw 1\nprofile x extends " + base
                    + " { cpu { features " + String.join(", ", names) + "; } }\n");
            assertEquals(new TreeSet<>(names), new TreeSet<>(Quantwright.discover().profiles().find(file.toString()).cpu()
                    .orElseThrow().features()));
        }
    }

    @Test
    void aModelInEachChipsArithmeticCompilesOrComputesTheInterpretersBytes() throws IOException, FormatException {
        Quantwright qw = Quantwright.discover();
        DiagnosticSink sink = new DiagnosticSink();
        Model model = qw.load(copy("glyphs.onnx"), ImportOptions.none(), sink);
        Preprocessing steps = Preprocessing.of(JsonObject.parse("{\"layout\": \"CHW\", \"divide\": 255}", "test"));
        OpenedData opened = DataSets.open(copy("glyphs-calibration.npz"), Optional.empty());
        ModelFeed feed = new OpenedData(opened.set(), Optional.of(steps)).feed(model.input());
        HardwareProfile host = qw.hostProfile().orElseGet(qw::portableProfile);
        var statistics = model.calibrate(feed.first(16), host, sink, Progress.SILENT);
        int compiled = 0;
        for (String id : qw.profiles().ids()) {
            HardwareProfile profile = qw.profiles().find(id);
            Model quantized = model.quantize(statistics, QuantizationOptions.standard()
                    .withArithmetic(profile.quantization().roundings()));
            if (profile.cpu().isPresent() && qw.backends().stream().anyMatch(b -> b.accepts(profile))) {
                assertTrue(!quantized.compile(profile, Progress.SILENT).manifest().steps().isEmpty(), id);
                compiled++;
            } else {
                // What evaluate --as runs: the chip's arithmetic in this host's code.
                Program program = Program.of(qw, quantized, host, On.AUTO, sink, Progress.SILENT);
                try (var executor = program.open()) {
                    for (int i = 0; i < 3; i++) {
                        List<Tensor> expected = Interpreter.run(quantized.graph(), feed.inputs(i), null);
                        assertEquals(0, expected.getFirst().countDifferences(executor.run(feed.inputs(i)).getFirst()), id);
                    }
                }
            }
        }
        assertTrue(compiled >= 6, compiled + " profiles of CPUs");
    }
}
