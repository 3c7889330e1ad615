package quantwright.compiler.importer.onnx;

import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * A tensor of the model during import: data known already, which becomes a constant node only when an op of the result
 * needs it, or a value of the graph.
 */
final class Edge {
    private final TensorType type;
    private final ConstantData data;
    private final boolean splat;
    private final String name;
    private Value value;

    private Edge(TensorType type, ConstantData data, boolean splat, Value value, String name) {
        this.type = type;
        this.data = data;
        this.splat = splat;
        this.value = value;
        this.name = name;
    }

    /** Known data. */
    static Edge constant(ConstantData data, String name) {
        return new Edge(data.type(), data, false, null, name);
    }

    /** Known data whose elements are all equal. */
    static Edge splat(ConstantData data, String name) {
        return new Edge(data.type(), data, true, null, name);
    }

    /** A value of the graph. */
    static Edge of(Value value) {
        return new Edge(value.type(), null, false, value, value.name());
    }

    /** The same known data under another name. */
    Edge named(String other) {
        return new Edge(type, data, splat, null, other);
    }

    /** Type. */
    TensorType type() {
        return type;
    }

    /** Shape. */
    Shape shape() {
        return type.shape();
    }

    /** Number of dimensions. */
    int rank() {
        return type.rank();
    }

    /** Extent {@code i}; negative counts from the end. */
    int dim(int i) {
        return type.dim(i);
    }

    /** Whether the data is known. */
    boolean isConstant() {
        return data != null;
    }

    /** Whether the data is known and all elements are equal. */
    boolean isSplat() {
        return splat;
    }

    /** The data; null unless known. */
    ConstantData data() {
        return data;
    }

    /** The model's name; may be empty. */
    String name() {
        return name;
    }

    /** The value; null for a constant that no node needed so far. */
    Value value() {
        return value;
    }

    /** Remembers the constant node's result. */
    void materialized(Value constant) {
        value = constant;
    }
}
