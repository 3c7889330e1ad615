package quantwright.compiler.quant;

import quantwright.ir.type.ScalarType;

/** Storage of a layer's constant weights; zero points are 0, and stored values lie in {@code [-limit, limit]}. */
public enum WeightBits {
    /** One byte, -127 to 127. */
    W8(ScalarType.I8, 127, 1e-4),
    /** Four bits, -7 to 7. */
    W4(ScalarType.I4, 7, 0.0129),
    /** Two bits, -1 to 1. */
    W2(ScalarType.I2, 1, 0.190),
    /** One bit, -1 or 1. */
    W1(ScalarType.SIGN1, 1, 0.363);

    private final ScalarType storage;
    private final int limit;
    private final double roundingError;

    WeightBits(ScalarType storage, int limit, double roundingError) {
        this.storage = storage;
        this.roundingError = roundingError;
        this.limit = limit;
    }

    /** Type that weights are stored in, packed. */
    public ScalarType storage() {
        return storage;
    }

    /** Greatest stored value; the least is its negative. */
    public int limit() {
        return limit;
    }

    /** Number of bits. */
    public int bits() {
        return storage.bits();
    }

    /**
     * Share of the squares of normally distributed weights that rounding with the best scale takes. Source: J. Max,
     * "Quantizing for minimum distortion", IRE Transactions on Information Theory, 1960, for as many even levels.
     */
    double roundingError() {
        return roundingError;
    }

    /** The stored value nearest to {@code x} steps, halves to even; without a 0, what is not negative is +1. */
    int nearest(double x) {
        return this == W1 ? (x < 0 ? -1 : 1) : (int) Math.clamp(Math.rint(x), -limit, limit);
    }
}
