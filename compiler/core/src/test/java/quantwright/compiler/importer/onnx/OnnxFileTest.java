package quantwright.compiler.importer.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.compiler.importer.onnx.generated.GraphProto;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.OperatorSetIdProto;
import quantwright.compiler.importer.onnx.generated.StringStringEntryProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;

class OnnxFileTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatWasWritten() throws Exception {
        var model = model(weights());
        var path = write(model.toByteArray());
        assertEquals(model, OnnxFile.read(path).model());
    }

    @Test
    void typedAndRawDataGiveTheSameBytes() throws Exception {
        var typed = TensorProto.newBuilder().setDataType(DataType.FLOAT16_VALUE).addDims(2)
            .addAllInt32Data(List.of(0x3c00, 0xc000)).build();
        var raw = TensorProto.newBuilder().setDataType(DataType.FLOAT16_VALUE).addDims(2)
            .setRawData(ByteString.copyFrom(new byte[] {0, 0x3c, 0, (byte) 0xc0})).build();
        assertArrayEquals(OnnxTensorData.bytes(raw, "m").toArray(ValueLayout.JAVA_BYTE),
            OnnxTensorData.bytes(typed, "m").toArray(ValueLayout.JAVA_BYTE));
        var packed = TensorProto.newBuilder().setDataType(DataType.INT4_VALUE).addDims(3)
            .addAllInt32Data(List.of(0x21, 0x0f)).build();
        assertArrayEquals(new byte[] {0x21, 0x0f}, OnnxTensorData.bytes(packed, "m").toArray(ValueLayout.JAVA_BYTE));
    }

    @Test
    void sizesThatDoNotFitTheShapeAreNamed() {
        var few = weights().toBuilder().addDims(5).build();
        var e = assertThrows(FormatException.class, () -> OnnxTensorData.bytes(few, "m.onnx"));
        assertTrue(e.getMessage().contains("tensor 'w'"), e.getMessage());
        var overflowing = weights().toBuilder().clearDims().addDims(1L << 40).addDims(1L << 40).build();
        assertTrue(assertThrows(FormatException.class, () -> OnnxTensorData.bytes(overflowing, "m.onnx")).getMessage()
            .contains("overflows"));
        var negative = weights().toBuilder().clearDims().addDims(-1).build();
        assertThrows(FormatException.class, () -> OnnxTensorData.bytes(negative, "m.onnx"));
        var text = weights().toBuilder().setDataType(DataType.STRING_VALUE).build();
        assertThrows(FormatException.class, () -> OnnxTensorData.bytes(text, "m.onnx"));
    }

    @Test
    void externalDataStaysInTheModelsFolder() throws Exception {
        var inside = Files.createDirectory(folder.resolve("inside"));
        Files.write(inside.resolve("w.bin"), new byte[] {9, 9, 9, 9, 1, 2, 3, 4});
        Files.write(folder.resolve("secret.bin"), new byte[8]);
        Files.createSymbolicLink(inside.resolve("link.bin"), folder.resolve("secret.bin"));
        var file = new OnnxFile(ModelProto.getDefaultInstance(), inside.resolve("m.onnx"));
        assertArrayEquals(new byte[] {1, 2, 3, 4},
            OnnxTensorData.bytes(external("w.bin", 4, 4), file).toArray(ValueLayout.JAVA_BYTE));
        for (var location : List.of("../secret.bin", folder.resolve("secret.bin").toString(), "link.bin", "absent.bin",
            "sub/../../secret.bin", "")) {
            var e = assertThrows(FormatException.class, () -> OnnxTensorData.bytes(external(location, 0, 4), file));
            assertTrue(e.getMessage().contains("external data"), e.getMessage());
        }
        assertThrows(FormatException.class, () -> OnnxTensorData.bytes(external("w.bin", 5, 4), file));
        assertThrows(FormatException.class, () -> OnnxTensorData.bytes(external("w.bin", -1, 4), file));
        assertThrows(FormatException.class, () -> OnnxTensorData.bytes(external("w.bin", 0, 9), file));
    }

    @Test
    void truncatedAndCorruptedFilesArePlainErrors() throws Exception {
        var bytes = model(weights()).toByteArray();
        var random = new Random(11);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int size = 0; size < bytes.length; size++) {
                outcome(Arrays.copyOf(bytes, size));
            }
            for (int round = 0; round < 20_000; round++) {
                var broken = bytes.clone();
                for (int k = random.nextInt(1, 8); k > 0; k--) {
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt();
                }
                outcome(broken);
            }
        });
        var path = write(Arrays.copyOf(bytes, bytes.length - 3));
        var e = assertThrows(FormatException.class, () -> OnnxFile.read(path));
        assertTrue(e.getMessage().contains("byte "), e.getMessage());
    }

    @Test
    void deepNestingIsRefused() {
        var graph = GraphProto.newBuilder().setName("innermost").build();
        for (int depth = 0; depth < 200; depth++) {
            graph = GraphProto.newBuilder().addNode(NodeProto.newBuilder().addAttribute(
                AttributeProto.newBuilder().setG(graph))).build();
        }
        var bytes = ModelProto.newBuilder().setGraph(graph).build().toByteArray();
        var e = assertThrows(FormatException.class, () -> OnnxFile.parse(ModelProto.parser(), bytes, "deep.onnx"));
        assertTrue(e.getMessage().contains("nest") || e.getMessage().contains("levels"), e.getMessage());
    }

    @Test
    void absentFilesAndFilesWithoutAGraphAreNamed() throws Exception {
        assertTrue(assertThrows(FormatException.class, () -> OnnxFile.read(folder.resolve("no.onnx"))).getMessage()
            .contains("no such file"));
        assertTrue(assertThrows(FormatException.class, () -> OnnxFile.read(folder)).getMessage()
            .contains("not a regular file"));
        var empty = write(new byte[0]);
        assertTrue(assertThrows(FormatException.class, () -> OnnxFile.read(empty)).getMessage().contains("no graph"));
    }

    private static void outcome(byte[] bytes) {
        try {
            var model = OnnxFile.parse(ModelProto.parser(), bytes, "broken.onnx");
            for (var tensor : model.getGraph().getInitializerList()) {
                OnnxTensorData.bytes(tensor, "broken.onnx");
            }
        } catch (FormatException e) {
            assertTrue(e.getMessage().startsWith("broken.onnx"), e.getMessage());
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(Files.createTempFile(folder, "m", ".onnx"), bytes);
    }

    private static TensorProto weights() {
        return TensorProto.newBuilder().setName("w").setDataType(DataType.FLOAT_VALUE).addDims(1).addDims(2)
            .addFloatData(1.5f).addFloatData(-2).build();
    }

    private static TensorProto external(String location, long offset, long count) {
        return TensorProto.newBuilder().setName("w").setDataType(DataType.INT8_VALUE).addDims(count)
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue(location))
            .addExternalData(StringStringEntryProto.newBuilder().setKey("offset").setValue(Long.toString(offset)))
            .build();
    }

    private static ModelProto model(TensorProto initializer) {
        return ModelProto.newBuilder().setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(13))
            .setGraph(GraphProto.newBuilder().setName("g").addInitializer(initializer)
                .addNode(NodeProto.newBuilder().setOpType("Relu").setName("n").addInput("w").addOutput("y")
                    .addAttribute(AttributeProto.newBuilder().setName("a").addInts(-1).addInts(300)))).build();
    }
}
