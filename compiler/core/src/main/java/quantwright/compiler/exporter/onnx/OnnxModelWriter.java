package quantwright.compiler.exporter.onnx;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.compiler.importer.onnx.generated.AttributeProto.AttributeType;
import quantwright.compiler.importer.onnx.generated.GraphProto;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.OperatorSetIdProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorShapeProto;
import quantwright.compiler.importer.onnx.generated.TypeProto;
import quantwright.compiler.importer.onnx.generated.ValueInfoProto;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Builds an ONNX model node by node: unique names, shared initializers, operator sets. */
final class OnnxModelWriter {
    /** ONNX Runtime's operators. */
    static final String MICROSOFT = "com.microsoft";
    private static final String PRODUCER = "quantwright";

    private final GraphProto.Builder graph = GraphProto.newBuilder();
    private final int opset;
    private final Set<String> names = new HashSet<>();
    private final Set<String> domains = new LinkedHashSet<>();
    private final Map<List<Object>, String> initializers = new HashMap<>();
    private final Set<String> made = new HashSet<>();
    private final Map<String, String> renamed = new HashMap<>();

    OnnxModelWriter(String name, int opset) {
        graph.setName(name);
        this.opset = opset;
    }

    /** Version of the default operator set. */
    int opset() {
        return opset;
    }

    /** Keeps a name for what will be defined elsewhere, such as an output. */
    void reserve(String name) {
        names.add(name);
    }

    /** A name like {@code hint} that nothing has yet. */
    private String unique(String hint) {
        String base = hint.isEmpty() ? "t" : hint;
        String name = base;
        for (int i = 1; !names.add(name); i++) {
            name = base + "_" + i;
        }
        return name;
    }

    /** Adds an operator of the default domain with one result; gives the result's name, which is like {@code hint}. */
    String node(String type, String hint, List<String> operands, AttributeProto... attributes) {
        return node("", type, hint, operands, attributes);
    }

    /** Adds an operator with one result; gives the result's name, which is like {@code hint}. */
    String node(String domain, String type, String hint, List<String> operands, AttributeProto... attributes) {
        String result = unique(hint);
        define(domain, type, result, operands, attributes);
        return result;
    }

    /** Adds an operator whose result has a reserved name. */
    void define(String domain, String type, String result, List<String> operands, AttributeProto... attributes) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).setName(result).addAllInput(operands)
                .addOutput(result).addAllAttribute(Arrays.asList(attributes));
        if (!domain.isEmpty()) {
            node.setDomain(domain);
            domains.add(domain);
        }
        graph.addNode(node);
        made.add(result);
    }

    /** Adds an input of the model. */
    void input(String name, ScalarType type, Shape shape) {
        names.add(name);
        graph.addInput(info(name, type, shape));
    }

    /** Adds an output of the model under a reserved name: {@code tensor}, which takes that name if it can. */
    void output(String name, String tensor, ScalarType type, Shape shape) {
        graph.addOutput(info(name, type, shape));
        if (!made.contains(tensor) || renamed.putIfAbsent(tensor, name) != null) {
            define("", "Identity", name, List.of(renamed.getOrDefault(tensor, tensor)));
        }
    }

    private static ValueInfoProto info(String name, ScalarType type, Shape shape) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int d : shape.toArray()) {
            dims.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(d));
        }
        return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder().setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(OnnxElements.code(type)).setShape(dims))).build();
    }

    /** A stored tensor; equal ones are stored once. */
    String initializer(String hint, ConstantData data) {
        ScalarType type = data.type().storage();
        Shape shape = data.type().shape();
        return initializers.computeIfAbsent(List.of(type, shape, data.hash()), _ -> {
            String name = unique(hint);
            TensorProto.Builder tensor = TensorProto.newBuilder().setName(name)
                    .setDataType(OnnxElements.code(type))
                    .setRawData(ByteString.copyFrom(data.bytes().asByteBuffer()));
            for (int d : shape.toArray()) {
                tensor.addDims(d);
            }
            graph.addInitializer(tensor);
            return name;
        });
    }

    /** A stored tensor; equal ones are stored once. */
    String initializer(String hint, Tensor tensor) {
        return initializer(hint, ConstantData.of(tensor));
    }

    /** A stored vector of i64. */
    String longs(String hint, int... values) {
        long[] wide = Arrays.stream(values).asLongStream().toArray();
        return initializer(hint, Tensor.of(TensorType.of(ScalarType.I64, wide.length), wide));
    }

    /** A stored f32 without axes. */
    String scalar(String hint, float value) {
        return initializer(hint, Tensor.of(new TensorType(ScalarType.F32, Shape.SCALAR), new float[] {value}));
    }

    /** A stored integer without axes. */
    String scalar(String hint, ScalarType type, int value) {
        Tensor tensor = Tensor.zeros(new TensorType(type, Shape.SCALAR));
        tensor.setInteger(0, value);
        return initializer(hint, tensor);
    }

    /** The model's bytes. The same calls give the same bytes. */
    byte[] bytes() {
        ModelProto.Builder model = ModelProto.newBuilder().setIrVersion(opset >= 21 ? 10 : 8).setProducerName(PRODUCER)
                .setGraph(graph).addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(opset));
        for (NodeProto.Builder node : model.getGraphBuilder().getNodeBuilderList()) {
            for (int i = 0; i < node.getInputCount(); i++) {
                node.setInput(i, renamed.getOrDefault(node.getInput(i), node.getInput(i)));
            }
            node.setOutput(0, renamed.getOrDefault(node.getOutput(0), node.getOutput(0)));
        }
        domains.forEach(d -> model.addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(d).setVersion(1)));
        return model.build().toByteArray();
    }

    static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
    }

    static AttributeProto attribute(String name, float value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeType.FLOAT).setF(value).build();
    }

    static AttributeProto attribute(String name, String value) {
        return AttributeProto.newBuilder().setName(name).setType(AttributeType.STRING)
                .setS(ByteString.copyFrom(value, StandardCharsets.UTF_8)).build();
    }

    static AttributeProto attribute(String name, int[] values) {
        AttributeProto.Builder builder = AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
        Arrays.stream(values).forEach(builder::addInts);
        return builder.build();
    }
}
