package quantwright.compiler.pass;

import java.util.Optional;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/**
 * Scales of blocks of inputs as one scale for each output times an integer for each block: the form in which sums over
 * blocks stay integers. An f32 scale is an odd integer times a power of two, so that an output's scales have a greatest
 * common divisor of this form; it is the output's scale where all multiples are small.
 */
final class BlockMultipliers {
    private BlockMultipliers() {
    }

    /** Why scales of blocks have no such form, or the type that has. */
    record Result(Optional<QuantizedType.PerGroup> type, String problem) {
        private static Result problem(String text) {
            return new Result(Optional.empty(), text);
        }
    }

    /**
     * The form of blocks of the last axis of a matrix.
     *
     * @param outputs rows
     * @param scales  a row's scales together
     */
    static Result of(QuantizedType.PerBlock blocks, int outputs, float[] scales) {
        if (blocks.storage().kind() != ScalarType.Kind.SIGNED || !blocks.isSymmetric()) {
            return Result.problem("the weights are unsigned or have zero points");
        }
        int groups = scales.length / outputs;
        float[] common = new float[outputs];
        int[] multipliers = new int[scales.length];
        for (int o = 0; o < outputs; o++) {
            common[o] = divisor(scales, o * groups, groups);
            for (int g = o * groups; g < (o + 1) * groups; g++) {
                // Exact: both are integers times the divisor's power of two.
                double multiple = (double) scales[g] / common[o];
                if (!(multiple <= QuantizedType.PerGroup.MOST)) {
                    return Result.problem("the scales of output " + o + " are no multiples up to "
                            + QuantizedType.PerGroup.MOST + " of one scale");
                }
                multipliers[g] = (int) multiple;
            }
        }
        return new Result(Optional.of(new QuantizedType.PerGroup(blocks.storage(), blocks.expressed(), 0, 1,
                blocks.blockSize(), Floats.of(common), Ints.of(multipliers))), "");
    }

    /** Greatest common divisor of positive floats; 0 where it is below the normal numbers. */
    private static float divisor(float[] scales, int first, int count) {
        int least = Integer.MAX_VALUE;
        for (int i = first; i < first + count; i++) {
            least = Math.min(least, Math.getExponent(scales[i]) - 23);
        }
        long common = 0;
        for (int i = first; i < first + count; i++) {
            // Beyond 2^63 the multiple is large whatever the divisor.
            double units = Math.scalb((double) scales[i], -least);
            if (units >= 0x1p62) {
                return 0;
            }
            common = greatestCommonDivisor(common, (long) units);
        }
        float scale = (float) Math.scalb((double) common, least);
        return scale >= Float.MIN_NORMAL ? scale : 0;
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
