package quantwright.tests.onnx;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.compiler.importer.onnx.generated.AttributeProto.AttributeType;
import quantwright.compiler.importer.onnx.generated.GraphProto;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.OperatorSetIdProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.compiler.importer.onnx.generated.TensorShapeProto;
import quantwright.compiler.importer.onnx.generated.TypeProto;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;

/** Builds small ONNX models. Attributes are Long, Float, String, long[], float[] or TensorProto by name. */
final class ModelBuilder {
    private final int opset;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("g");

    ModelBuilder(int opset) {
        this.opset = opset;
    }

    /** An f32 input; an extent is a Number, or a String for a symbol. */
    ModelBuilder input(String name, Object... dims) {
        return input(name, DataType.FLOAT, dims);
    }

    /** An input. */
    ModelBuilder input(String name, DataType type, Object... dims) {
        graph.addInput(info(name, type, dims));
        return this;
    }

    /** An output without a stated shape. */
    ModelBuilder output(String name, DataType type) {
        graph.addOutput(ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()))));
        return this;
    }

    /** An f32 output. */
    ModelBuilder output(String name) {
        return output(name, DataType.FLOAT);
    }

    /** An initializer. */
    ModelBuilder constant(TensorProto tensor) {
        graph.addInitializer(tensor);
        return this;
    }

    /** A node of the default domain; inputs and outputs are separated by commas, attributes come in pairs. */
    ModelBuilder node(String opType, String inputs, String outputs, Object... attributes) {
        graph.addNode(nodeOf("", opType, inputs, outputs, attributes));
        return this;
    }

    /** A node. */
    static NodeProto nodeOf(String domain, String opType, String inputs, String outputs, Object... attributes) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(opType).setDomain(domain).setName("n_" + outputs);
        for (String input : inputs.isEmpty() ? new String[0] : inputs.split(",", -1)) {
            node.addInput(input.strip());
        }
        for (String output : outputs.isEmpty() ? new String[0] : outputs.split(",", -1)) {
            node.addOutput(output.strip());
        }
        for (int i = 0; i < attributes.length; i += 2) {
            node.addAttribute(attribute((String) attributes[i], attributes[i + 1]));
        }
        return node.build();
    }

    /** The graph so far, for what this class has no method for. */
    GraphProto.Builder graph() {
        return graph;
    }

    /** The model. */
    ModelProto build() {
        return ModelProto.newBuilder().setIrVersion(opset < 13 ? 7 : opset < 21 ? 8 : 10)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset))
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.microsoft").setVersion(1))
                .setGraph(graph).build();
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder a = AttributeProto.newBuilder().setName(name);
        switch (value) {
            case Long v -> a.setType(AttributeType.INT).setI(v);
            case Float v -> a.setType(AttributeType.FLOAT).setF(v);
            case String v -> a.setType(AttributeType.STRING).setS(ByteString.copyFromUtf8(v));
            case long[] v -> {
                a.setType(AttributeType.INTS);
                for (long x : v) {
                    a.addInts(x);
                }
            }
            case float[] v -> {
                a.setType(AttributeType.FLOATS);
                for (float x : v) {
                    a.addFloats(x);
                }
            }
            case TensorProto v -> a.setType(AttributeType.TENSOR).setT(v);
            case GraphProto v -> a.setType(AttributeType.GRAPH).setG(v);
            default -> throw new IllegalArgumentException("attribute " + value);
        }
        return a.build();
    }

    private static ValueInfoProto info(String name, DataType type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            switch (dim) {
                case Number n -> shape.addDimBuilder().setDimValue(n.longValue());
                case String s -> shape.addDimBuilder().setDimParam(s);
                default -> throw new IllegalArgumentException("extent " + dim);
            }
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(shape))).build();
    }

    private static TensorProto.Builder tensor(String name, DataType type, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        for (long d : dims) {
            tensor.addDims(d);
        }
        return tensor;
    }

    /** An f32 tensor of raw data. */
    static TensorProto floats(String name, long[] dims, float... values) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor(name, DataType.FLOAT, dims).setRawData(ByteString.copyFrom(raw)).build();
    }

    /** An f32 tensor of noise in [-1, 1), the same for the same name. */
    static TensorProto noise(String name, long... dims) {
        long count = java.util.Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        var random = new java.util.Random(name.hashCode());
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return floats(name, dims, values);
    }

    /** An i64 tensor. */
    static TensorProto longs(String name, long[] dims, long... values) {
        TensorProto.Builder tensor = tensor(name, DataType.INT64, dims);
        for (long v : values) {
            tensor.addInt64Data(v);
        }
        return tensor.build();
    }

    /** A vector of i64. */
    static TensorProto longs(String name, long... values) {
        return longs(name, new long[] {values.length}, values);
    }

    /** A tensor of at most 32 bits per integer element. */
    static TensorProto ints(String name, DataType type, long[] dims, int... values) {
        TensorProto.Builder tensor = tensor(name, type, dims);
        for (int v : values) {
            tensor.addInt32Data(v);
        }
        return tensor.build();
    }
}
