package quantwright.tests.importer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.importer.onnx.OnnxFile;
import quantwright.compiler.importer.onnx.OnnxTensorData;
import quantwright.compiler.importer.tflite.OperatorOptions;
import quantwright.compiler.importer.tflite.TfliteFile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.peer.TfLitePeer;

/** Every model file of the catalogue reads whole, and TensorFlow Lite sees the same tensors in its own. */
class RawReaderCatalogueTest {
    private static final ModelCatalogue CATALOGUE = ModelCatalogue.load();

    static Stream<CatalogueModel> tfLite() {
        return CATALOGUE.all().stream().filter(CatalogueModel::isTfLite);
    }

    static Stream<CatalogueModel> onnx() {
        return CATALOGUE.all().stream().filter(m -> !m.isTfLite());
    }

    @ParameterizedTest
    @MethodSource("tfLite")
    void tensorsAreThoseThatTensorFlowLiteReports(CatalogueModel listed) throws Exception {
        var model = CATALOGUE.require(listed.id());
        var file = TfliteFile.read(model.path());
        var graph = file.subgraphs().getFirst();
        assertFalse(graph.operators().isEmpty());
        try (var peer = TfLitePeer.load(model.path(), TfLitePeer.Kernels.BUILTIN)) {
            for (var tensor : graph.tensors()) {
                var seen = peer.tensor(tensor.index());
                assertEquals(seen.name(), tensor.name());
                assertEquals(seen.type(), tensor.type().name(), tensor.name());
                assertArrayEquals(seen.dims(), Arrays.stream(tensor.shape()).asLongStream().toArray(), tensor.name());
                var q = tensor.quantization();
                assertArrayEquals(seen.scales(), q.map(TfliteFile.Quantization::scale).orElse(new float[0]),
                    tensor.name());
                for (int i = 0; i < seen.scales().length; i++) {
                    assertEquals(seen.zeroPoints()[i], q.orElseThrow().zeroPoint()[i], tensor.name());
                }
                if (tensor.buffer() != 0 && file.buffers().get(tensor.buffer()).byteSize() > 0) {
                    assertArrayEquals(seen.data(),
                        file.buffers().get(tensor.buffer()).toArray(ValueLayout.JAVA_BYTE), tensor.name());
                }
            }
        }
        for (var op : graph.operators()) {
            assertTrue(op.code().isPresent(), op.codeName());
            assertFalse(op.options() instanceof OperatorOptions.Other other && other.table() < 40
                && other.table() != 38, () -> op.codeName() + ": options are not decoded");
        }
    }

    @ParameterizedTest
    @MethodSource("onnx")
    void everyInitializerHasItsBytes(CatalogueModel listed) throws Exception {
        var model = CATALOGUE.require(listed.id());
        var file = OnnxFile.read(model.path());
        long bytes = 0;
        for (var tensor : file.model().getGraph().getInitializerList()) {
            bytes += OnnxTensorData.bytes(tensor, file).byteSize();
        }
        assertTrue(file.model().getGraph().getNodeCount() > 5);
        assertTrue(bytes <= Files.size(model.path()));
    }
}
