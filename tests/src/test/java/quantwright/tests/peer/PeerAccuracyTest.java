package quantwright.tests.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.data.PreparedData;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** The peers and the data path reproduce the accuracies that the catalogue states. */
class PeerAccuracyTest {
    private static final ModelCatalogue CATALOGUE = ModelCatalogue.load();

    static Stream<CatalogueModel> onnx() {
        return CATALOGUE.all().stream().filter(m -> m.accuracy().containsKey("onnxruntime"));
    }

    static Stream<CatalogueModel> builtin() {
        return CATALOGUE.all().stream().filter(m -> m.accuracy().containsKey("builtin"));
    }

    static Stream<CatalogueModel> xnnpack() {
        return CATALOGUE.all().stream().filter(m -> m.accuracy().containsKey("xnnpack"));
    }

    @ParameterizedTest
    @MethodSource("onnx")
    void onnxRuntimeReachesTheStatedAccuracy(CatalogueModel listed) throws Exception {
        var model = CATALOGUE.require(listed.id());
        var data = model.evaluationData();
        try (var peer = OnnxRuntimePeer.load(Files.readAllBytes(model.path()), OnnxRuntimePeer.Optimization.ALL)) {
            var input = peer.inputs().getFirst();
            var dims = LongStream.concat(LongStream.of(1), Arrays.stream(data.sampleShape())).toArray();
            check(model, "onnxruntime", data, sample -> {
                var fed = OnnxRuntimePeer.floats(data.floats(sample), dims);
                return peer.run(Map.of(input, fed)).values().iterator().next();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("builtin")
    void tfLiteBuiltinKernelsReachTheStatedAccuracy(CatalogueModel listed) throws Exception {
        tfLite(CATALOGUE.require(listed.id()), TfLitePeer.Kernels.BUILTIN, "builtin");
    }

    @ParameterizedTest
    @MethodSource("xnnpack")
    void xnnpackReachesTheStatedAccuracy(CatalogueModel listed) throws Exception {
        tfLite(CATALOGUE.require(listed.id()), TfLitePeer.Kernels.XNNPACK, "xnnpack");
    }

    private static void tfLite(CatalogueModel model, TfLitePeer.Kernels kernels, String runtime) throws Exception {
        var data = model.evaluationData();
        try (var peer = TfLitePeer.load(model.path(), kernels)) {
            check(model, runtime, data, sample -> peer.run(data.bytes(sample)));
        }
    }

    @Test
    void builtinKernelsKeepEveryTensorAndXnnpackReplacesNodes() throws Exception {
        var model = CATALOGUE.require("resnet8-int8");
        var sample = model.evaluationData().bytes(0);
        try (var builtin = TfLitePeer.load(model.path(), TfLitePeer.Kernels.BUILTIN);
             var xnnpack = TfLitePeer.load(model.path(), TfLitePeer.Kernels.XNNPACK)) {
            builtin.run(sample);
            xnnpack.run(sample);
            assertTrue(xnnpack.executedNodes() < builtin.executedNodes(),
                () -> xnnpack.executedNodes() + " nodes with XNNPACK, " + builtin.executedNodes() + " without");
            var named = builtin.allTensors().stream().filter(t -> !t.name().isEmpty()).toList();
            for (var tensor : named) {
                long elements = Arrays.stream(tensor.dims()).reduce(1, (a, b) -> a * b);
                int size = tensor.type().equals("INT32") ? 4 : 1;
                assertEquals(elements * size, tensor.data().length, tensor.toString());
            }
            assertEquals(1, builtin.input(0).scales().length);
            assertEquals(-128, builtin.input(0).zeroPoints()[0]);
        }
    }

    @Test
    void onnxRuntimeGivesEveryIntermediateTensor() throws Exception {
        var model = CATALOGUE.require("resnet20");
        var bytes = Files.readAllBytes(model.path());
        var data = model.evaluationData();
        var fed = Map.of("", OnnxRuntimePeer.floats(data.floats(0), 1, 3, 32, 32));
        try (var plain = OnnxRuntimePeer.load(bytes, OnnxRuntimePeer.Optimization.NONE);
             var open = OnnxRuntimePeer.load(OnnxRuntimePeer.withAllOutputs(bytes),
                 OnnxRuntimePeer.Optimization.NONE)) {
            var inputs = Map.of(plain.inputs().getFirst(), fed.get(""));
            var expected = plain.run(inputs);
            var all = open.run(inputs);
            assertTrue(all.size() > 50, () -> "only " + all.size() + " tensors");
            expected.forEach((name, tensor) -> assertTrue(Arrays.equals(tensor.data(), all.get(name).data()), name));
            assertFalse(all.values().stream().anyMatch(t -> t.type().equals("OTHER")));
            System.out.println("resnet20, ONNX Runtime float: " + plain.time(inputs, 20, 50));
        }
    }

    private interface Runner {
        PeerTensor run(long sample) throws Exception;
    }

    private static void check(CatalogueModel model, String runtime, PreparedData data, Runner runner)
        throws Exception {
        long right = 0;
        for (long sample = 0; sample < data.size(); sample++) {
            right += runner.run(sample).argMax() == data.label(sample) ? 1 : 0;
        }
        double accuracy = 100.0 * right / data.size();
        System.out.printf("%s, %s: %.2f %% of %d%n", model.id(), runtime, accuracy, data.size());
        // The catalogue rounds to one or two decimals; 0.06 covers the rounding, not one more wrong sample in 1,000.
        assertEquals(model.accuracy().get(runtime), accuracy, 0.06, model.id() + " with " + runtime);
    }
}
