package quantwright.compiler.importer.onnx;

import java.util.List;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Op;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** One node of the model with its operands, as an op's translation sees it. */
final class NodeContext {
    private final OnnxFile file;
    private final int opset;
    private final Attributes attributes;
    private final Emitter emitter;
    private final List<Edge> inputs;
    private final boolean[] wanted;
    private final Edge[] outputs;

    /**
     * A node in the making.
     *
     * @param inputs operands; null for omitted ones
     * @param wanted which outputs have a name
     */
    NodeContext(OnnxFile file, int opset, Attributes attributes, Emitter emitter, List<Edge> inputs, boolean[] wanted) {
        this.file = file;
        this.opset = opset;
        this.attributes = attributes;
        this.emitter = emitter;
        this.inputs = inputs;
        this.wanted = wanted;
        this.outputs = new Edge[wanted.length];
    }

    /** The model. */
    OnnxFile file() {
        return file;
    }

    /** Version of the default operator set. */
    int opset() {
        return opset;
    }

    /** The node's attributes. */
    Attributes attributes() {
        return attributes;
    }

    /** Appends what the node becomes. */
    Emitter emitter() {
        return emitter;
    }

    /** Appends an op. */
    Edge emit(Op op, Edge... operands) {
        return emitter.emit(op, operands);
    }

    /** Number of operands, omitted ones in between included. */
    int inputCount() {
        return inputs.size();
    }

    /** Whether operand {@code i} is given. */
    boolean has(int i) {
        return i < inputs.size() && inputs.get(i) != null;
    }

    /** Operand {@code i} as it is, quantized types included. */
    Edge raw(int i) {
        if (!has(i)) {
            throw new ImportFailure(ImportDiagnostic.BAD_GRAPH, "operand " + i + " is missing");
        }
        return inputs.get(i);
    }

    /** Operand {@code i} for an op that moves elements: plain, or quantized per tensor. */
    Edge movable(int i) {
        return raw(i).type().element() instanceof QuantizedType.PerTensor ? raw(i) : input(i);
    }

    /** Operand {@code i} as the plain tensor that ONNX sees. */
    Edge input(int i) {
        return plain(raw(i));
    }

    /** Operand {@code i} as a plain tensor, or null. */
    Edge optional(int i) {
        return has(i) ? input(i) : null;
    }

    /** The stored integers of a quantized tensor; others as they are. */
    Edge plain(Edge edge) {
        return edge.type().isQuantized() ? emitter.emitAs(edge.type().storage(), new QReinterpret(), edge) : edge;
    }

    /** The plain element type of an operand. */
    static ScalarType scalarType(Edge edge) {
        return edge.type().storage();
    }

    /** Whether output {@code i} is used by name. */
    boolean wants(int i) {
        return i < wanted.length && wanted[i];
    }

    /** Number of outputs the node names. */
    int outputCount() {
        return wanted.length;
    }

    /** Gives output {@code i}; one that the node does not name is dropped. */
    void set(int i, Edge edge) {
        if (i < outputs.length) {
            outputs[i] = edge;
        }
    }

    /** What the translation gave for output {@code i}. */
    Edge output(int i) {
        return outputs[i];
    }

    /** Fails if the node uses outputs from {@code first} on. */
    void noOutputsFrom(int first, String what) {
        for (int i = first; i < wanted.length; i++) {
            if (wanted[i]) {
                throw unsupported("output " + i + " (" + what + ") is not supported");
            }
        }
    }

    /** The known data of operand {@code i}. */
    Tensor known(int i, String what) {
        Edge edge = input(i);
        if (!edge.isConstant()) {
            throw new ImportFailure(ImportDiagnostic.NOT_CONSTANT,
                    "operand " + i + " (" + what + ") is '" + edge.name() + "', which is not known at compile time");
        }
        if (edge.shape().elementCount() > Integer.MAX_VALUE / 8) {
            throw new ImportFailure(ImportDiagnostic.TOO_LARGE, "operand " + i + " (" + what + ") has shape "
                    + edge.shape());
        }
        return edge.data().toTensor();
    }

    /** Operand {@code i}, known integers. */
    long[] knownLongs(int i, String what) {
        Tensor tensor = known(i, what);
        if (tensor.type().storage().isFloat()) {
            throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_TYPE, "operand " + i + " (" + what + ") is "
                    + tensor.type().storage() + ", must be integers");
        }
        long[] out = new long[tensor.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = tensor.integer(k);
        }
        return out;
    }

    /** Operand {@code i}, known integers of at most 32 bits; larger ones are clamped, which slices rely on. */
    int[] knownInts(int i, String what) {
        long[] longs = knownLongs(i, what);
        int[] out = new int[longs.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = Math.clamp(longs[k], Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        return out;
    }

    /** Operand {@code i}, known numbers as floats. */
    float[] knownFloats(int i, String what) {
        Tensor tensor = known(i, what);
        float[] out = new float[tensor.size()];
        for (int k = 0; k < out.length; k++) {
            out[k] = switch (tensor.type().storage()) {
                case F32 -> tensor.floats()[k];
                case F64 -> (float) tensor.doubles()[k];
                case F16 -> Float.float16ToFloat(tensor.shorts()[k]);
                case BF16 -> Float.intBitsToFloat(tensor.shorts()[k] << 16);
                default -> tensor.integer(k);
            };
        }
        return out;
    }

    /** Operand {@code i}, one known number. */
    float knownFloat(int i, String what) {
        float[] all = knownFloats(i, what);
        if (all.length != 1) {
            throw new ImportFailure(ImportDiagnostic.BAD_SHAPE, "operand " + i + " (" + what + ") has " + all.length
                    + " elements, must have one");
        }
        return all[0];
    }

    /** An axis that may count from the end. */
    int axis(int axis, int rank) {
        int normal = axis < 0 ? axis + rank : axis;
        if (normal < 0 || normal >= rank) {
            throw new ImportFailure(ImportDiagnostic.BAD_SHAPE, "axis " + axis + " is outside rank " + rank);
        }
        return normal;
    }

    /** The form of the op has no translation. */
    ImportFailure unsupported(String message) {
        return new ImportFailure(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, message);
    }

    /** Shapes do not fit. */
    ImportFailure badShape(String message) {
        return new ImportFailure(ImportDiagnostic.BAD_SHAPE, message);
    }
}
