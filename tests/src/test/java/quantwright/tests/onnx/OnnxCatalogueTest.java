package quantwright.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.onnx.OnnxFile;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.type.ScalarType;
import quantwright.ir.verify.Verifier;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** Every ONNX model of the catalogue imports, and computes what ONNX Runtime computes. */
class OnnxCatalogueTest {
    private static final double TOLERANCE = 1e-4;
    private static final ModelCatalogue CATALOGUE = ModelCatalogue.load();

    static Stream<CatalogueModel> models() {
        return CATALOGUE.all().stream().filter(m -> !m.isTfLite());
    }

    @ParameterizedTest
    @MethodSource("models")
    void agreesWithOnnxRuntime(CatalogueModel listed) throws Exception {
        var model = CATALOGUE.require(listed.id());
        var sink = new DiagnosticSink();
        long start = System.nanoTime();
        Graph graph = new OnnxImporter().importModel(model.path(), ImportOptions.none(), sink);
        long imported = System.nanoTime();
        Verifier.verify(graph, sink);
        assertEquals(List.of(), sink.all());
        keepsTheModelsInterface(model, graph);
        List<Tensor> inputs = inputs(model, graph);
        byte[] source = Files.readAllBytes(model.path());
        // With filled weights all classes come out equal, so that only the values in between can tell an error.
        double error = model.id().startsWith("light-") ? PeerComparison.relativeErrorOfAll(source, graph, inputs)
                : PeerComparison.relativeError(source, graph, inputs);
        System.out.printf("%-20s %4d nodes, import %4d ms, relative error %.2e%n", model.id(), graph.size(),
                (imported - start) / 1_000_000, error);
        assertTrue(error <= TOLERANCE, () -> model.id() + ": relative error " + error);
    }

    private static void keepsTheModelsInterface(CatalogueModel model, Graph graph) throws Exception {
        var source = OnnxFile.read(model.path()).model().getGraph();
        assertEquals(source.getOutputList().stream().map(o -> o.getName()).toList(),
                java.util.stream.IntStream.range(0, graph.outputs().size()).mapToObj(graph::outputName).toList());
        var initializers = source.getInitializerList().stream().map(t -> t.getName()).toList();
        var inputs = source.getInputList().stream().map(i -> i.getName());
        assertEquals(inputs.filter(n -> !initializers.contains(n)).toList(),
                graph.inputs().stream().map(Value::name).toList());
        for (Node node : graph) {
            var at = (Location.InModel) node.location();
            assertEquals(source.getNode(at.index()).getOpType(), at.opType());
        }
    }

    /** The first sample of the model's data, or noise; indices where the model takes integers. */
    private static List<Tensor> inputs(CatalogueModel model, Graph graph) throws Exception {
        List<Tensor> all = new ArrayList<>();
        var random = new Random(5);
        for (Value input : graph.inputs()) {
            int elements = Math.toIntExact(input.type().shape().elementCount());
            if (input.type().element() == ScalarType.I64) {
                all.add(Tensor.of(input.type(), random.longs(elements, 0, 128).toArray()));
                continue;
            }
            float[] values;
            if (model.data().isPresent() && graph.inputs().size() == 1) {
                values = model.evaluationData().floats(0);
            } else {
                values = new float[elements];
                for (int i = 0; i < values.length; i++) {
                    values[i] = random.nextFloat();
                }
            }
            all.add(Tensor.of(input.type(), values));
        }
        return all;
    }
}
