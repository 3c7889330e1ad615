package quantwright.ir.arith;

import java.util.Map;

/** A choice of rounding for every op family, made once when a graph is quantized. */
public sealed interface Arithmetic permits ArithmeticPreset, Arithmetic.Custom {
    /** The rounding of an op of this family. */
    Rounding rounding(OpFamily family);

    /** Whether softmax and the bounds of fused activations follow TensorFlow Lite. */
    boolean followsTflite();

    /**
     * A preset, but for some families.
     *
     * @param preset what is not stated otherwise
     * @param other rounding of the families that differ
     */
    record Custom(ArithmeticPreset preset, Map<OpFamily, Rounding> other) implements Arithmetic {
        /** Copies the map. */
        public Custom {
            other = Map.copyOf(other);
        }

        @Override
        public Rounding rounding(OpFamily family) {
            return other.getOrDefault(family, preset.rounding(family));
        }

        @Override
        public boolean followsTflite() {
            return preset.followsTflite();
        }
    }
}
