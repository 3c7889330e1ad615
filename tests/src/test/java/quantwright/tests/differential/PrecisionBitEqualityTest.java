package quantwright.tests.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** A model whose layers have weights of 8, 4, 2 and 1 bit and activations of 8 and 16 by turns: its text form, and code against the interpreter. */
class PrecisionBitEqualityTest {
    private static final List<String> PRECISIONS = List.of("w8a8", "w4a8", "w2a8", "w1a8", "w8a16", "w4a16");

    @ParameterizedTest
    @ValueSource(strings = {"x86-avx512-vnni", "x86-avx2", "jvm"})
    void codeEqualsInterpreter(String profileId) throws FormatException {
        assertEquals(Set.of(ScalarType.I8, ScalarType.I4, ScalarType.I2, ScalarType.SIGN1),
                weightTypes(equal(profileId, PrecisionBitEqualityTest::plan)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x86-avx512-vnni", "x86-avx2", "jvm"})
    void multipliersOfGroupsEqualInterpreter(String profileId) throws FormatException {
        for (String precision : List.of("w4g32a8", "w2g32a8")) {
            Graph graph = equal(profileId, g -> PrecisionPlan.uniform(LayerPrecision.parse(precision).orElseThrow()));
            long groups = graph.nodes().stream().flatMap(n -> n.operands().stream()).filter(v ->
                    v.type().element() instanceof QuantizedType.PerGroup).count();
            assertTrue(groups > 0, QirPrinter.print(graph));
        }
    }

    /** Quantizes by a plan and compares code with the interpreter; the QUANT graph. */
    private static Graph equal(String profileId, Function<Graph, PrecisionPlan> plan) throws FormatException {
        CatalogueModel entry = ModelCatalogue.load().get("glyphs");
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Quantwright qw = Quantwright.discover();
        HardwareProfile profile = new ProfileCatalogue().find(profileId);
        DiagnosticSink sink = new DiagnosticSink();
        Model real = qw.load(entry.path(), ImportOptions.none(), sink);
        ModelFeed feed = new ModelFeed(entry.evaluationData(), real.input()).first(4);
        Model mixed = real.quantize(feed, QuantizationOptions.standard().withPrecision(plan.apply(real.graph())), profile, sink,
                Progress.SILENT);
        String text = QirPrinter.print(mixed.graph());
        assertEquals(text, QirPrinter.print(new QirParser(OpRegistry.builtin()).parse(text, "mixed")));
        List<Tensor> inputs = feed.inputs(0);
        Map<String, Tensor> expected = new HashMap<>();
        List<Tensor> outputs = Interpreter.run(mixed.graph(), inputs, (v, t) -> expected.put(v.name(), t));
        try (Executor executor = mixed.executor(profile, sink, Progress.SILENT)) {
            assumeTrue(sink.all().isEmpty(), "SKIPPED: this host cannot run the code: " + sink.all());
            Map<String, Long> differing = new TreeMap<>();
            List<Tensor> actual = executor.run(inputs, (name, tensor) ->
                    differing.put(name, tensor.countDifferences(expected.get(name))));
            assertTrue(differing.size() > 5, "materialised: " + differing.keySet());
            assertTrue(differing.values().stream().allMatch(n -> n == 0), differing.toString());
            assertEquals(0, actual.getFirst().countDifferences(outputs.getFirst()));
        }
        return mixed.graph();
    }

    private static PrecisionPlan plan(Graph graph) {
        PrecisionPlan plan = PrecisionPlan.uniform(LayerPrecision.W8A8);
        int layers = 0;
        for (Node node : graph) {
            if (node.op() instanceof Conv2d || node.op() instanceof Dense) {
                plan = plan.with(node.result().name(), LayerPrecision.parse(PRECISIONS.get(layers++ % PRECISIONS.size())).orElseThrow());
            }
        }
        return plan;
    }

    private static Set<ScalarType> weightTypes(Graph graph) {
        Set<ScalarType> types = new HashSet<>();
        for (Node node : graph) {
            if (node.op().mnemonic().equals("q.conv2d") || node.op().mnemonic().equals("q.dense")) {
                types.add(node.operand(1).type().storage());
            }
        }
        return types;
    }
}
