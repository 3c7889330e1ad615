package quantwright.compiler.search;

import java.util.List;

/**
 * What every choice costs on one chip: the explicit input of a search, written as a file. Integers throughout, so that the
 * file means the same to every reader: times in picoseconds, energies in femtojoules.
 *
 * @param format version of the format
 * @param model SHA-256 of the float model
 * @param profile id of the profile
 * @param profileHash SHA-256 of the resolved profile
 * @param source where the numbers come from, for people: the host that was measured, or the oracle
 * @param energy whether energies are known
 * @param layers the layers, in execution order
 * @param boundaries what it costs where the float and the integer world meet between two layers
 * @param ties sets of layers with one precision
 * @param otherBytes bytes of constants that belong to no layer
 * @param arena memory at each moment
 */
public record CostTable(int format, String model, String profile, String profileHash, String source, boolean energy,
                        List<LayerCosts> layers, List<BoundaryCosts> boundaries, List<List<Integer>> ties,
                        long otherBytes, List<Moment> arena) {
    /** The format this version reads and writes. */
    public static final int FORMAT = 1;

    /** Copies the lists. */
    public CostTable {
        layers = List.copyOf(layers);
        boundaries = List.copyOf(boundaries);
        ties = ties.stream().map(List::copyOf).toList();
        arena = List.copyOf(arena);
    }

    /**
     * A layer.
     *
     * @param name its name
     * @param parameters elements of its weights
     * @param macs multiply-accumulates
     * @param choices what the chip can do with it
     */
    public record LayerCosts(String name, long parameters, long macs, List<ChoiceCosts> choices) {
        /** Copies the list. */
        public LayerCosts {
            choices = List.copyOf(choices);
        }
    }

    /**
     * A layer at a precision, with the nodes that follow it.
     *
     * @param precision as {@code LayerPrecision.text()} gives it
     * @param picoseconds time
     * @param femtojoules energy
     * @param bytes its constants as they are stored
     * @param bitOperations multiply-accumulates times the widths of both operands
     * @param scratchpadBytes on-chip memory it occupies at once, where the chip has a scratchpad
     */
    public record ChoiceCosts(String precision, long picoseconds, long femtojoules, long bytes, long bitOperations,
                              long scratchpadBytes) {
    }

    /**
     * A value between two layers.
     *
     * @param first index of the layer that makes it
     * @param second index of the layer that reads it
     * @param value its name
     * @param toInteger picoseconds to quantize it, where the first is float and the second is not
     * @param toFloat picoseconds to dequantize it
     */
    public record BoundaryCosts(int first, int second, String value, long toInteger, long toFloat) {
    }

    /**
     * Memory at one moment of execution.
     *
     * @param otherBytes what is alive whatever is chosen
     * @param alive values alive, by the layer whose precision decides their width
     */
    public record Moment(long otherBytes, List<Alive> alive) {
        /** Copies the list. */
        public Moment {
            alive = List.copyOf(alive);
        }
    }

    /**
     * Values alive.
     *
     * @param layer index of the layer
     * @param elements their elements
     */
    public record Alive(int layer, long elements) {
    }
}
