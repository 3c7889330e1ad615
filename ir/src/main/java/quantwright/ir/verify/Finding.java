package quantwright.ir.verify;

import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.diag.Diagnostic;

/**
 * One thing that is wrong with a graph.
 *
 * @param graph the graph it is in, possibly a fused region of another
 * @param node the offending node; null if it is the graph's interface
 * @param diagnostic what is wrong
 */
public record Finding(Graph graph, Node node, Diagnostic diagnostic) {
}
