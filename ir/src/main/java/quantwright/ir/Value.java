package quantwright.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import quantwright.ir.type.TensorType;

/** A tensor in a graph: a graph input or one result of a node. Compared by identity. */
public final class Value {
    private final Node producer;
    private final int index;
    private final List<Node> users = new ArrayList<>();
    private TensorType type;
    private String name;

    Value(Node producer, int index, TensorType type, String name) {
        this.producer = producer;
        this.index = index;
        this.type = type;
        this.name = name;
    }

    /** The node this is a result of; null for a graph input. */
    public Node producer() {
        return producer;
    }

    /** Whether this is a graph input. */
    public boolean isInput() {
        return producer == null;
    }

    /** Position among the producer's results, or among the graph's inputs. */
    public int index() {
        return index;
    }

    /** Type. */
    public TensorType type() {
        return type;
    }

    /** Replaces the type; only passes that change layouts or parameters in place do this. */
    public void setType(TensorType newType) {
        type = newType;
    }

    /** The source model's name; empty if it has none. */
    public String name() {
        return name;
    }

    /** Gives this the source model's name. */
    public void setName(String newName) {
        name = newName;
    }

    /** The nodes that take this as operand, once per use, in order of attachment. Graph outputs are not among them. */
    public List<Node> users() {
        return Collections.unmodifiableList(users);
    }

    void addUser(Node node) {
        users.add(node);
    }

    void removeUser(Node node) {
        users.remove(node);
    }

    @Override
    public String toString() {
        return (name.isEmpty() ? (producer == null ? "input " : "result ") + index : "\"" + name + "\"") + " : "
                + type.element() + " " + type.shape();
    }
}
