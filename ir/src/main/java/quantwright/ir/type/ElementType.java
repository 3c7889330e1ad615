package quantwright.ir.type;

/** Element of a tensor: a plain scalar, or an integer that stands for a real number through scale and zero point. */
public sealed interface ElementType permits ScalarType, QuantizedType {
    /** The scalar type that is stored. */
    ScalarType storage();
}
