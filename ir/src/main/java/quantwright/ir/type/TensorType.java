package quantwright.ir.type;

import java.util.Optional;

/**
 * Type of a value: element, fixed shape, and in TILE graphs a layout (empty: dense row-major, native encoding).
 */
public record TensorType(ElementType element, Shape shape, Optional<Layout> layout) {
    /** Checks the fit of per-axis, per-block and per-group parameters with the shape. */
    public TensorType {
        switch (element) {
            case QuantizedType.PerAxis q -> requireScales(q, q.axis(), shape, 1);
            case QuantizedType.PerBlock q -> requireScales(q, q.axis(), shape, q.blockSize());
            case QuantizedType.PerGroup q -> requireGroups(q, shape);
            case QuantizedType.PerTensor _, ScalarType _ -> { }
        }
    }

    private static void requireScales(QuantizedType q, int axis, Shape shape, int block) {
        if (axis >= shape.rank()) {
            throw new IllegalArgumentException("quantization axis " + axis + " is outside rank " + shape.rank());
        }
        long groups = (shape.dim(axis) + block - 1) / block;
        long expected = q instanceof QuantizedType.PerBlock
                ? shape.product(0, axis) * groups * shape.product(axis + 1, shape.rank())
                : groups;
        if (q.scaleCount() != expected) {
            throw new IllegalArgumentException(q.scaleCount() + " scales where shape " + shape + " needs " + expected);
        }
    }

    private static void requireGroups(QuantizedType.PerGroup q, Shape shape) {
        if (q.groupAxis() >= shape.rank()) {
            throw new IllegalArgumentException("group axis " + q.groupAxis() + " is outside rank " + shape.rank());
        }
        int groups = Math.ceilDiv(shape.dim(q.groupAxis()), q.groupSize());
        if (q.scales().size() != shape.dim(q.axis()) || q.groups() != groups) {
            throw new IllegalArgumentException(q.scales().size() + " scales of " + q.groups() + " groups where shape "
                    + shape + " needs " + shape.dim(q.axis()) + " of " + groups);
        }
    }

    /** A type without layout. */
    public TensorType(ElementType element, Shape shape) {
        this(element, shape, Optional.empty());
    }

    /** A type without layout. */
    public static TensorType of(ElementType element, int... dims) {
        return new TensorType(element, Shape.of(dims));
    }

    /** Same element and layout-free shape. */
    public TensorType withShape(Shape other) {
        return new TensorType(element, other);
    }

    /** Same shape and layout, another element. */
    public TensorType withElement(ElementType other) {
        return new TensorType(other, shape, layout);
    }

    /** Same element and shape in the given layout. */
    public TensorType withLayout(Layout other) {
        return new TensorType(element, shape, Optional.of(other));
    }

    /** Same element and shape, no layout. */
    public TensorType canonical() {
        return layout.isEmpty() ? this : new TensorType(element, shape);
    }

    /** The stored scalar type. */
    public ScalarType storage() {
        return element.storage();
    }

    /** Whether the element is quantized. */
    public boolean isQuantized() {
        return element instanceof QuantizedType;
    }

    /** The quantized element; callers know that {@link #isQuantized()}. */
    public QuantizedType quantized() {
        return (QuantizedType) element;
    }

    /** Bytes of the dense packed data, layout aside. */
    public long packedBytes() {
        return storage().packedBytes(shape.elementCount());
    }

    /** Bytes of a constant: the dense packed data and a byte for each multiplier of a group's scale. */
    public long constantBytes() {
        return packedBytes() + (element instanceof QuantizedType.PerGroup g ? g.multiplierBytes() : 0);
    }

    /** Rank of the shape. */
    public int rank() {
        return shape.rank();
    }

    /** Extent {@code i} of the shape; negative counts from the end. */
    public int dim(int i) {
        return shape.dim(i);
    }

    /** For people; {@code quantwright.ir.text.TypeText} is exact. */
    @Override
    public String toString() {
        return element + " " + shape;
    }
}
