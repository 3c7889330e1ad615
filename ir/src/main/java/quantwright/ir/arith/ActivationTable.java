package quantwright.ir.arith;

import java.util.function.DoubleUnaryOperator;

/**
 * Tables that map each of the 256 stored values of an 8-bit operand to a stored result. Entry {@code i} is for the
 * value {@code i + min}, where {@code min} is -128 for i8 and 0 for u8.
 */
public final class ActivationTable {
    private ActivationTable() {
    }

    /**
     * Fills a table: {@code y = f((double) inScale * (q - inZero))}, then {@code rint(y / (double) outScale) + zero},
     * clamped. NaN gives the zero point. {@code f} must be deterministic: {@link DoubleFunctions}.
     *
     * @param inMin smallest stored operand: -128 or 0
     * @return 256 stored results
     */
    public static int[] fill(DoubleUnaryOperator f, float inScale, int inZero, int inMin, float outScale,
            QuantRange out) {
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            double y = f.applyAsDouble((double) inScale * (i + inMin - inZero));
            table[i] = store(Math.rint(y / (double) outScale), out);
        }
        return table;
    }

    /**
     * Fills a table as TFLite's 8-bit LOGISTIC, TANH and ELU do: the operand is dequantized in f32, {@code f} is
     * rounded to f32, multiplied by the f32 reciprocal of {@code outScale} and rounded with ties away from zero.
     *
     * @param inMin smallest stored operand: -128 or 0
     * @return 256 stored results
     */
    public static int[] fillTflite(DoubleUnaryOperator f, float inScale, int inZero, int inMin, float outScale,
            QuantRange out) {
        float inverse = 1 / outScale;
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            float real = inScale * (float) (i + inMin - inZero);
            float y = (float) f.applyAsDouble(real);
            table[i] = store(QuantRange.roundAway(y * inverse), out);
        }
        return table;
    }

    /**
     * Fills a LeakyRelu table as TFLite does: {@code q - inZero} is rescaled by {@code in / out} where it is not
     * negative and by {@code in * alpha / out} (f32) where it is.
     *
     * @param inMin smallest stored operand: -128 or 0
     * @return 256 stored results
     */
    public static int[] fillTfliteLeakyRelu(float alpha, float inScale, int inZero, int inMin, float outScale,
            QuantRange out) {
        Requantizer identity = Requantizer.of(Rounding.GEMMLOWP, (double) inScale / (double) outScale);
        Requantizer scaled = Requantizer.of(Rounding.GEMMLOWP, inScale * alpha / outScale);
        int[] table = new int[256];
        for (int i = 0; i < 256; i++) {
            int x = i + inMin - inZero;
            table[i] = (x >= 0 ? identity : scaled).apply(x, out);
        }
        return table;
    }

    private static int store(double rounded, QuantRange out) {
        double offset = Double.isNaN(rounded) ? 0 : rounded;
        return (int) Math.clamp(offset + out.zero(), (double) out.min(), (double) out.max());
    }
}
