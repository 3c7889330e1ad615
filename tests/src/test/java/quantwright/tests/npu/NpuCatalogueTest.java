package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.BitComparison;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Every model of the catalogue, quantized to int8 where it is float, on NPU profiles of every dataflow: the programs run on
 * the functional simulator, and no byte of any map in memory or of any output differs from the interpreter's. Models of
 * ImageNet size run where the system property {@code quantwright.npu.all} is {@code true}.
 */
class NpuCatalogueTest {
    private static final Set<String> SMALL = Set.of("glyphs", "kws-int8", "kws-fp32", "resnet8-int8", "resnet8-fp32",
            "vww-int8", "vww-fp32", "ad01-int8", "ad01-fp32", "resnet20");
    private static final List<String> SHIPPED = List.of("npu-systolic-16x16", "npu-systolic-128x128", "npu-edge-4bit");

    @TempDir
    private static Path folder;

    static Stream<CatalogueModel> models() {
        boolean all = Boolean.getBoolean("quantwright.npu.all");
        return ModelCatalogue.load().all().stream().filter(m -> all || SMALL.contains(m.id()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void programsEqualTheInterpreter(CatalogueModel entry) throws FormatException, IOException {
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Quantwright qw = Quantwright.discover();
        NpuModels.Sample sample = NpuModels.quantized(qw, entry);
        for (HardwareProfile profile : profiles(qw)) {
            DiagnosticSink sink = new DiagnosticSink();
            Model model = sample.model();
            Program program = Program.of(qw, model, profile, On.SIMULATOR, sink, Progress.SILENT);
            BitComparison comparison = BitComparison.of(program, i -> sample.inputs(), 1, Progress.SILENT);
            String what = entry.id() + " on " + profile.id();
            assertEquals(List.of(), comparison.tensors().stream().filter(r -> r.differingBytes() > 0).toList(), what);
            assertEquals(List.of(), comparison.unmatched(), what);
            assertTrue(comparison.tensors().size() > model.graph().outputs().size(), what + ": nothing materialised");
        }
    }

    /** The shipped profiles, and a 16x16 array of each other dataflow, without a depthwise mode. */
    static List<HardwareProfile> profiles(Quantwright qw) throws IOException {
        List<HardwareProfile> profiles = new ArrayList<>(SHIPPED.stream().map(qw.profiles()::find).toList());
        for (String dataflow : List.of("output-stationary", "input-stationary")) {
            String id = "npu-16x16-" + dataflow;
            Path file = Files.writeString(folder.resolve(id + ".qhw"), """
                    qhw 1
                    profile %s extends npu-systolic-16x16 {
                        npu {
                            array {
                                source assumed "test";
                                dataflow %s;
                                depthwise 0 MAC/cycle;
                            }
                        }
                    }
                    """.formatted(id, dataflow));
            profiles.add(qw.profiles().find(file.toString()));
        }
        return profiles;
    }
}
