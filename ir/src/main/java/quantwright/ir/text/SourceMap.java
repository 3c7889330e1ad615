package quantwright.ir.text;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.loc.Location;

/** Where in a text the parts of a parsed graph stand, nested graphs included. */
public final class SourceMap {
    private static final Places NOWHERE = new Places(Location.UNKNOWN);
    private final Map<Node, Location> nodes = new IdentityHashMap<>();
    private final Map<Graph, Places> graphs = new IdentityHashMap<>();

    private record Places(Location graph, List<Location> inputs, List<Location> outputs) {
        Places(Location graph) {
            this(graph, new ArrayList<>(), new ArrayList<>());
        }
    }

    /** A map that knows no places: what graphs built in memory have. */
    public SourceMap() {
    }

    void graph(Graph graph, Location place) {
        graphs.put(graph, new Places(place));
    }

    void input(Graph graph, Location place) {
        graphs.get(graph).inputs().add(place);
    }

    void output(Graph graph, Location place) {
        graphs.get(graph).outputs().add(place);
    }

    void node(Node node, Location place) {
        nodes.put(node, place);
    }

    /** Place of a node in the text; its own location if it was not parsed. */
    public Location of(Node node) {
        Location place = nodes.get(node);
        return place == null ? node.location() : place;
    }

    /** Place of a graph's header. */
    public Location of(Graph graph) {
        return graphs.getOrDefault(graph, NOWHERE).graph();
    }

    /** Place of input {@code i}. */
    public Location input(Graph graph, int i) {
        List<Location> places = graphs.getOrDefault(graph, NOWHERE).inputs();
        return i < places.size() ? places.get(i) : of(graph);
    }

    /** Place of output {@code i}. */
    public Location output(Graph graph, int i) {
        List<Location> places = graphs.getOrDefault(graph, NOWHERE).outputs();
        return i < places.size() ? places.get(i) : of(graph);
    }
}
