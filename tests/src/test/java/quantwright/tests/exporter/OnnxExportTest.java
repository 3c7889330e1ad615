package quantwright.tests.exporter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.exporter.ExportDiagnostic;
import quantwright.compiler.exporter.OnnxExporter;
import quantwright.compiler.exporter.OnnxFormat;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.type.ScalarType;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.differential.CatalogueFeeds;
import quantwright.tests.peer.OnnxRuntimePeer;
import quantwright.tests.peer.PeerTensor;

/**
 * Catalogue models, quantized, exported in both ONNX formats: read back they give the same bytes under the interpreter,
 * and ONNX Runtime gives nearly the same.
 */
class OnnxExportTest {
    private static final int SAMPLES = 4;
    /** What one step of rounding inside a network makes of its outputs, by experience below 0.03. */
    private static final float MOST_DIFFERING = 0.06f;
    /** Floats closer than this share of the largest are the same; integers are further apart. */
    private static final float ROUNDING = 1e-5f;
    /** The interpreter takes minutes for the largest networks; these have every form there is. */
    private static final List<String> MODELS = List.of("glyphs", "kws-fp32", "kws-int8", "resnet8-fp32", "resnet8-int8",
            "vww-int8", "ad01-fp32", "ad01-int8", "resnet20", "mobilenet-v1-025", "squeezenet", "tiny-darknet",
            "mobilenet-v2-int8", "ultraface", "super-resolution", "light-shufflenet");

    @TempDir
    Path folder;

    static Stream<String> models() {
        return MODELS.stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void readBackItComputesTheSameBytes(String id) throws Exception {
        CatalogueModel entry = ModelCatalogue.load().require(id);
        Quantwright qw = Quantwright.discover();
        Model model = qw.load(entry.path(), ImportOptions.none(), new DiagnosticSink());
        ModelFeed feed = CatalogueFeeds.of(entry, model, SAMPLES);
        boolean own = model.isQuantized();
        if (!own) {
            HardwareProfile profile = new ProfileCatalogue().find("x86-avx512-vnni");
            model = model.quantize(feed, QuantizationOptions.standard().withViews(0), profile, new DiagnosticSink(),
                    Progress.SILENT);
        }
        for (OnnxFormat format : OnnxFormat.values()) {
            DiagnosticSink sink = new DiagnosticSink();
            byte[] bytes = OnnxExporter.export(model.graph(), format, sink);
            assertTrue(Arrays.equals(bytes, OnnxExporter.export(model.graph(), format, new DiagnosticSink())));
            Path file = folder.resolve(format.text() + ".onnx");
            Files.write(file, bytes);
            Model back = qw.load(file, ImportOptions.none(), sink);
            // The rounding of TensorFlow Lite is not ONNX's: those files come back with a warning and other bytes.
            assertEquals(own ? List.of(ExportDiagnostic.OTHER_ROUNDING) : List.of(),
                    sink.all().stream().map(d -> d.code()).toList());
            compare(id + " " + format.text(), model.graph(), back.graph(), feed, bytes, own);
        }
    }

    private static void compare(String what, Graph graph, Graph back, ModelFeed feed, byte[] file, boolean otherRounding)
            throws Exception {
        Difference difference = new Difference();
        int agree = 0;
        try (OnnxRuntimePeer peer = OnnxRuntimePeer.load(file, OnnxRuntimePeer.Optimization.ALL)) {
            for (int i = 0; i < SAMPLES; i++) {
                List<Tensor> inputs = feed.inputs(i);
                List<Tensor> actual = Interpreter.run(back, typed(inputs, back), null);
                if (!otherRounding && i == 0) {
                    List<Tensor> expected = Interpreter.run(graph, inputs, null);
                    for (int k = 0; k < expected.size(); k++) {
                        assertEquals(0, expected.get(k).countDifferences(actual.get(k)), what + " output " + k);
                    }
                }
                List<PeerTensor> theirs = List.copyOf(peer.run(fed(graph, inputs)).values());
                assertEquals(actual.size(), theirs.size());
                for (int k = 0; k < actual.size(); k++) {
                    difference.add(reals(actual.get(k)), reals(theirs.get(k)));
                }
                agree += argMax(reals(actual.getFirst())) == argMax(reals(theirs.getFirst())) ? 1 : 0;
            }
        }
        System.out.printf("%s: ONNX Runtime differs in %d of %d elements, at most by %.4f of the largest; same top-1 in"
                + " %d of %d%n", what, difference.differing, difference.elements, difference.most, agree, SAMPLES);
        assertTrue(difference.most <= MOST_DIFFERING, what + ": an element differs by " + difference.most);
        assertTrue(agree >= SAMPLES - 1, what + ": top-1 agrees in " + agree);
    }

    /** Inputs under the types of a graph, whose plain integers have no scale. */
    private static List<Tensor> typed(List<Tensor> inputs, Graph graph) {
        return IntStream.range(0, inputs.size())
                .mapToObj(i -> inputs.get(i).withType(graph.inputs().get(i).type().canonical())).toList();
    }

    /** How far two runtimes are apart. */
    private static final class Difference {
        private long elements;
        private long differing;
        private float most;

        void add(float[] a, float[] b) {
            float largest = 0;
            for (float v : a) {
                largest = Math.max(largest, Math.abs(v));
            }
            for (int i = 0; i < a.length; i++) {
                float d = Math.abs(a[i] - b[i]) / largest;
                elements++;
                differing += d > ROUNDING ? 1 : 0;
                most = Math.max(most, d);
            }
        }
    }

    private static float[] reals(Tensor t) {
        return t.type().storage() == ScalarType.F32 ? t.floats() : bytes(t.pack(), t.type().storage() == ScalarType.U8);
    }

    private static float[] reals(PeerTensor t) {
        return t.type().equals("FLOAT32") ? t.floats() : bytes(t.data(), t.type().equals("UINT8"));
    }

    private static float[] bytes(byte[] stored, boolean unsigned) {
        float[] out = new float[stored.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = unsigned ? stored[i] & 0xff : stored[i];
        }
        return out;
    }

    private static Map<String, PeerTensor> fed(Graph graph, List<Tensor> inputs) {
        Map<String, PeerTensor> fed = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Value v = graph.inputs().get(i);
            String type = switch (v.type().storage()) {
                case F32 -> "FLOAT32";
                case I8 -> "INT8";
                case U8 -> "UINT8";
                default -> throw new IllegalStateException("no input of type " + v.type().storage());
            };
            long[] dims = Arrays.stream(v.type().shape().toArray()).asLongStream().toArray();
            fed.put(v.name(), new PeerTensor(v.name(), type, dims, inputs.get(i).pack(), new float[0], new int[0], 0));
        }
        return fed;
    }

    private static int argMax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}
