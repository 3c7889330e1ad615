package quantwright.backend.llvm.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Sums of products of i16 activations that need more than 32 bits: {@code high * 2^16 + low}, both i32, in the frame, one
 * vector for each pixel and vector of outputs. Blocks of products, short enough for i32, are summed in registers and added.
 * A sum's magnitude must stay below {@link #LIMIT}.
 */
final class LongSums {
    /** Products of an i16 and an i8 whose sum fits i32: less than 2^31 / (2^15 * 2^7), in whole loads of four inputs. */
    static final int BLOCK = 508;
    /** Bound of a sum: the high word fits i32 with room for what the low one carries. */
    static final double LIMIT = 0x1p46;
    private static final int SHIFT = 16;
    private final FunctionBuilder f;
    private final Address frame;
    private final int count;
    private final int lanes;

    /**
     * Sums in a frame of {@link #bytes}.
     *
     * @param count vectors
     * @param lanes most lanes of a vector
     */
    LongSums(FunctionBuilder f, Address frame, int count, int lanes) {
        this.f = f;
        this.frame = frame;
        this.count = count;
        this.lanes = lanes;
    }

    /** Bytes of so many vectors. */
    static int bytes(int count, int lanes) {
        return 2 * 4 * lanes * count;
    }

    /** High word of a sum. */
    static int high(long sum) {
        return Math.toIntExact(sum >> SHIFT);
    }

    /** Low word of a sum. */
    static int low(long sum) {
        return (int) sum & (1 << SHIFT) - 1;
    }

    private Address high(int i) {
        return frame.plus(4L * lanes * i);
    }

    private Address low(int i) {
        return frame.plus(4L * lanes * (count + i));
    }

    /** Starts the sums of each vector of outputs from {@code high * 2^16 + low}. */
    void open(Value[] high, Value[] low) {
        for (int i = 0; i < count; i++) {
            f.store(high[i % high.length], high(i), 16);
            f.store(low[i % low.length], low(i), 16);
        }
    }

    /**
     * Adds a block's sums, each times the multiplier of its outputs.
     *
     * @param by multipliers from 0 to 255; null for 1
     */
    void add(Value[] block, Value[] by) {
        for (int i = 0; i < block.length; i++) {
            IrType type = block[i].type();
            Value high = f.ashr(block[i], Value.of(type, SHIFT));
            Value low = f.and(block[i], Value.of(type, (1 << SHIFT) - 1));
            if (by != null) {
                Value m = by[i % by.length];
                low = f.mul(low, m);
                // Carried over, so that any number of groups fit.
                high = f.add(f.mul(high, m), f.lshr(low, Value.of(type, SHIFT)));
                low = f.and(low, Value.of(type, (1 << SHIFT) - 1));
            }
            f.store(f.add(f.load(type, high(i), 16), high), high(i), 16);
            f.store(f.add(f.load(type, low(i), 16), low), low(i), 16);
        }
    }

    /** The high words of all sums of vectors of so many lanes. */
    Value[] high(List<Integer> vectors) {
        return words(vectors, this::high);
    }

    /** The low words, which are not negative. */
    Value[] low(List<Integer> vectors) {
        return words(vectors, this::low);
    }

    private Value[] words(List<Integer> vectors, IntFunction<Address> at) {
        Value[] words = new Value[count];
        Arrays.setAll(words, i -> f.load(IrType.I32.vec(vectors.get(i % vectors.size())), at.apply(i), 16));
        return words;
    }

    /** A sum as f32, rounded once: both products are exact in f64, and so is their sum. */
    static Value toFloat(FunctionBuilder f, Value high, Value low) {
        IrType wide = IrType.F64.vec(high.type().lanes());
        Value top = f.fmul(f.sitofp(high, wide), Value.of(wide, 65536f));
        return f.fptrunc(f.fadd(top, f.sitofp(low, wide)), IrType.F32.vec(high.type().lanes()));
    }
}
