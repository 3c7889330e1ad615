package quantwright.compiler.quant;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Precision of one node: float, or integer. */
public sealed interface LayerPrecision {
    /** 8 bits for weights and activations. */
    Integer W8A8 = new Integer(WeightBits.W8, ActivationBits.A8);

    /** The node stays float. */
    record Real() implements LayerPrecision {
        @Override
        public String text() {
            return "float";
        }
    }

    /**
     * The node becomes an integer op, if it can.
     *
     * @param weights storage of its constant weights; means nothing for a node without
     * @param activations storage of the activations it reads, at least: a value that several nodes read has what the
     *     widest of them asks
     */
    record Integer(WeightBits weights, ActivationBits activations) implements LayerPrecision {
        @Override
        public String text() {
            return "w" + weights.bits() + "a" + activations.bits();
        }
    }

    /** The form {@link #parse} reads: {@code float}, or bits as in {@code w4a8}. */
    String text();

    /** Reads {@link #text()}; empty if it is no precision. */
    static Optional<LayerPrecision> parse(String text) {
        if (text.equals("float")) {
            return Optional.of(new Real());
        }
        Matcher m = Pattern.compile("w(8|4|2|1)a(8|16)").matcher(text);
        return m.matches() ? Optional.of(new Integer(WeightBits.valueOf("W" + m.group(1)),
                ActivationBits.valueOf("A" + m.group(2)))) : Optional.empty();
    }
}
