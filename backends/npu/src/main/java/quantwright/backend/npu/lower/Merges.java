package quantwright.backend.npu.lower;

import java.util.Set;
import quantwright.ir.Node;

/**
 * Which nodes are computed together.
 *
 * @param tables whether a table may be applied where a product's results are made
 * @param inPlace whether joins are written where the result has them, if that can be
 * @param pools pools made where a product's results are, if that can be
 * @param largestPool largest side of a window that the machine pools there; 0 if it does not
 */
public record Merges(boolean tables, boolean inPlace, Set<Node> pools, int largestPool) {
    /** Copies the set. */
    public Merges {
        pools = Set.copyOf(pools);
    }
}
