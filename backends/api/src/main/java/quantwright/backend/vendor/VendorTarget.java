package quantwright.backend.vendor;

import java.util.Optional;
import quantwright.ir.Graph;
import quantwright.ir.Node;

/** What a chip outside the machine templates executes, as its backend states it. */
public interface VendorTarget {
    /** Why the chip cannot execute a node, in words for the user; empty if it can. Never asked of constants. */
    Optional<String> refusal(Node node);

    /** Boundary in bytes of every tensor and constant, a power of two. */
    int alignment();

    /** Replaces ops by the chip's own, in place, before legality is asked and memory is planned. */
    default void replaceOps(Graph tile) {
    }
}
