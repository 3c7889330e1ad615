package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.ModelImporter;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Transpose;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.type.ScalarType;

/** The pipeline on the models of the shared data folder; skipped where that folder is absent. */
class ModelNormalizationTest {
    private static Graph load(String file) {
        Path path = Path.of(System.getProperty("quantwright.data", "../shared")).resolve(file);
        assumeTrue(Files.exists(path), () -> "no model " + file + " in the data folder (-Dquantwright.data)");
        ModelImporter importer = file.endsWith(".onnx") ? new OnnxImporter() : new TfliteImporter();
        return importer.importModel(path, ImportOptions.none(), new DiagnosticSink());
    }

    private static List<Tensor> inputs(Graph graph) {
        Random random = new Random(7);
        List<Tensor> all = new ArrayList<>();
        for (Value v : graph.inputs()) {
            Tensor t = Tensor.zeros(v.type());
            for (int i = 0; i < t.size(); i++) {
                if (v.type().storage() == ScalarType.F32) {
                    t.floats()[i] = (float) random.nextGaussian();
                } else {
                    t.setInteger(i, random.nextInt());
                }
            }
            all.add(t);
        }
        return all;
    }

    static Stream<Arguments> models() {
        return Stream.of(
                Arguments.of("demo/glyphs.onnx", 1e-5),
                Arguments.of("data/cifar10/resnet20-cifar10.onnx", 1e-5),
                Arguments.of("data/mlperf-tiny/kws_dscnn_fp32.onnx", 1e-5),
                Arguments.of("data/models/super_resolution.onnx", 0),
                Arguments.of("data/models/ultraface-rfb-320.onnx", 1e-5),
                Arguments.of("data/imagenet/mobilenet_v1_0.25.onnx", 1e-5),
                Arguments.of("data/imagenet/mobilenet_v2_int8.tflite", 0),
                Arguments.of("data/mlperf-tiny/kws_dscnn_int8.tflite", 0),
                Arguments.of("data/mlperf-tiny/resnet8_cifar10_fp32.tflite", 0));
    }

    /** Tolerance 0 asks for equal bits, of models that have no affine map to fold. */
    @ParameterizedTest
    @MethodSource("models")
    void resultsStay(String file, double tolerance) {
        Graph graph = load(file);
        List<Tensor> inputs = inputs(graph);
        List<Tensor> before = Interpreter.run(graph, inputs, null);
        PassContext context = new PassContext(new DiagnosticSink());
        for (Pass pass : GraphPasses.normalizeExactly()) {
            pass.run(graph, context);
        }
        compare(before, Interpreter.run(graph, inputs, null), 0);
        new Normalize().run(graph, context);
        compare(before, Interpreter.run(graph, inputs, null), tolerance);
    }

    private static void compare(List<Tensor> expected, List<Tensor> actual, double tolerance) {
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).type(), actual.get(i).type());
            PassFixture.assertClose(expected.get(i), actual.get(i), tolerance);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "demo/glyphs.onnx, 0, 17", "data/cifar10/resnet20-cifar10.onnx, 1, 19",
                "data/cifar10/resnet56-cifar10.onnx, 1, 55",
        "data/mlperf-tiny/kws_dscnn_fp32.onnx, 0, 9", "data/imagenet/mobilenet_v1_0.25.onnx, 1, 27",
        "data/imagenet/squeezenet1.0.onnx, 1, 0", "data/imagenet/tiny_darknet.onnx, 1, 15",
        "data/models/super_resolution.onnx, 0, 0", "data/models/ultraface-rfb-320.onnx, 1, 35",
        "data/models/light_resnet50.onnx, 1, 53", "data/models/light_squeezenet.onnx, 1, 0",
        "data/models/light_shufflenet.onnx, 1, 49", "data/models/light_inception_v2.onnx, 1, 69",
        "data/models/light_densenet121.onnx, 1, 59"})
    void transposesStayAtTheBoundaryOnly(String file, int transposes, int foldedNormalizations) {
        Graph graph = load(file);
        PassContext context = new PassContext(new DiagnosticSink());
        new Normalize().run(graph, context);
        List<Node> left = graph.nodes().stream().filter(n -> n.op() instanceof Transpose).toList();
        assertEquals(transposes, left.size(), () -> "transposes " + left);
        assertTrue(left.stream().allMatch(n -> n.operand(0).isInput() || graph.isOutput(n.result())), left::toString);
        assertEquals(foldedNormalizations, context.hits().getOrDefault("batch-norm-into-weights", 0));
        assertTrue(graph.nodes().stream().noneMatch(n -> n.op().mnemonic().equals("batch_norm")));
    }
}
