package quantwright.compiler.quant;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;

/**
 * A QUANT graph and where its layers come from.
 *
 * @param graph the QUANT graph
 * @param layers for each convolution or dense layer of the float graph that became integer, what it became; in order
 */
record QuantizedGraph(Graph graph, Map<Node, Node> layers) {
    QuantizedGraph {
        layers = Collections.unmodifiableMap(new LinkedHashMap<>(layers));
    }
}
