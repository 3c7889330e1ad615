package quantwright.backend.llvm.kernel;

/** Activations of an integer product, and where the sums of their products fit. */
public enum Activations {
    /** Bytes in the arena's encoding; sums fit i32. */
    BYTES(1),
    /** i16 as they are; sums fit i32. */
    WORDS(2),
    /** i16 as they are, of whose sums only {@link LongSums#BLOCK} products are sure to fit i32. */
    WORDS_LONG(2);

    private final int bytes;

    Activations(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of an element. */
    public int bytes() {
        return bytes;
    }
}
