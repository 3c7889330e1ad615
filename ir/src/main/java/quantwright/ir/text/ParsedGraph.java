package quantwright.ir.text;

import quantwright.ir.Graph;

/**
 * A graph read from a text.
 *
 * @param graph the graph, not verified
 * @param places where its parts stand in the text
 */
public record ParsedGraph(Graph graph, SourceMap places) {
}
