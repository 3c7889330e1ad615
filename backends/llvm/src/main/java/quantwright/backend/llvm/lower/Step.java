package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.ir.Node;

/**
 * The code of one TILE node.
 *
 * @param node the node
 * @param calls kernel calls, in order; empty if the node only renames memory
 * @param macs multiply-accumulates
 */
record Step(Node node, List<KernelCall> calls, long macs) {
}
