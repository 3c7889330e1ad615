package quantwright.compiler.importer.tflite;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.flatbuffers.FlatBufferBuilder;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.compiler.importer.FormatException;

class TfliteFileTest {
    @Test
    void readsAModelWithOneFullyConnectedLayer() throws FormatException {
        var file = parse(model());
        assertEquals("made by a test", file.description());
        var graph = file.subgraphs().getFirst();
        assertArrayEquals(new int[] {0}, graph.inputs());
        assertArrayEquals(new int[] {2}, graph.outputs());
        var weights = graph.tensors().get(1);
        assertEquals("w", weights.name());
        assertEquals(TfliteType.INT8, weights.type());
        assertArrayEquals(new int[] {2, 3}, weights.shape());
        var q = weights.quantization().orElseThrow();
        assertArrayEquals(new float[] {0.5f, 0.25f}, q.scale());
        assertArrayEquals(new long[] {0, 0}, q.zeroPoint());
        var data = file.buffers().get(weights.buffer());
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, data.toArray(ValueLayout.JAVA_BYTE));
        var op = graph.operators().getFirst();
        assertEquals(BuiltinOperator.FULLY_CONNECTED, op.code().orElseThrow());
        assertArrayEquals(new int[] {0, 1, -1}, op.inputs());
        assertEquals(new OperatorOptions.FullyConnected(Activation.RELU, 0, true), op.options());
    }

    @Test
    void everyTruncationIsAPlainError() {
        var bytes = model();
        for (int size = 0; size < bytes.length; size++) {
            int length = size;
            // The last bytes of a flatbuffer may be padding; everything shorter must be noticed or harmless.
            var outcome = outcome(Arrays.copyOf(bytes, length));
            assertTrue(outcome == null || !outcome.reason().isEmpty());
        }
        assertThrows(FormatException.class, () -> parse(Arrays.copyOf(bytes, bytes.length / 2)));
    }

    @Test
    void everyCorruptedByteIsAPlainErrorOrAnotherModel() {
        var bytes = model();
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < bytes.length; i++) {
                for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
                    var broken = bytes.clone();
                    broken[i] = (byte) value;
                    outcome(broken);
                }
            }
            var random = new Random(7);
            for (int round = 0; round < 20_000; round++) {
                var broken = bytes.clone();
                for (int k = random.nextInt(1, 8); k > 0; k--) {
                    broken[random.nextInt(broken.length)] = (byte) random.nextInt();
                }
                outcome(broken);
            }
        });
    }

    @Test
    void sharedPartsDoNotUnfold() {
        // 20,000 subgraphs that are all the same table with 20,000 tensors: 400 million tensors out of 160 kB.
        var b = new FlatBufferBuilder();
        int name = b.createString("t");
        b.startTable(11);
        b.addOffset(3, name, 0);
        int tensor = b.endTable();
        var tensors = new int[20_000];
        Arrays.fill(tensors, tensor);
        int tensorList = vector(b, tensors);
        b.startTable(6);
        b.addOffset(0, tensorList, 0);
        int graph = b.endTable();
        var graphs = new int[20_000];
        Arrays.fill(graphs, graph);
        int graphList = vector(b, graphs);
        b.startTable(1);
        int buffer = b.endTable();
        int buffers = vector(b, buffer);
        b.startTable(9);
        b.addInt(0, 3, 0);
        b.addOffset(2, graphList, 0);
        b.addOffset(4, buffers, 0);
        b.finish(b.endTable(), "TFL3");
        var bytes = b.sizedByteArray();
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            var e = assertThrows(FormatException.class, () -> parse(bytes));
            assertTrue(e.reason().contains("overlap"), e.getMessage());
        });
    }

    @Test
    void anotherSchemaVersionIsRefusedWithAHint() {
        var b = new FlatBufferBuilder();
        b.startTable(9);
        b.addInt(0, 2, 0);
        b.finish(b.endTable(), "TFL3");
        var e = assertThrows(FormatException.class, () -> parse(b.sizedByteArray()));
        assertTrue(e.getMessage().contains("schema version 2"), e.getMessage());
        assertTrue(e.hint().contains("convert"), e.hint());
    }

    @Test
    void anotherFormatIsNamed() {
        var e = assertThrows(FormatException.class, () -> parse("PK\u0003\u0004 not a model at all".getBytes()));
        assertTrue(e.getMessage().contains("TensorFlow Lite"), e.getMessage());
    }

    /** The error, or null when the bytes still are a model; any other exception escapes and fails the test. */
    private static FormatException outcome(byte[] bytes) {
        try {
            parse(bytes);
            return null;
        } catch (FormatException e) {
            return e;
        }
    }

    private static TfliteFile parse(byte[] bytes) throws FormatException {
        return TfliteFile.parse(MemorySegment.ofArray(bytes), "test.tflite");
    }

    private static int vector(FlatBufferBuilder b, int... offsets) {
        b.startVector(4, offsets.length, 4);
        for (int i = offsets.length - 1; i >= 0; i--) {
            b.addOffset(offsets[i]);
        }
        return b.endVector();
    }

    private static int ints(FlatBufferBuilder b, int... values) {
        b.startVector(4, values.length, 4);
        for (int i = values.length - 1; i >= 0; i--) {
            b.addInt(values[i]);
        }
        return b.endVector();
    }

    private static int tensor(FlatBufferBuilder b, String name, int type, int buffer, int quantization, int... shape) {
        int nameOffset = b.createString(name);
        int shapeOffset = ints(b, shape);
        b.startTable(11);
        b.addOffset(0, shapeOffset, 0);
        b.addByte(1, (byte) type, 0);
        b.addInt(2, buffer, 0);
        b.addOffset(3, nameOffset, 0);
        b.addOffset(4, quantization, 0);
        return b.endTable();
    }

    /** y[1,2] = relu(x[1,3] * w[2,3]), weights quantized per axis. */
    static byte[] model() {
        var b = new FlatBufferBuilder();
        int description = b.createString("made by a test");
        b.startTable(4);
        b.addByte(0, (byte) BuiltinOperator.FULLY_CONNECTED.ordinal(), 0);
        b.addInt(2, 4, 1);
        b.addInt(3, BuiltinOperator.FULLY_CONNECTED.ordinal(), 0);
        int codes = vector(b, b.endTable());
        int data = b.createByteVector(new byte[] {1, 2, 3, 4, 5, 6});
        b.startTable(3);
        int empty = b.endTable();
        b.startTable(3);
        b.addOffset(0, data, 0);
        int filled = b.endTable();
        int buffers = vector(b, empty, filled);
        b.startVector(4, 2, 4);
        b.addFloat(0.25f);
        b.addFloat(0.5f);
        int scales = b.endVector();
        b.startVector(8, 2, 8);
        b.addLong(0);
        b.addLong(0);
        int zeros = b.endVector();
        b.startTable(7);
        b.addOffset(2, scales, 0);
        b.addOffset(3, zeros, 0);
        int quantization = b.endTable();
        int tensors = vector(b, tensor(b, "x", 0, 0, 0, 1, 3), tensor(b, "w", 9, 1, quantization, 2, 3),
            tensor(b, "y", 0, 0, 0, 1, 2));
        b.startTable(5);
        b.addByte(0, (byte) Activation.RELU.ordinal(), 0);
        b.addBoolean(2, true, false);
        int options = b.endTable();
        int opInputs = ints(b, 0, 1, -1);
        int opOutputs = ints(b, 2);
        b.startTable(13);
        b.addOffset(1, opInputs, 0);
        b.addOffset(2, opOutputs, 0);
        b.addByte(3, (byte) 8, 0);
        b.addOffset(4, options, 0);
        int operators = vector(b, b.endTable());
        int graphInputs = ints(b, 0);
        int graphOutputs = ints(b, 2);
        b.startTable(6);
        b.addOffset(0, tensors, 0);
        b.addOffset(1, graphInputs, 0);
        b.addOffset(2, graphOutputs, 0);
        b.addOffset(3, operators, 0);
        int graphs = vector(b, b.endTable());
        b.startTable(10);
        b.addInt(0, 3, 0);
        b.addOffset(1, codes, 0);
        b.addOffset(2, graphs, 0);
        b.addOffset(3, description, 0);
        b.addOffset(4, buffers, 0);
        b.finish(b.endTable(), "TFL3");
        return b.sizedByteArray();
    }
}
