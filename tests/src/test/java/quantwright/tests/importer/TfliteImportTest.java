package quantwright.tests.importer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.tflite.BuiltinOperator;
import quantwright.compiler.importer.tflite.TfliteFile;
import quantwright.compiler.importer.tflite.TfliteImporter;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.Constant;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.peer.PeerTensor;
import quantwright.tests.peer.TfLitePeer;

/**
 * Imported TensorFlow Lite models against TensorFlow Lite with XNNPACK off: the same bytes in every tensor of an integer
 * model, 1e-4 relative in every tensor of a float one. The interpreter runs few samples; the compiled code runs many.
 */
class TfliteImportTest {
    private static final ModelCatalogue CATALOGUE = ModelCatalogue.load();

    @TempDir
    private static Path folder;

    static Stream<CatalogueModel> models() {
        return CATALOGUE.all().stream().filter(CatalogueModel::isTfLite);
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyTensorIsThatOfTensorFlowLite(CatalogueModel listed) throws Exception {
        var model = CATALOGUE.require(listed.id());
        var graph = new TfliteImporter().importModel(model.path(), ImportOptions.none(), new DiagnosticSink());
        boolean integer = model.inputType() != NumericType.F32;
        long compared = 0;
        var faults = new ArrayList<String>();
        try (var peer = TfLitePeer.load(model.path(), TfLitePeer.Kernels.BUILTIN)) {
            for (int sample = 0; sample < Integer.getInteger("quantwright.samples", 2); sample++) {
                var input = sample(model, sample, peer.input(0).data().length);
                peer.run(input);
                Map<String, PeerTensor> expected = new HashMap<>();
                peer.allTensors().forEach(t -> expected.put(t.name(), t));
                var seen = trace(graph, input);
                for (var name : computed(model)) {
                    assertTrue(seen.containsKey(name), () -> "no value for " + name);
                    compared += seen.get(name).size();
                    compare(integer, sample, expected.get(name), seen.get(name), faults);
                }
            }
        }
        assertTrue(compared > 1000, () -> "compared too little");
        assertEquals(List.of(), faults);
    }

    /** Names of the tensors that the model's operators compute. */
    private static List<String> computed(CatalogueModel model) throws Exception {
        var graph = TfliteFile.read(model.path()).subgraphs().getFirst();
        var names = new ArrayList<String>();
        for (var operator : graph.operators()) {
            for (int output : operator.outputs()) {
                names.add(graph.tensors().get(output).name());
            }
        }
        return names;
    }

    @Test
    void anOperatorThatIsNotCoveredIsNamed() throws Exception {
        var map = OneOperatorModel.Operand.of(OneOperatorModel.F32, 0, 0, 1, 2, 2, 4);
        var normalization = OneOperatorModel.Operator.of(BuiltinOperator.LOCAL_RESPONSE_NORMALIZATION.ordinal());
        var file = Files.write(folder.resolve("normalized.tflite"),
            OneOperatorModel.write(normalization, List.of(map), map));
        var e = assertThrows(UserErrorException.class,
            () -> new TfliteImporter().importModel(file, ImportOptions.none(), new DiagnosticSink()));
        assertEquals(1, e.diagnostics().size());
        var d = e.diagnostics().getFirst();
        assertEquals(ImportDiagnostic.UNSUPPORTED_OP, d.code());
        assertTrue(d.render().contains("LOCAL_RESPONSE_NORMALIZATION") && d.render().contains("normalized.tflite"),
            d.render());
    }

    /** A damaged model is an error with a code, or another model; never a crash or a hang. */
    @Test
    void corruptedModelsNeverCrash() throws Exception {
        var bytes = Files.readAllBytes(ModelCatalogue.requireFile("data/mlperf-tiny/resnet8_cifar10_int8.tflite"));
        var random = new Random(5);
        int refused = 0;
        for (int round = 0; round < 400; round++) {
            var broken = round % 4 == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes.clone();
            for (int k = random.nextInt(1, 40); k > 0 && broken.length > 0; k--) {
                // Structure lies at both ends of the file, weights between.
                int at = random.nextInt(Math.min(broken.length, 20_000));
                broken[random.nextBoolean() ? at : broken.length - 1 - at] = (byte) random.nextInt();
            }
            var file = Files.write(folder.resolve("broken.tflite"), broken);
            try {
                new TfliteImporter().importModel(file, ImportOptions.none(), new DiagnosticSink());
            } catch (UserErrorException e) {
                refused++;
                assertTrue(e.getMessage().contains("broken.tflite"), e.getMessage());
            }
        }
        assertTrue(refused > 200, "only " + refused + " refused");
    }

    private static byte[] sample(CatalogueModel model, int sample, int bytes) throws Exception {
        if (model.data().isPresent()) {
            return model.evaluationData().bytes(sample);
        }
        var random = new Random(sample);
        var input = new byte[bytes];
        random.nextBytes(input);
        if (model.inputType() == NumericType.F32) {
            var floats = MemorySegment.ofArray(new float[bytes / 4]);
            for (int i = 0; i < bytes / 4; i++) {
                floats.set(ValueLayout.JAVA_FLOAT, 4L * i, (float) random.nextGaussian());
            }
            MemorySegment.copy(floats, 0, MemorySegment.ofArray(input), 0, bytes);
        }
        return input;
    }

    private static Map<String, Tensor> trace(Graph graph, byte[] input) {
        Map<String, Tensor> seen = new HashMap<>();
        var type = graph.inputs().getFirst().type();
        Interpreter.run(graph, List.of(Tensor.unpack(type, MemorySegment.ofArray(input))), (value, tensor) -> {
            if (!value.name().isEmpty() && value.producer() != null
                && !(value.producer().op() instanceof Constant)) {
                seen.put(value.name(), tensor);
            }
        });
        return seen;
    }

    private static void compare(boolean integer, int sample, PeerTensor theirs, Tensor ours, List<String> faults) {
        if (integer) {
            byte[] packed = ours.pack();
            assertEquals(theirs.data().length, packed.length, theirs.name());
            int different = 0;
            for (int i = 0; i < packed.length; i++) {
                different += packed[i] != theirs.data()[i] ? 1 : 0;
            }
            if (different > 0) {
                faults.add("sample " + sample + ", " + theirs.name() + ": " + different + " of " + packed.length
                    + " bytes differ");
            }
            return;
        }
        var expected = theirs.floats();
        var actual = ours.floats();
        float largest = 0;
        float worst = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            worst = Math.max(worst, Math.abs(expected[i] - actual[i]));
        }
        if (!(worst <= 1e-4f * Math.max(largest, 1e-3f))) {
            faults.add("sample " + sample + ", " + theirs.name() + ": off by " + worst + " of " + largest);
        }
    }
}
