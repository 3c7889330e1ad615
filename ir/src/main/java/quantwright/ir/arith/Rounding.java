package quantwright.ir.arith;

import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an op that rescales integers rounds. It is an attribute of every quantizing op, chosen once when the graph is
 * quantized, so that a graph means the same bytes on every target.
 *
 * <p>Text form: {@code f32} or {@code fixed<31, gemmlowp-double, i32>} ({@link #text()}, {@link #parse(String)}).
 * {@link Requantizer} holds the arithmetic.
 */
public sealed interface Rounding permits Rounding.F32, Rounding.Fixed {

    /** f32 multiply, clamp in f32, convert half to even. */
    Rounding FLOAT32 = new F32();

    /**
     * TFLite's reference {@code MultiplyByQuantizedMultiplier}: doubling high multiply, then a shift with ties away
     * from zero.
     */
    Rounding GEMMLOWP = new Fixed(31, Mode.GEMMLOWP_DOUBLE, Intermediate.I32);

    /**
     * As {@link #GEMMLOWP} with the shift's ties up: what TFLite's matrix kernels give on x86 for CONV_2D and
     * FULLY_CONNECTED.
     */
    Rounding DOUBLE_HALF_UP = new Fixed(31, Mode.HALF_UP, Intermediate.I32);

    /** One half-up rounding of the exact 64-bit product. */
    Rounding SINGLE_ROUNDING = new Fixed(31, Mode.HALF_UP, Intermediate.I64);

    /** TFLite's requantization from 64-bit accumulators (16-bit activations). */
    Rounding TFLITE_16X8 = new Fixed(15, Mode.HALF_UP, Intermediate.I64);

    /** The canonical text form, which {@link #parse(String)} reads back to an equal value. */
    String text();

    /**
     * Reads a canonical text form; white space between tokens is free.
     *
     * @throws IllegalArgumentException if the text is not a rounding; the message says what is expected
     */
    static Rounding parse(String text) {
        Objects.requireNonNull(text, "text");
        String trimmed = text.strip();
        if (trimmed.equals("f32")) {
            return FLOAT32;
        }
        Matcher m = Pattern.compile("fixed\\s*<\\s*(\\d{1,3})\\s*,\\s*([a-z-]+)\\s*,\\s*(i\\d+)\\s*>")
            .matcher(trimmed);
        if (!m.matches()) {
            throw new IllegalArgumentException("'" + text + "' is not a rounding; expected 'f32' or"
                + " 'fixed<15|16|31|32, MODE, i32|i64>'");
        }
        return new Fixed(Integer.parseInt(m.group(1)), Mode.parse(m.group(2)), Intermediate.parse(m.group(3)));
    }

    /** Rescaling by one f32 multiply, rounded half to even. */
    record F32() implements Rounding {
        @Override
        public String text() {
            return "f32";
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /**
     * Rescaling by an integer multiplier and a right shift.
     *
     * @param multiplierBits width of the multiplier's magnitude: 15, 16, 31 or 32 (see {@link Multiplier})
     * @param mode           how the shifted-out bits round
     * @param intermediate   whether the product is kept whole (i64) or first rounded to its high 32 bits
     */
    record Fixed(int multiplierBits, Mode mode, Intermediate intermediate) implements Rounding {
        /** Checks that the combination is one the arithmetic defines. */
        public Fixed {
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(intermediate, "intermediate");
            if (multiplierBits != 15 && multiplierBits != 16 && multiplierBits != 31 && multiplierBits != 32) {
                throw new IllegalArgumentException("multiplier bits must be 15, 16, 31 or 32, not " + multiplierBits);
            }
            if (mode == Mode.GEMMLOWP_DOUBLE && (multiplierBits != 31 || intermediate != Intermediate.I32)) {
                throw new IllegalArgumentException("gemmlowp-double exists as fixed<31, gemmlowp-double, i32> only");
            }
        }

        @Override
        public String text() {
            return "fixed<" + multiplierBits + ", " + mode.text() + ", " + intermediate.text() + ">";
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** What happens to the bits a right shift or a division drops. */
    enum Mode {
        /** To nearest, ties to the even result. */
        HALF_EVEN,
        /** To nearest, ties towards positive infinity. */
        HALF_UP,
        /** To nearest, ties away from zero. */
        HALF_AWAY,
        /**
         * gemmlowp's two roundings by their usual name: the doubling high multiply rounds to nearest with ties up, then
         * the shift rounds to nearest with ties away from zero. Computes what half-away does with an i32 intermediate.
         */
        GEMMLOWP_DOUBLE,
        /** Towards negative infinity. */
        FLOOR,
        /** Towards zero. */
        TOWARD_ZERO;

        /** Lower-case name with hyphens. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        static Mode parse(String text) {
            for (Mode mode : values()) {
                if (mode.text().equals(text)) {
                    return mode;
                }
            }
            throw new IllegalArgumentException("'" + text + "' is not a rounding mode; expected half-even, half-up,"
                + " half-away, gemmlowp-double, floor or toward-zero");
        }
    }

    /** Width kept between the multiply and the rounding shift. */
    enum Intermediate {
        /** The product is first rounded, ties up, to its high 32 bits: a rounding doubling high multiply. */
        I32,
        /** The exact product is shifted. */
        I64;

        /** {@code i32} or {@code i64}. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Intermediate parse(String text) {
            for (Intermediate value : values()) {
                if (value.text().equals(text)) {
                    return value;
                }
            }
            throw new IllegalArgumentException("'" + text + "' is not an intermediate width; expected i32 or i64");
        }
    }
}
