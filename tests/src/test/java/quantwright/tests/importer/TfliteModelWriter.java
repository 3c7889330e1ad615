package quantwright.tests.importer;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import quantwright.compiler.importer.tflite.BuiltinOperator;
import quantwright.compiler.importer.tflite.TfliteType;

/** Writes small TensorFlow Lite models, so that one operator at a time can be held against the runtime. */
final class TfliteModelWriter {
    private record TensorEntry(String name, TfliteType type, int[] shape, float[] scales, long[] zeros, int axis,
                               byte[] data) {
    }

    private record OperatorEntry(BuiltinOperator code, int[] inputs, int[] outputs, int optionsTable,
                                 int optionsFields, Consumer<FlatBufferBuilder> options) {
    }

    private final List<TensorEntry> tensors = new ArrayList<>();
    private final List<OperatorEntry> operators = new ArrayList<>();
    private final List<Integer> inputs = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();

    /** Adds a tensor that is computed, or an input. */
    int tensor(String name, TfliteType type, float scale, int zero, int... shape) {
        boolean quantized = scale > 0;
        return add(new TensorEntry(name, type, shape, quantized ? new float[] {scale} : new float[0],
            quantized ? new long[] {zero} : new long[0], 0, null));
    }

    int input(String name, TfliteType type, float scale, int zero, int... shape) {
        int index = tensor(name, type, scale, zero, shape);
        inputs.add(index);
        return index;
    }

    int output(String name, TfliteType type, float scale, int zero, int... shape) {
        int index = tensor(name, type, scale, zero, shape);
        outputs.add(index);
        return index;
    }

    int ints(String name, int[] shape, int... values) {
        var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return add(new TensorEntry(name, TfliteType.INT32, shape, new float[0], new long[0], 0, bytes.array()));
    }

    int floats(String name, float[] values, int... shape) {
        var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return add(new TensorEntry(name, TfliteType.FLOAT32, shape, new float[0], new long[0], 0, bytes.array()));
    }

    /** Constant integers with quantization along an axis, or for the whole tensor with one scale. */
    int quantized(String name, TfliteType type, byte[] data, float[] scales, int axis, int... shape) {
        return add(new TensorEntry(name, type, shape, scales, new long[scales.length], axis, data));
    }

    private int add(TensorEntry entry) {
        tensors.add(entry);
        return tensors.size() - 1;
    }

    /** Adds an operator; {@code table} is the number of its options in the schema's union, 0 for none. */
    void operator(BuiltinOperator code, int[] in, int[] out, int table, int fields, Consumer<FlatBufferBuilder> options) {
        operators.add(new OperatorEntry(code, in, out, table, fields, options));
    }

    byte[] write() {
        var b = new FlatBufferBuilder(1024);
        var codes = operators.stream().mapToInt(o -> {
            b.startTable(4);
            b.addByte(0, (byte) Math.min(o.code().ordinal(), 127), 0);
            b.addInt(2, 1, 0);
            b.addInt(3, o.code().ordinal(), 0);
            return b.endTable();
        }).toArray();
        int codeList = vector(b, codes);
        var buffers = new ArrayList<Integer>();
        buffers.add(buffer(b, null));
        var tensorTables = new int[tensors.size()];
        for (int i = 0; i < tensorTables.length; i++) {
            var t = tensors.get(i);
            int buffer = 0;
            if (t.data() != null) {
                buffer = buffers.size();
                buffers.add(buffer(b, t.data()));
            }
            tensorTables[i] = tensor(b, t, buffer);
        }
        int tensorList = vector(b, tensorTables);
        var operatorTables = new int[operators.size()];
        for (int i = 0; i < operatorTables.length; i++) {
            operatorTables[i] = operator(b, operators.get(i), i);
        }
        int operatorList = vector(b, operatorTables);
        int inputList = intVector(b, inputs.stream().mapToInt(Integer::intValue).toArray());
        int outputList = intVector(b, outputs.stream().mapToInt(Integer::intValue).toArray());
        b.startTable(6);
        b.addOffset(0, tensorList, 0);
        b.addOffset(1, inputList, 0);
        b.addOffset(2, outputList, 0);
        b.addOffset(3, operatorList, 0);
        int graphs = vector(b, b.endTable());
        int bufferList = vector(b, buffers.stream().mapToInt(Integer::intValue).toArray());
        b.startTable(10);
        b.addInt(0, 3, 0);
        b.addOffset(1, codeList, 0);
        b.addOffset(2, graphs, 0);
        b.addOffset(4, bufferList, 0);
        b.finish(b.endTable(), "TFL3");
        return b.sizedByteArray();
    }

    private static int buffer(FlatBufferBuilder b, byte[] data) {
        int bytes = 0;
        if (data != null) {
            b.startVector(1, data.length, 16);
            for (int i = data.length - 1; i >= 0; i--) {
                b.addByte(data[i]);
            }
            bytes = b.endVector();
        }
        b.startTable(3);
        b.addOffset(0, bytes, 0);
        return b.endTable();
    }

    private static int tensor(FlatBufferBuilder b, TensorEntry t, int buffer) {
        int name = b.createString(t.name());
        int shape = intVector(b, t.shape());
        int quantization = 0;
        if (t.scales().length > 0) {
            b.startVector(4, t.scales().length, 4);
            for (int i = t.scales().length - 1; i >= 0; i--) {
                b.addFloat(t.scales()[i]);
            }
            int scales = b.endVector();
            b.startVector(8, t.zeros().length, 8);
            for (int i = t.zeros().length - 1; i >= 0; i--) {
                b.addLong(t.zeros()[i]);
            }
            int zeros = b.endVector();
            b.startTable(7);
            b.addOffset(2, scales, 0);
            b.addOffset(3, zeros, 0);
            b.addInt(6, t.axis(), 0);
            quantization = b.endTable();
        }
        b.startTable(11);
        b.addOffset(0, shape, 0);
        b.addByte(1, (byte) t.type().ordinal(), 0);
        b.addInt(2, buffer, 0);
        b.addOffset(3, name, 0);
        b.addOffset(4, quantization, 0);
        return b.endTable();
    }

    private static int operator(FlatBufferBuilder b, OperatorEntry o, int code) {
        int options = 0;
        if (o.optionsTable() != 0) {
            b.startTable(o.optionsFields());
            o.options().accept(b);
            options = b.endTable();
        }
        int in = intVector(b, o.inputs());
        int out = intVector(b, o.outputs());
        b.startTable(13);
        b.addInt(0, code, 0);
        b.addOffset(1, in, 0);
        b.addOffset(2, out, 0);
        b.addByte(3, (byte) o.optionsTable(), 0);
        b.addOffset(4, options, 0);
        return b.endTable();
    }

    private static int vector(FlatBufferBuilder b, int... offsets) {
        b.startVector(4, offsets.length, 4);
        for (int i = offsets.length - 1; i >= 0; i--) {
            b.addOffset(offsets[i]);
        }
        return b.endVector();
    }

    private static int intVector(FlatBufferBuilder b, int... values) {
        b.startVector(4, values.length, 4);
        for (int i = values.length - 1; i >= 0; i--) {
            b.addInt(values[i]);
        }
        return b.endVector();
    }
}
