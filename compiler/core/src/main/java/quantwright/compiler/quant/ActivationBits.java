package quantwright.compiler.quant;

import quantwright.ir.type.ScalarType;

/** Storage of an activation. */
public enum ActivationBits {
    /** One byte with a zero point. */
    A8(ScalarType.I8),
    /** Two bytes, zero point 0. */
    A16(ScalarType.I16);

    private final ScalarType storage;

    ActivationBits(ScalarType storage) {
        this.storage = storage;
    }

    /** Type that activations are stored in. */
    public ScalarType storage() {
        return storage;
    }

    /** Number of bits. */
    public int bits() {
        return storage.bits();
    }
}
