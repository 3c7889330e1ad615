package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import quantwright.compiler.quant.LayerPrecision;

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
 * @param precisions what was asked for, the preferred first; a layer has those of them that the chip executes
 * @param layers the layers, in execution order
 * @param boundaries what it costs where the float and the integer world meet between two layers
 * @param ties sets of layers with one precision
 * @param otherBytes bytes of constants that belong to no layer
 * @param arena memory at each moment
 */
public record CostTable(int format, String model, String profile, String profileHash, String source, boolean energy,
                        List<String> precisions, List<LayerCosts> layers, List<BoundaryCosts> boundaries,
                        List<List<Integer>> ties,
                        long otherBytes, List<Moment> arena) {
    /** The format this version reads and writes. */
    public static final int FORMAT = 2;

    /** Copies the lists. */
    public CostTable {
        precisions = List.copyOf(precisions);
        layers = List.copyOf(layers);
        boundaries = List.copyOf(boundaries);
        ties = ties.stream().map(List::copyOf).toList();
        arena = List.copyOf(arena);
    }

    /** What keeps a search from using it, such as a negative time in a file that was edited; empty if nothing does. */
    public Optional<String> fault() {
        if (layers.isEmpty()) {
            return Optional.of("it has no layers");
        }
        // Sums over all layers stay within 64 bits.
        long most = Long.MAX_VALUE / 4 / (layers.size() + boundaries.size() + 1);
        for (LayerCosts layer : layers) {
            Set<String> seen = new HashSet<>();
            for (ChoiceCosts c : layer.choices()) {
                if (LayerPrecision.parse(c.precision()).isEmpty() || !seen.add(c.precision())) {
                    return Optional.of("layer '" + layer.name() + "': '" + c.precision()
                            + "' is no precision, or stands twice");
                }
            }
            List<Long> values = new ArrayList<>(List.of(layer.parameters(), layer.macs()));
            layer.choices().forEach(c -> values.addAll(List.of(c.picoseconds(), c.femtojoules(), c.bytes(),
                    c.bitOperations(), c.scratchpadBytes())));
            if (layer.choices().isEmpty() || !within(values, most)) {
                return Optional.of("layer '" + layer.name() + "' has no choice, or a number below 0 or beyond all bounds");
            }
        }
        return sharedFault(most);
    }

    private Optional<String> sharedFault(long most) {
        List<Long> values = new ArrayList<>(List.of(otherBytes));
        List<Integer> indices = new ArrayList<>();
        for (BoundaryCosts b : boundaries) {
            indices.addAll(List.of(b.first(), b.second()));
            values.addAll(List.of(b.toInteger(), b.toFloat()));
        }
        ties.forEach(indices::addAll);
        for (Moment m : arena) {
            values.add(m.otherBytes());
            m.alive().forEach(a -> {
                indices.add(a.layer());
                values.add(a.elements());
            });
        }
        if (indices.stream().anyMatch(i -> i < 0 || i >= layers.size())) {
            return Optional.of("a boundary, tie or moment names a layer beyond its " + layers.size());
        }
        return within(values, most) ? Optional.empty() : Optional.of(
                "a boundary or moment has a number below 0 or beyond all bounds");
    }

    private static boolean within(List<Long> values, long most) {
        return values.stream().allMatch(v -> v >= 0 && v <= most);
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
