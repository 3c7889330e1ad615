package quantwright.backend.llvm.kernel;

/**
 * What happens to an i32 accumulator before it is stored. Only the structure is here, so that layers that differ in
 * values alone share code; the values are in {@link EpilogueValues} and travel in the constants block. In order:
 * requantize, clamp, table, residual addition with its own clamp, store.
 *
 * @param requantize rounding of the accumulator
 * @param table      a 256-entry table maps the requantized byte
 * @param residual   addition of a second tensor after that
 * @param store      form of the result
 */
public record Epilogue(Requantize requantize, boolean table, Residual residual, Store store) {
    /** Greatest magnitude of a sum of products of 16-bit activations that kernels take. */
    public static final double WORD_SUM_LIMIT = LongSums.LIMIT;

    /** Rounding of an accumulator to a value of 8 or 16 bits. */
    public sealed interface Requantize {
        /**
         * f32(acc) * factor, clamp, half to even, plus zero; one factor per output channel.
         *
         * @param proven |acc| * factor is below 2^31 for every input, so that clamping after conversion gives the same
         *               result
         * @param narrow the clamp is tighter than the storage type, as for ReLU6
         * @param small  {@link SmallSums#fit} holds for every input and output channel
         */
        record F32(boolean proven, boolean narrow, boolean small) implements Requantize {
            /** A requantization of sums that may be large. */
            public F32(boolean proven, boolean narrow) {
                this(proven, narrow, false);
            }

            public F32 {
                if (small && !proven) {
                    throw new IllegalArgumentException("small sums are proven");
                }
            }
        }

        /**
         * A fixed-point multiplier and right shift per output channel (left shift of the accumulator first where a
         * factor exceeds one).
         *
         * @param rounding how the shift rounds
         * @param leftShift some channel shifts left first (bound proven by the caller)
         * @param proven    the rounded product fits i32 for every input
         * @param narrow    as in {@link F32}
         */
        record Fixed(FixedRounding rounding, boolean leftShift, boolean proven,
                boolean narrow) implements Requantize { }

        /** The accumulator itself; only with {@link Store#I32}. */
        record None() implements Requantize { }
    }

    /** Rounding of a fixed-point product; ARITHMETIC.md defines each. */
    public enum FixedRounding {
        HALF_EVEN, HALF_UP, HALF_AWAY, FLOOR, TOWARD_ZERO,
        /** The product is rounded to its high half, ties up, then shifted with ties away from zero. */
        GEMMLOWP_DOUBLE,
        /** As {@link #GEMMLOWP_DOUBLE} with the shift's ties up. */
        DOUBLE_HALF_UP;

        /** Whether the product is rounded to 32 bits before the shift. */
        public boolean doubled() {
            return this == GEMMLOWP_DOUBLE || this == DOUBLE_HALF_UP;
        }
    }

    /** Fused elementwise addition. */
    public enum Residual {
        NONE,
        /** fadd(fmul(f32(q1 - z1), m1), fmul(f32(q2 - z2), m2)), clamp, half to even, plus zero. */
        F32
    }

    /** Form of the stored result. */
    public enum Store {
        /** Bytes in the arena's encoding. */
        ENCODED(1),
        /** Plain i8. */
        I8(1),
        /** Plain i16. */
        I16(2),
        /** (q - zero) * scale as float. */
        F32(4),
        /** The accumulator. */
        I32(4);

        private final int bytes;

        Store(int bytes) {
            this.bytes = bytes;
        }

        /** Bytes per element. */
        public int bytes() {
            return bytes;
        }
    }

    public Epilogue {
        if ((requantize instanceof Requantize.None) != (store == Store.I32)) {
            throw new IllegalArgumentException("i32 is stored exactly when nothing is requantized");
        }
        if (store == Store.I16 && table) {
            throw new IllegalArgumentException("a table maps bytes");
        }
        if (store == Store.I32 && (table || residual != Residual.NONE)) {
            throw new IllegalArgumentException("a raw accumulator has no further epilogue");
        }
    }

    /** Requantize under {@code F32} and store encoded bytes. */
    public static Epilogue f32(boolean proven, boolean narrow) {
        return new Epilogue(new Requantize.F32(proven, narrow), false, Residual.NONE, Store.ENCODED);
    }

    /** Store the accumulator. */
    public static Epilogue raw() {
        return new Epilogue(new Requantize.None(), false, Residual.NONE, Store.I32);
    }

    /** True if a second activation tensor is read. */
    public boolean hasResidual() {
        return residual != Residual.NONE;
    }
}
