package quantwright.tests.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quantwright.tests.onnx.ModelBuilder.floats;
import static quantwright.tests.onnx.ModelBuilder.ints;
import static quantwright.tests.onnx.ModelBuilder.longs;
import static quantwright.tests.onnx.ModelBuilder.noise;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.importer.onnx.OnnxImporter;
import quantwright.compiler.importer.onnx.generated.GraphProto;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.StringStringEntryProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.ir.Graph;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.type.Shape;
import quantwright.tests.catalogue.ModelCatalogue;

/** Models that are wrong, hostile or not supported give coded diagnostics, all of them, and nothing else. */
class OnnxBadInputTest {
    private static final long[] NONE = {};

    @TempDir
    Path folder;

    private Path write(ModelBuilder model) throws IOException {
        return Files.write(Files.createTempFile(folder, "m", ".onnx"), model.build().toByteArray());
    }

    private static Graph load(Path file, ImportOptions options) {
        return new OnnxImporter().importModel(file, options, new DiagnosticSink());
    }

    private static List<Diagnostic> faults(Path file, ImportOptions options) {
        return assertThrows(UserErrorException.class, () -> load(file, options)).diagnostics();
    }

    /** The model has exactly this fault, whose text holds all the words. */
    private void fault(ImportDiagnostic code, ModelBuilder model, String... words) throws IOException {
        fault(code, write(model), ImportOptions.none(), words);
    }

    private static void fault(ImportDiagnostic code, Path file, ImportOptions options, String... words) {
        List<Diagnostic> all = faults(file, options);
        assertEquals(List.of(code), all.stream().map(Diagnostic::code).toList(), all::toString);
        for (String word : words) {
            assertTrue(all.get(0).render().contains(word), () -> all.get(0).render() + " lacks " + word);
        }
    }

    private static ModelBuilder simple(String opType, Object... attributes) {
        return new ModelBuilder(13).input("x", 1, 2, 4, 4).node(opType, "x", "y", attributes).output("y");
    }

    @Test
    void filesThatCannotBeRead() throws Exception {
        fault(ImportDiagnostic.UNREADABLE_FILE, folder.resolve("absent.onnx"), ImportOptions.none(), "no such file");
        fault(ImportDiagnostic.UNREADABLE_FILE, folder, ImportOptions.none(), "regular file");
        Path text = Files.writeString(folder.resolve("text.onnx"), "this is not a model");
        fault(ImportDiagnostic.CORRUPT_FILE, text, ImportOptions.none());
        Path empty = Files.write(folder.resolve("empty.onnx"), new byte[0]);
        fault(ImportDiagnostic.CORRUPT_FILE, empty, ImportOptions.none(), "no graph");
    }

    @Test
    void operatorSetsOutsideTheRange() throws Exception {
        for (int opset : new int[] {6, 29}) {
            fault(ImportDiagnostic.UNSUPPORTED_VERSION, new ModelBuilder(opset).input("x", 1).node("Relu", "x", "y")
                    .output("y"), "operator set " + opset, "7 to 28");
        }
    }

    @Test
    void everyUnsupportedOperatorIsNamedInOneGo() throws Exception {
        var model = new ModelBuilder(13).input("x", 1, 4).node("Relu", "x", "a").node("Einsum", "a", "b")
                .node("Sqrt", "b", "c").node("GridSample", "c", "d").output("d");
        model.graph().addNode(ModelBuilder.nodeOf("com.example", "Magic", "d", "e"));
        List<Diagnostic> all = faults(write(model), ImportOptions.none());
        assertEquals(3, all.size(), all::toString);
        assertTrue(all.stream().allMatch(d -> d.code() == ImportDiagnostic.UNSUPPORTED_OP));
        assertTrue(all.get(0).render().contains("Einsum node \"n_b\" #1"), all.get(0).render());
        assertTrue(all.get(1).render().contains("GridSample node \"n_d\" #3"), all.get(1).render());
        assertTrue(all.get(2).render().contains("'com.example'"), all.get(2).render());
    }

    @Test
    void symbolicDimensions() throws Exception {
        var file = write(new ModelBuilder(13).input("x", "N", 3, "H", 8).node("Relu", "x", "y").output("y"));
        fault(ImportDiagnostic.UNBOUND_DIMENSION, file, ImportOptions.none(), "'H'", "axis 2", "'x'", "--dim H=");
        fault(ImportDiagnostic.BAD_BINDING, file, ImportOptions.none().withDim("H", 4).withDim("W", 4), "'W'", "H, N");
        fault(ImportDiagnostic.BAD_BINDING, file, ImportOptions.none().withDim("H", 4).withDim("N", 0), "'N'", "0");
        assertEquals(Shape.of(1, 3, 6, 8),
                load(file, ImportOptions.none().withDim("H", 6)).outputs().get(0).type().shape());
        assertEquals(Shape.of(5, 3, 6, 8),
                load(file, ImportOptions.none().withDim("H", 6).withDim("N", 5)).outputs().get(0).type().shape());
        var named = write(new ModelBuilder(13).input("x", 2, "").node("Relu", "x", "y").output("y"));
        fault(ImportDiagnostic.UNBOUND_DIMENSION, named, ImportOptions.none(), "'x:1'");
        assertEquals(Shape.of(2, 7),
                load(named, ImportOptions.none().withDim("x:1", 7)).inputs().get(0).type().shape());
    }

    @Test
    void fixedInputs() throws Exception {
        var file = write(new ModelBuilder(13).input("x", 2, 3).input("s", DataType.INT64, 1)
                .node("Reshape", "x,s", "y").output("y"));
        fault(ImportDiagnostic.NOT_CONSTANT, file, ImportOptions.none(), "operand 1 (shape)", "'s'");
        var six = ConstantData.of(Tensor.of(quantwright.ir.type.TensorType.of(quantwright.ir.type.ScalarType.I64, 1),
                new long[] {6}));
        Graph graph = load(file, ImportOptions.none().withFixedInput("s", six));
        assertEquals(1, graph.inputs().size());
        assertEquals(Shape.of(6), graph.outputs().get(0).type().shape());
        fault(ImportDiagnostic.BAD_BINDING, file,
                ImportOptions.none().withFixedInput("s", six).withFixedInput("q", six), "'q'");
    }

    @Test
    void externalDataOutsideTheFolderOrIncomplete() throws Exception {
        Files.write(folder.resolve("w.bin"), new byte[16]);
        Path outside = Files.write(Files.createTempFile("outside", ".bin"), new byte[16]);
        try {
            Files.createSymbolicLink(folder.resolve("link.bin"), outside);
            for (String location : List.of("absent.bin", "../" + outside.getFileName(), outside.toString(),
                    "link.bin")) {
                fault(ImportDiagnostic.EXTERNAL_DATA, external(location, 0), "'w'");
            }
            fault(ImportDiagnostic.EXTERNAL_DATA, external("w.bin", 8), "'w'");
            assertEquals(1, load(write(external("w.bin", 0)), ImportOptions.none()).inputs().size());
        } finally {
            Files.delete(outside);
        }
    }

    private static ModelBuilder external(String location, long offset) {
        return new ModelBuilder(13).input("x", 4).constant(TensorProto.newBuilder().setName("w").addDims(4)
                .setDataType(DataType.FLOAT_VALUE).setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
                .addExternalData(StringStringEntryProto.newBuilder().setKey("offset").setValue("" + offset)).build())
                .node("Add", "x,w", "y").output("y");
    }

    @Test
    void tensorsThatDoNotFitTheirShape() throws Exception {
        for (TensorProto tensor : List.of(
                floats("w", new long[] {4}, 1, 2, 3), floats("w", new long[] {-1}, 1),
                floats("w", new long[] {1L << 40}, 1),
                floats("w", new long[] {1L << 31, 1L << 31, 1L << 31}, 1),
                TensorProto.newBuilder().setName("w").setDataType(DataType.FLOAT_VALUE).addDims(4).build())) {
            List<Diagnostic> all = faults(write(new ModelBuilder(13).input("x", 4).constant(tensor)
                    .node("Add", "x,w", "y").output("y")), ImportOptions.none());
            assertTrue(List.of(ImportDiagnostic.BAD_TENSOR, ImportDiagnostic.BAD_SHAPE).contains(all.get(0).code()),
                    all::toString);
            assertTrue(all.get(0).render().contains("'w'"), all::toString);
        }
        fault(ImportDiagnostic.UNSUPPORTED_TYPE, new ModelBuilder(13).input("x", 4).constant(TensorProto.newBuilder()
                .setName("w").addDims(1).setDataType(DataType.FLOAT8E5M2_VALUE)
                .setRawData(ByteString.copyFrom(new byte[1])).build()).node("Add", "x,w", "y").output("y"),
                "FLOAT8E5M2");
        fault(ImportDiagnostic.BAD_SHAPE, new ModelBuilder(13).input("x", -4, 2).node("Relu", "x", "y").output("y"),
                "-4");
    }

    @Test
    void graphsThatAreNotWellFormed() throws Exception {
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "b", "a")
                .node("Relu", "a", "b").output("b"), "'b'", "node #1", "cycle");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "nowhere", "y").output("y"),
                "'nowhere' is defined nowhere");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Add", "x,y", "y").output("y"),
                "own");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "x", "y")
                .node("Neg", "x", "y").output("y"), "second time");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "x", "y").output("z"), "'z'");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "x", "y"), "no outputs");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Add", "x", "y").output("y"),
                "operand 1");
        fault(ImportDiagnostic.BAD_GRAPH, new ModelBuilder(13).input("x", 1).node("Relu", "x", "y")
                .output("y", DataType.INT32), "declared");
    }

    @Test
    void attributesThatDoNotFit() throws Exception {
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("LeakyRelu", "alpha", 1L), "'alpha'", "FLOAT");
        fault(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, simple("Relu", "magic", 1L), "'magic'");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool"), "'kernel_shape' is missing");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool", "kernel_shape", new long[] {0, 1}), "kernel_shape");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool", "kernel_shape", new long[] {1L << 40, 1}),
                "out of range");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool", "kernel_shape", new long[] {3, 3}, "dilations",
                new long[] {1 << 28, 1 << 28}), "dilations");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool", "kernel_shape", new long[] {2, 2}, "pads",
                new long[] {-1, 0, 0, 0}), "pads");
        fault(ImportDiagnostic.BAD_ATTRIBUTE, simple("MaxPool", "kernel_shape", new long[] {2, 2}, "auto_pad", "MAYBE"),
                "MAYBE");
        fault(ImportDiagnostic.BAD_SHAPE, simple("MaxPool", "kernel_shape", new long[] {5, 5}), "does not fit");
        fault(ImportDiagnostic.BAD_SHAPE, simple("Transpose", "perm", new long[] {0, 0, 1, 2}), "permutation");
        fault(ImportDiagnostic.BAD_SHAPE, simple("Concat", "axis", 9L), "axis 9");
        fault(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, simple("Resize", "mode", "cubic"), "cubic");
        fault(ImportDiagnostic.BAD_SHAPE, new ModelBuilder(13).input("x", 1, 3, 4, 4).constant(noise("w", 2, 2, 3, 3))
                .node("Conv", "x,w", "y").output("y"), "channels");
        fault(ImportDiagnostic.BAD_SHAPE, new ModelBuilder(13).input("x", 2, 3).constant(longs("s", 4, -1))
                .node("Reshape", "x,s", "y").output("y"), "2x3");
        fault(ImportDiagnostic.BAD_SHAPE, new ModelBuilder(13).input("x", 2, 3).constant(longs("s", Long.MAX_VALUE, 16))
                .node("Reshape", "x,s", "y").output("y"));
    }

    @Test
    void quantizationParametersThatAreNotValid() throws Exception {
        for (float scale : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY}) {
            fault(ImportDiagnostic.BAD_QUANTIZATION,
                    quantize(floats("s", NONE, scale), ints("z", DataType.UINT8, NONE, 3)), "scale");
        }
        fault(ImportDiagnostic.BAD_QUANTIZATION, quantize(floats("s", new long[] {2}, 1, 1),
                ints("z", DataType.UINT8, new long[] {2}, 1, 2)), "2 scales");
        fault(ImportDiagnostic.BAD_QUANTIZATION, quantize(floats("s", new long[] {3}, 1, 1, 1),
                ints("z", DataType.UINT8, new long[] {2}, 1, 2)), "2 zero points");
        fault(ImportDiagnostic.NOT_CONSTANT, new ModelBuilder(13).input("x", 2, 3).input("s")
                .node("QuantizeLinear", "x,s", "y").output("y", DataType.UINT8), "'s'", "scale");
    }

    private static ModelBuilder quantize(TensorProto scale, TensorProto zero) {
        return new ModelBuilder(13).input("x", 2, 3).constant(scale).constant(zero)
                .node("QuantizeLinear", "x,s,z", "y").output("y", DataType.UINT8);
    }

    @Test
    void memoryStaysBounded() throws Exception {
        fault(ImportDiagnostic.TOO_LARGE, fill(1L << 20, 1L << 20), "fills");
        fault(ImportDiagnostic.BAD_SHAPE, fill(1L << 40), "out of range");
        fault(ImportDiagnostic.BAD_SHAPE, fill(1L << 30, 1L << 30, 1L << 30), "too many");
        fault(ImportDiagnostic.TOO_LARGE, new ModelBuilder(13).input("x", 1).constant(longs("a", NONE, 0))
                .constant(longs("b", NONE, 1L << 40)).constant(longs("c", NONE, 1)).node("Range", "a,b,c", "r")
                .node("Cast", "r", "f", "to", 1L).node("Add", "x,f", "y").output("y"), "range");
        // Doubling a constant thirty times: folding stops where it would exceed what the file's size allows.
        var doubling = new ModelBuilder(13).input("x", 1).constant(noise("c0", 1024));
        for (int i = 0; i < 30; i++) {
            doubling.node("Concat", "c" + i + ",c" + i, "c" + (i + 1), "axis", 0L);
        }
        doubling.node("Shape", "c20", "s").node("Cast", "s", "f", "to", 1L).node("Add", "x,f", "y").output("y");
        var file = write(doubling);
        List<Diagnostic> all = faults(file, ImportOptions.none());
        assertTrue(all.stream().allMatch(d -> d.code() == ImportDiagnostic.BAD_SHAPE), all::toString);
    }

    private static ModelBuilder fill(long... shape) {
        return new ModelBuilder(13).input("x", 1).constant(longs("n", shape))
                .node("ConstantOfShape", "n", "c").node("Add", "x,c", "y").output("y");
    }

    @Test
    void nestedGraphsAreRefusedWithoutRecursion() throws Exception {
        var graph = GraphProto.newBuilder().setName("innermost").build();
        for (int depth = 0; depth < 10; depth++) {
            NodeProto node = ModelBuilder.nodeOf("", "If", "c", "y", "then_branch", graph);
            graph = GraphProto.newBuilder().setName("level").addNode(node).build();
        }
        fault(ImportDiagnostic.UNSUPPORTED_OP, simple("If", "then_branch", graph), "If");
        for (int depth = 0; depth < 200; depth++) {
            NodeProto node = ModelBuilder.nodeOf("", "If", "c", "y", "then_branch", graph);
            graph = GraphProto.newBuilder().setName("level").addNode(node).build();
        }
        fault(ImportDiagnostic.CORRUPT_FILE, simple("If", "then_branch", graph));
    }

    @Test
    void truncatedAndDamagedModelsGiveDiagnosticsOnly() throws Exception {
        byte[] whole = Files.readAllBytes(ModelCatalogue.requireFile("data/mlperf-tiny/kws_dscnn_fp32.onnx"));
        var random = new Random(17);
        assertTimeoutPreemptively(Duration.ofSeconds(90), () -> {
            Path file = folder.resolve("damaged.onnx");
            for (int k = 0; k < 60; k++) {
                outcome(Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length))));
            }
            for (int k = 0; k < 400; k++) {
                byte[] damaged = whole.clone();
                for (int n = random.nextInt(1, 20); n > 0; n--) {
                    // Most bytes are weights; the structure lies at the start.
                    int at = random.nextInt(random.nextBoolean() ? Math.min(6000, damaged.length) : damaged.length);
                    damaged[at] = (byte) random.nextInt();
                }
                outcome(Files.write(file, damaged));
            }
        });
    }

    @Test
    void damagedOperatorsGiveDiagnosticsOnly() throws Exception {
        Path zip = ModelCatalogue.requireFile("data/conformance/onnx-node-vectors.zip");
        List<byte[]> models = new ArrayList<>();
        try (var files = FileSystems.newFileSystem(zip)) {
            for (Path folder : NodeVectors.cases(files.getPath("/"))) {
                models.add(Files.readAllBytes(folder.resolve("model.onnx")));
            }
        }
        var random = new Random(23);
        assertTimeoutPreemptively(Duration.ofSeconds(90), () -> {
            Path file = folder.resolve("damaged.onnx");
            for (int k = 0; k < 10 * models.size(); k++) {
                byte[] damaged = models.get(k % models.size()).clone();
                for (int n = random.nextInt(1, 5); n > 0; n--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                }
                outcome(Files.write(file, damaged));
            }
        });
    }

    private static void outcome(Path file) {
        try {
            load(file, ImportOptions.none());
        } catch (UserErrorException e) {
            assertTrue(e.diagnostics().stream().allMatch(d -> d.code() instanceof ImportDiagnostic), e::getMessage);
        }
    }
}
