package quantwright.backend;

import java.util.Optional;
import quantwright.ir.Node;
import quantwright.profiles.HardwareProfile;

/**
 * Says what one layer will cost on a chip, without compiling or simulating it. Fast enough to be asked for every layer at
 * every precision; deterministic.
 */
public interface CostOracle {
    /**
     * Widths of a layer's operands. A layer without weights ignores their width.
     *
     * @param activationBits width of activations, such as 8
     * @param weightBits width of weights, such as 8 or 4
     */
    record Precision(int activationBits, int weightBits) {
        /** Eight bits everywhere. */
        public static final Precision INT8 = new Precision(8, 8);
        /** Single-precision floats. */
        public static final Precision FLOAT = new Precision(32, 32);
    }

    /**
     * Cost of one execution of a layer, batch as in the graph, at the profile's nominal operating point.
     *
     * @param supported whether the chip executes the layer at that precision; if not, the rest is 0
     * @param cycles clock cycles
     * @param seconds time
     * @param joules energy, dynamic and leakage
     * @param weightBytes bytes of weights, bias and tables in external memory
     * @param externalBytes bytes moved to and from external memory
     * @param scratchpadBytes on-chip memory that the layer occupies at once
     */
    record LayerCost(boolean supported, double cycles, double seconds, double joules, long weightBytes,
                     long externalBytes, long scratchpadBytes) {
        /** The chip cannot execute the layer so. */
        public static final LayerCost UNSUPPORTED = new LayerCost(false, 0, 0, 0, 0, 0, 0);
    }

    /** Which numbers it would need of a profile that the profile does not state; empty if it has them all. */
    default Optional<String> refusal(HardwareProfile profile) {
        return Optional.empty();
    }

    /**
     * Cost of one node of a GRAPH (float: as if it were quantized to {@code precision}) or QUANT graph. Constants,
     * reshapes and other nodes that execute nothing cost nothing.
     *
     * @throws IllegalArgumentException if the profile is no machine of this oracle
     */
    LayerCost cost(Node node, Precision precision, HardwareProfile profile);
}
