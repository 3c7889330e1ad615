package quantwright.compiler.quant;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.ir.Node;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.type.TensorType;

/** Precision of one node: float, or integer. */
public sealed interface LayerPrecision {
    /** 8 bits for weights and activations. */
    Integer W8A8 = new Integer(WeightBits.W8, ActivationBits.A8);

    /** Sizes that groups of inputs may have. */
    List<java.lang.Integer> GROUPS = List.of(32, 64, 128, 256);

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
     * @param group inputs whose weights share a multiplier of the scale, in dense layers and 1x1 convolutions that have
     *     more inputs than that; 0 for a scale for each output only
     */
    record Integer(WeightBits weights, ActivationBits activations, int group) implements LayerPrecision {
        /** Checks that groups go with 8-bit activations. */
        public Integer {
            if (group < 0 || group > 0 && activations != ActivationBits.A8) {
                throw new IllegalArgumentException("groups of " + group + " inputs with " + activations);
            }
        }

        /** A precision without multipliers. */
        public Integer(WeightBits weights, ActivationBits activations) {
            this(weights, activations, 0);
        }

        /** Size of the groups a layer has at this precision; 0 if it has none. */
        int groupOf(Node node) {
            TensorType w = node.operand(1).type();
            boolean plain = node.op() instanceof Dense || node.op() instanceof Conv2d c && c.groups() == 1
                    && w.dim(1) == 1 && w.dim(2) == 1;
            return plain && w.dim(-1) > group ? group : 0;
        }

        @Override
        public String text() {
            return "w" + weights.bits() + (group > 0 ? "g" + group : "") + "a" + activations.bits();
        }
    }

    /** The form {@link #parse} reads: {@code float}, or bits as in {@code w4a8}, or with groups {@code w4g32a8}. */
    String text();

    /** Reads {@link #text()}; empty if it is no precision. */
    static Optional<LayerPrecision> parse(String text) {
        if (text.equals("float")) {
            return Optional.of(new Real());
        }
        Matcher m = Pattern.compile("w(8|4|2|1)(?:a(8|16)|g(\\d{1,3})a8)").matcher(text);
        boolean valid = m.matches() && (m.group(3) == null || GROUPS.contains(java.lang.Integer.valueOf(m.group(3))));
        return valid ? Optional.of(new Integer(WeightBits.valueOf("W" + m.group(1)),
                ActivationBits.valueOf(m.group(2) == null ? "A8" : "A" + m.group(2)),
                m.group(3) == null ? 0 : java.lang.Integer.parseInt(m.group(3)))) : Optional.empty();
    }
}
