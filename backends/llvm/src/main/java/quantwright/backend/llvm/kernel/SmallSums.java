package quantwright.backend.llvm.kernel;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Conversions of small numbers by float additions, which some processors do at twice to four times the rate of their
 * conversion instructions. In [2^23, 2^24) floats are the integers and the bits count them. So a sum that starts from the
 * bits of 1.5 * 2^23 ends as the bits of the float that much greater, from which a subtraction leaves it, exactly; and a
 * float to which that is added is rounded to an integer, half to even, whose low 16 bits are those of the result.
 */
public final class SmallSums {
    /** 1.5 * 2^23. */
    static final float MIDDLE = 0x1.8p23f;
    /** Its bits, the lower half of which is zero. */
    private static final int MIDDLE_BITS = Float.floatToRawIntBits(MIDDLE);
    /** Sums below this in magnitude stay within the range where floats are the integers. */
    private static final double MOST_SUM = 0x1p22;
    /** Rounded values below this in magnitude are their low 16 bits. */
    private static final double MOST_RESULT = 0x1p15 - 1;

    private SmallSums() {
    }

    /**
     * Whether sums of an output may be converted so.
     *
     * @param bound  greatest magnitude of a sum, its bias included
     * @param factor what it is multiplied by before it is rounded
     */
    public static boolean fit(double bound, double factor) {
        return bound < MOST_SUM && bound * Math.abs(factor) < MOST_RESULT;
    }

    /** Whether code for an instruction set converts the sums of this epilogue so; never where they are scaled. */
    static boolean used(VectorIsa isa, Epilogue epilogue, int scaleShift) {
        return isa.convertsByAddition() && scaleShift == 0
            && epilogue.requantize() instanceof Epilogue.Requantize.F32 r && r.small();
    }

    /** What sums start from besides their bias. */
    static int start(VectorIsa isa, Epilogue epilogue, int scaleShift) {
        return used(isa, epilogue, scaleShift) ? MIDDLE_BITS : 0;
    }

    /** The sums, as floats, that {@code acc} is after a {@link #start}; {@code middle} holds {@link #MIDDLE}. */
    static Value toFloat(FunctionBuilder f, Value acc, Value middle) {
        return f.fsub(f.bitcast(acc, middle.type()), middle);
    }

    /** i32 lanes whose low halves are floats below 2^15 in magnitude, rounded half to even. */
    static Value toLowHalves(FunctionBuilder f, Value v, Value middle) {
        return f.bitcast(f.fadd(v, middle), IrType.I32.vec(v.type().lanes()));
    }
}
