package quantwright.compiler.importer.tflite;

import java.util.Optional;

/** Element types of the TensorFlow Lite schema, in the order of their codes from 0. */
public enum TfliteType {
    FLOAT32(32), FLOAT16(16), INT32(32), UINT8(8), INT64(64), STRING(0), BOOL(8), INT16(16), COMPLEX64(64), INT8(8),
    FLOAT64(64), COMPLEX128(128), UINT64(64), RESOURCE(0), VARIANT(0), UINT32(32), UINT16(16), INT4(4), BFLOAT16(16),
    INT2(2), UINT4(4), FLOAT8_E4M3FN(8), FLOAT8_E5M2(8);

    private final int bits;

    TfliteType(int bits) {
        this.bits = bits;
    }

    /** {@return bits of one element; 0 for types without a fixed size} */
    public int bits() {
        return bits;
    }

    static Optional<TfliteType> of(int code) {
        var all = values();
        return code < 0 || code >= all.length ? Optional.empty() : Optional.of(all[code]);
    }
}
