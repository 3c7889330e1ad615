package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * What kernel generators ask of an instruction set. Vectors are LLVM vectors of 4 lanes of i32 up to {@link #lanes()}.
 */
public interface VectorIsa {
    /** 32-bit lanes of the narrowest vector. */
    int LEAST_LANES = 4;

    /** Suffix of kernel names, such as {@code avx512vnni}. */
    String suffix();

    /** 32-bit lanes of the widest register; a power of two, at least 4. */
    int lanes();

    /** Vector registers. */
    int registers();

    /** Neighbouring vectors that one instruction loads. */
    default int loadedTogether() {
        return 1;
    }

    /** Cycles, at throughput, of a load or multiplication of the widest vector; tiles are chosen by it. */
    default double vectorCycles() {
        return 0.5;
    }

    /** Instructions, at throughput, per cycle; tiles are chosen by it. */
    default double issueWidth() {
        return 5.5;
    }

    /**
     * What an instruction costs, in cycles, even where another limit than issue binds: 0 on a core that hides them all.
     * Tiles are chosen by it.
     */
    default double instructionCost() {
        return 0;
    }

    /**
     * Instructions of a tile up to which two tiles are in flight, so that one's epilogue hides behind the other's
     * products; tiles are chosen by it.
     */
    default int overlap() {
        return 170;
    }

    /** Cycles that storing part of a pixel costs beyond what storing a whole one does; tiles are chosen by it. */
    default double splitStore() {
        return 0.6;
    }

    /** What activation bytes in the arena are XORed with: 0x80 where the dot product wants them unsigned, else 0. */
    int byteFlip();

    /**
     * Whether no sum of two products in 16 bits overflows for these weights and any activations, so that a product that
     * forms such sums is exact.
     *
     * @param weights   s8, the weights of an output together
     * @param perOutput weights of one output
     */
    boolean safePairs(byte[] weights, int perOutput);

    /** The integer dot product per lane; {@code safePairs} says that {@link #safePairs} holds for the weights. */
    Dot dot(boolean safePairs);

    /**
     * The integer dot product by weights of {@code bits} bits (4, 2 or 1) that are unpacked in registers; null if the
     * weights are to be widened to bytes when they are packed.
     */
    default Dot packedDot(int bits) {
        return null;
    }

    /** The integer product of a register tile; {@code safePairs} as for {@link #dot}. */
    default TileProduct product(boolean safePairs) {
        return new BroadcastProduct(dot(safePairs));
    }

    /** The integer product of a register tile by weights of {@code bits} bits, or null, as {@link #packedDot}. */
    default TileProduct packedProduct(int bits) {
        Dot packed = packedDot(bits);
        return packed == null ? null : new BroadcastProduct(packed);
    }

    /**
     * The product of a register tile of i16 activations by weights of {@code bits} bits (8, 4, 2 or 1), which are packed from
     * words; null if weights of fewer bits are to be widened to bytes when they are packed.
     */
    TileProduct wordProduct(int bits);

    /** The integer product of a register tile by gathered activations, or null if there is none. */
    default TileProduct gatheredProduct() {
        return null;
    }

    /** The float product of a register tile: each step one fused multiplication and addition per lane. */
    default TileProduct floatProduct() {
        return new BroadcastProduct(new FloatDot());
    }

    /** Whether {@link #scaleDoubled} is there. */
    default boolean scalesDoubled() {
        return false;
    }

    /**
     * Fixed-point scaling rounded twice, by instructions on 32-bit lanes: the doubled product's high half, ties up,
     * then a right shift by {@code shift - 31}, with ties up or away from zero.
     *
     * @param multiplier Q31, not negative
     * @param shift      right shift of the whole product, 31 to 62
     */
    default Value scaleDoubled(FunctionBuilder f, Value acc, Value multiplier, Value shift, boolean tiesAway) {
        throw new UnsupportedOperationException(suffix());
    }

    /** Whether small numbers are better converted by {@link SmallSums}; then there is {@link #narrowLowHalves}. */
    default boolean convertsByAddition() {
        return false;
    }

    /** As {@link #narrow} of i32 lanes of which the low halves alone count, with their sign. */
    default Value narrowLowHalves(FunctionBuilder f, Value[] pieces, Address zero) {
        throw new UnsupportedOperationException(suffix());
    }

    /** Floats to i32, half to even; out of range is unspecified. */
    Value toIntHalfEven(FunctionBuilder f, Value v);

    /** Floats rounded to integral floats, half to even. */
    default Value roundHalfEven(FunctionBuilder f, Value v) {
        return f.overloaded("llvm.roundeven", v.type(), v);
    }

    /** {@code x < y ? x : y} per float lane; operands are never NaN. */
    default Value floatMin(FunctionBuilder f, Value x, Value y) {
        return f.select(f.fcmp("olt", x, y), x, y);
    }

    /** {@code x > y ? x : y} per float lane; operands are never NaN. */
    default Value floatMax(FunctionBuilder f, Value x, Value y) {
        return f.select(f.fcmp("ogt", x, y), x, y);
    }

    /**
     * Adds {@code zero} to i32 lanes and saturates to a byte, signed or unsigned as the arena's encoding is.
     *
     * @param pieces one to four i32 vectors of equal lanes L; values of any size
     * @param zero   zero point as an address of 32 splatted i16
     * @return L bytes of the first piece, then of the second, and so on: 4 * L bytes (unspecified for missing pieces)
     */
    Value narrow(FunctionBuilder f, Value[] pieces, Address zero);

    /** As {@link #narrow} of four pieces, whose lane 4g + e of piece q becomes byte 16g + 4q + e. */
    Value narrowInterleaved(FunctionBuilder f, Value[] pieces, Address zero);

    /** {@code table[b]} per byte lane, unsigned index; {@code table} is the address of 256 bytes aligned to 64. */
    Value lookup(FunctionBuilder f, Value bytes, Address table);

    /** A way to add four products per 32-bit lane. */
    interface Dot {
        /** Bytes of packed weights per output lane that one load brings: of four inputs for each step it serves. */
        default int weightBytes() {
            return 4;
        }

        /** Steps of four inputs whose weights one load brings. */
        default int stepsPerLoad() {
            return 1;
        }

        /** Accumulators hold the sum times two to this power; {@link PackedSums#fit} says where it fits. */
        default int scaleShift() {
            return 0;
        }

        /** Instructions to take a step's weights from a loaded vector. */
        default int unpackings() {
            return 0;
        }

        /** Vector registers a step needs besides accumulators and weights. */
        default int scratchRegisters() {
            return 2;
        }

        /** Instructions per accumulator vector and step. */
        default int operations() {
            return 1;
        }

        /** Multiplications among {@link #operations}. */
        default int multiplications() {
            return 1;
        }

        /** Instructions to prepare an activation after its broadcast. */
        default int preparations() {
            return 0;
        }

        /** Prepares four activation bytes, broadcast to each lane of an i32 vector, for {@link #accumulate}. */
        default Value[] activation(FunctionBuilder f, Value splat) {
            return new Value[] {splat};
        }

        /** acc + dot(activation, weights); {@code activation} may be wider than {@code acc}. */
        Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights);

        /**
         * Loads the packed weights of {@code lanes} outputs from {@code firstOutput} of a step of {@code outputs}.
         */
        Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs);

        /** The weights of step {@code step} of those that {@link #weights} loaded. */
        default Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
            return loaded;
        }

        /** Packs what one load brings: {@code weights[output][4 * stepsPerLoad()]} in order of outputs. */
        default void pack(ByteBuffer to, byte[][] weights) {
            for (byte[] w : weights) {
                to.put(w);
            }
        }
    }
}
