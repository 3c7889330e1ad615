package quantwright.compiler.importer.tflite;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.Graph;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Op;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Reshape;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** The graph under construction and which value stands for which tensor of the model. */
final class GraphBuilder {
    private final TfliteFile file;
    private final TfliteFile.SubGraph source;
    private final Graph graph;
    private final Value[] values;
    private final boolean[] computed;
    private final Map<Integer, Value> channelsMoved = new HashMap<>();
    private Location location = Location.UNKNOWN;

    GraphBuilder(TfliteFile file, TfliteFile.SubGraph source, Graph graph) {
        this.file = file;
        this.source = source;
        this.graph = graph;
        values = new Value[source.tensors().size()];
        computed = new boolean[values.length];
        for (var operator : source.operators()) {
            for (int output : operator.outputs()) {
                computed[output] = true;
            }
        }
        for (int input : source.inputs()) {
            computed[input] = true;
        }
    }

    /** Where the nodes appended next come from. */
    void at(Location place) {
        location = place;
    }

    void addInput(int index, ImportOptions options) throws NotImported {
        var tensor = tensor(index);
        var shape = tensor.shape().clone();
        var signature = tensor.shapeSignature();
        for (int i = 0; i < shape.length; i++) {
            boolean open = signature.length == shape.length && signature[i] < 0;
            var bound = options.dims().get(tensor.name() + ":" + i);
            if (bound != null && bound != shape[i] && !open) {
                throw new NotImported(ImportDiagnostic.BAD_BINDING, "extent " + i + " of input '" + tensor.name()
                    + "' is fixed to " + shape[i]);
            }
            if (bound == null && open && i > 0) {
                throw new NotImported(ImportDiagnostic.UNBOUND_DIMENSION, "extent " + i + " of input '"
                    + tensor.name() + "' is open; bind " + tensor.name() + ":" + i);
            }
            shape[i] = bound == null ? shape[i] : bound;
        }
        var type = TensorTypes.of(tensor).withShape(Shape.of(shape));
        var fixed = options.fixedInputs().get(tensor.name());
        if (fixed == null) {
            values[index] = graph.addInput(tensor.name(), type);
        } else if (fixed.type().equals(type)) {
            values[index] = constant(fixed, index, tensor.name());
        } else {
            throw new NotImported(ImportDiagnostic.BAD_BINDING, "input '" + tensor.name() + "' is "
                + type.element() + " " + type.shape() + ", the value given is " + fixed.type().element() + " "
                + fixed.type().shape());
        }
    }

    void addOutput(int index) throws NotImported {
        graph.addOutput(source.tensors().get(index).name(), value(index));
    }

    TfliteFile.Tensor tensor(int index) {
        return source.tensors().get(index);
    }

    /** Whether a tensor's content is in the file. */
    boolean isConstant(int index) {
        return !computed[index];
    }

    /** The content of a constant tensor. */
    ConstantData data(int index) throws NotImported {
        var tensor = tensor(index);
        if (!isConstant(index)) {
            throw new NotImported(ImportDiagnostic.NOT_CONSTANT, "'" + tensor.name() + "' is computed");
        }
        if (tensor.variable()) {
            throw NotImported.form("'" + tensor.name() + "' keeps its value between runs");
        }
        var type = TensorTypes.of(tensor);
        var bytes = file.buffers().get(tensor.buffer());
        if (bytes.byteSize() != type.packedBytes()) {
            throw new NotImported(ImportDiagnostic.BAD_TENSOR, "tensor '" + tensor.name() + "' of " + tensor.type()
                + TensorTypes.text(tensor.shape()) + " takes " + type.packedBytes() + " bytes, its buffer has "
                + bytes.byteSize());
        }
        return ConstantData.wrap(type, bytes);
    }

    /** The elements of a constant i32 or i64 tensor, each within 32 bits. */
    int[] ints(int index) throws NotImported {
        var data = data(index);
        var tensor = data.toTensor();
        if (data.type().element() != data.type().storage() || !data.type().storage().isInteger()) {
            throw NotImported.inconsistent("'" + tensor(index).name() + "' must hold integers");
        }
        var out = new int[tensor.size()];
        for (int i = 0; i < out.length; i++) {
            long value = tensor.integer(i);
            if (value != (int) value) {
                throw NotImported.inconsistent("'" + tensor(index).name() + "' holds " + value);
            }
            out[i] = (int) value;
        }
        return out;
    }

    Value value(int index) throws NotImported {
        if (values[index] != null) {
            return values[index];
        }
        if (computed[index]) {
            throw NotImported.becauseOfOperand();
        }
        return values[index] = constant(data(index), index, tensor(index).name());
    }

    /** Depthwise weights [1,KH,KW,O] as the IR's [O,KH,KW,1]. */
    Value depthwiseWeights(int index) throws NotImported {
        var known = channelsMoved.get(index);
        if (known != null) {
            return known;
        }
        var data = data(index);
        var shape = data.type().shape();
        if (shape.rank() != 4 || shape.dim(0) != 1) {
            throw NotImported.inconsistent("depthwise weights have shape " + shape);
        }
        int taps = shape.dim(1) * shape.dim(2);
        int channels = shape.dim(3);
        var element = switch (data.type().element()) {
            case QuantizedType.PerAxis q when q.axis() == 3 ->
                new QuantizedType.PerAxis(q.storage(), q.expressed(), 0, q.scales(), q.zeroPoints());
            case QuantizedType.PerAxis q ->
                throw NotImported.form("depthwise weights are quantized along axis " + q.axis());
            case ElementType e -> e;
        };
        var from = data.toTensor();
        var to = Tensor.zeros(TensorType.of(element, channels, shape.dim(1), shape.dim(2), 1));
        for (int o = 0; o < channels; o++) {
            for (int t = 0; t < taps; t++) {
                copy(from, t * channels + o, to, o * taps + t);
            }
        }
        var value = constant(ConstantData.of(to), index, tensor(index).name());
        channelsMoved.put(index, value);
        return value;
    }

    private static void copy(Tensor from, int i, Tensor to, int j) {
        if (from.type().storage().isInteger()) {
            to.setInteger(j, from.integer(i));
        } else {
            System.arraycopy(from.array(), i, to.array(), j, 1);
        }
    }

    private Value constant(ConstantData data, int index, String name) {
        var node = graph.append(new Constant(data), List.of(),
            new Location.InModel(file.name(), "tensor", name, index));
        node.result().setName(name);
        return node.result();
    }

    /** A constant that the importer makes. */
    Value constant(Tensor tensor) {
        return graph.append(new Constant(ConstantData.of(tensor)), List.of(), location).result();
    }

    Value append(Op op, Value... operands) {
        return graph.append(op, List.of(operands), location).result();
    }

    Value append(Op op, ElementType result, Value... operands) {
        return graph.append(op, List.of(operands), result, location).result();
    }

    /** Lets a value stand for a tensor, after it is held against what the file says of that tensor. */
    void define(int index, Value computedValue) throws NotImported {
        var tensor = tensor(index);
        var stated = TensorTypes.of(tensor);
        var value = computedValue;
        if (!TensorTypes.agrees(tensor, value.type().shape())) {
            if (value.type().shape().elementCount() != stated.shape().elementCount()) {
                throw NotImported.inconsistent("gives shape " + value.type().shape() + " where the file says "
                    + TensorTypes.text(tensor.shape()) + " for '" + tensor.name() + "'");
            }
            value = append(new Reshape(Ints.of(tensor.shape())), value);
        }
        if (!value.type().element().equals(stated.element())) {
            boolean sameBits = value.type().isQuantized() && stated.isQuantized()
                && value.type().storage() == stated.storage();
            if (!sameBits) {
                throw NotImported.inconsistent("gives " + value.type().element() + " where the file says "
                    + stated.element() + " for '" + tensor.name() + "'");
            }
            value = append(new QReinterpret(), stated.element(), value);
        }
        if (!value.name().isEmpty()) {
            value = append(new Identity(), value);
        }
        value.setName(tensor.name());
        values[index] = value;
    }
}
