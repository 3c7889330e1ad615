package quantwright.tests.importer;

import com.google.flatbuffers.FlatBufferBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/** Writes TensorFlow Lite models of one operator; field numbers are those of the public schema, version 3. */
final class OneOperatorModel {
    static final int F32 = 0;
    static final int I32 = 2;
    static final int U8 = 3;
    static final int I8 = 9;

    /**
     * A tensor of the model.
     *
     * @param scale quantization scale, 0 for none
     * @param data  a constant's bytes, null for an input
     */
    record Operand(int type, int[] shape, float scale, int zero, byte[] data) {
        static Operand of(int type, float scale, int zero, int... shape) {
            return new Operand(type, shape, scale, zero, null);
        }

        static Operand constant(int... values) {
            var bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (int v : values) {
                bytes.putInt(v);
            }
            return new Operand(I32, new int[] {values.length}, 0, 0, bytes.array());
        }
    }

    /**
     * An operator.
     *
     * @param code        builtin operator
     * @param optionsType its options' number in the union, 0 for none
     * @param options     writes the options table
     */
    record Operator(int code, int version, int optionsType, ToIntFunction<FlatBufferBuilder> options) {
        static Operator of(int code) {
            return new Operator(code, 1, 0, _ -> 0);
        }
    }

    private final FlatBufferBuilder b = new FlatBufferBuilder(4096);

    private OneOperatorModel() {
    }

    /** The model file's bytes. */
    static byte[] write(Operator operator, List<Operand> operands, Operand result) {
        return new OneOperatorModel().model(operator, operands, result);
    }

    private byte[] model(Operator operator, List<Operand> operands, Operand result) {
        var all = new ArrayList<>(operands);
        all.add(result);
        int[] buffers = new int[all.size() + 1];
        b.startTable(1);
        buffers[0] = b.endTable();
        int[] tensors = new int[all.size()];
        for (int i = 0; i < all.size(); i++) {
            buffers[i + 1] = buffer(all.get(i).data());
            tensors[i] = tensor(all.get(i), i);
        }
        int subgraphs = offsets(subgraph(operator, operands, offsets(tensors)));
        int bufferVector = offsets(buffers);
        b.startTable(4);
        b.addByte(0, (byte) Math.min(operator.code(), 127), 0);
        b.addInt(2, operator.version(), 1);
        b.addInt(3, operator.code(), 0);
        int codes = offsets(b.endTable());
        b.startTable(5);
        b.addInt(0, 3, 0);
        b.addOffset(1, codes, 0);
        b.addOffset(2, subgraphs, 0);
        b.addOffset(4, bufferVector, 0);
        b.finish(b.endTable(), "TFL3");
        return b.sizedByteArray();
    }

    private int subgraph(Operator operator, List<Operand> operands, int tensors) {
        var fed = new ArrayList<Integer>();
        int[] read = new int[operands.size()];
        for (int i = 0; i < read.length; i++) {
            read[i] = i;
            if (operands.get(i).data() == null) {
                fed.add(i);
            }
        }
        int options = operator.options().applyAsInt(b);
        int inputs = ints(read);
        int outputs = ints(read.length);
        b.startTable(9);
        b.addOffset(1, inputs, 0);
        b.addOffset(2, outputs, 0);
        if (options != 0) {
            b.addByte(3, (byte) operator.optionsType(), 0);
            b.addOffset(4, options, 0);
        }
        int operators = offsets(b.endTable());
        int graphInputs = ints(fed.stream().mapToInt(Integer::intValue).toArray());
        int graphOutputs = ints(read.length);
        b.startTable(5);
        b.addOffset(0, tensors, 0);
        b.addOffset(1, graphInputs, 0);
        b.addOffset(2, graphOutputs, 0);
        b.addOffset(3, operators, 0);
        return b.endTable();
    }

    private int buffer(byte[] data) {
        int vector = data == null ? 0 : b.createByteVector(data);
        b.startTable(1);
        if (data != null) {
            b.addOffset(0, vector, 0);
        }
        return b.endTable();
    }

    private int tensor(Operand t, int index) {
        int quantization = 0;
        if (t.scale() != 0) {
            b.startVector(4, 1, 4);
            b.addFloat(t.scale());
            int scales = b.endVector();
            b.startVector(8, 1, 8);
            b.addLong(t.zero());
            int zeros = b.endVector();
            b.startTable(7);
            b.addOffset(2, scales, 0);
            b.addOffset(3, zeros, 0);
            quantization = b.endTable();
        }
        int name = b.createString("t" + index);
        int shape = ints(t.shape());
        b.startTable(8);
        b.addOffset(0, shape, 0);
        b.addByte(1, (byte) t.type(), 0);
        b.addInt(2, index + 1, 0);
        b.addOffset(3, name, 0);
        if (quantization != 0) {
            b.addOffset(4, quantization, 0);
        }
        return b.endTable();
    }

    private int ints(int... values) {
        b.startVector(4, values.length, 4);
        for (int i = values.length - 1; i >= 0; i--) {
            b.addInt(values[i]);
        }
        return b.endVector();
    }

    private int offsets(int... values) {
        b.startVector(4, values.length, 4);
        for (int i = values.length - 1; i >= 0; i--) {
            b.addOffset(values[i]);
        }
        return b.endVector();
    }
}
