package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.search.PredictionQuality;
import quantwright.ir.data.Tensor;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Every model of the catalogue, by each chip's own rules where it is float, on NPU profiles of every class and dataflow: the
 * programs run on the functional simulator, and no byte of any map in memory or of any output differs from the
 * interpreter's. Only what stands between reals and integers is left to the host. Then the cost oracle against the
 * event-driven simulator over all those layers. Large models run on the profiles that are quick for them, and with the
 * system property {@code quantwright.npu.all} on all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NpuCatalogueTest {
    /** What reads or makes reals, and what only renames bytes for those. */
    private static final Set<String> EDGES = Set.of("q.quantize", "q.dequantize", "q.reinterpret", "reshape", "transpose",
            "softmax", "depth_to_space");
    private static final Set<String> SMALL = Set.of("glyphs", "kws-int8", "kws-fp32", "resnet8-int8", "resnet8-fp32",
            "vww-int8", "vww-fp32", "ad01-int8", "ad01-fp32", "resnet20", "resnet56", "mobilenet-v1-025");
    private static final List<String> QUICK = List.of("npu-systolic-16x16", "npu-systolic-128x128", "nvdla-2048",
            "npu-edge-4bit");

    private final OracleComparison oracle = new OracleComparison();
    @TempDir
    private static Path folder;

    static Stream<CatalogueModel> models() {
        return ModelCatalogue.load().all().stream();
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("models")
    void programsEqualTheInterpreter(CatalogueModel entry) throws FormatException, IOException {
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Quantwright qw = Quantwright.discover();
        IntegerModels models = new IntegerModels(qw, entry);
        List<Tensor> inputs = models.sample();
        Map<Model, NpuRun.Expected> expected = new HashMap<>();
        boolean all = SMALL.contains(entry.id()) || Boolean.getBoolean("quantwright.npu.all");
        for (HardwareProfile profile : all ? profiles(qw) : QUICK.stream().map(qw.profiles()::find).toList()) {
            Model model = models.of(profile);
            NpuRun run = NpuRun.of(model, profile);
            oracle.add(entry.id(), model.graph(), run);
            NpuRun.Comparison c = run.compare(inputs, expected.computeIfAbsent(model, m ->
                    NpuRun.Expected.of(m, inputs)));
            String what = entry.id() + " on " + profile.id();
            assertEquals(0, c.differing(), what);
            assertEquals(List.of(), c.unknown(), what);
            assertTrue(c.maps() > 0, what + ": nothing in memory");
            // A language model looks tokens up and normalizes and attends on reals, which is the host's; so are the 16
            // bits of an LSTM's cell on a chip of bytes.
            run.host().forEach((reason, ops) -> assertTrue(entry.inputType() == NumericType.I64
                    || EDGES.containsAll(ops) || entry.id().equals("lstm-mnist-int8") && reason.contains("16")
                    || reason.equals("tables are for 8-bit values"), what + ": on the host " + ops + ": " + reason));
        }
    }

    @Order(2)
    @Test
    void oracleRanksAndEstimatesLayersAsTheSimulatorDoes() {
        assumeTrue(!oracle.layers().isEmpty(), "SKIPPED: shared data is absent");
        System.out.println(oracle.figures());
        for (PredictionQuality q : List.of(oracle.of(OracleComparison.Layer::cycles),
                oracle.of(OracleComparison.Layer::joules))) {
            assertTrue(q.rankCorrelation() >= 0.95 && q.medianError() <= 0.10, oracle.figures());
        }
    }

    /** A shipped profile of each class, and a 16x16 array of each other dataflow, without a depthwise mode. */
    static List<HardwareProfile> profiles(Quantwright qw) throws IOException {
        List<HardwareProfile> profiles = new ArrayList<>(NpuRun.PROFILES.stream().map(qw.profiles()::find).toList());
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
