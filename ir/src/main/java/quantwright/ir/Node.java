package quantwright.ir;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Op;
import quantwright.ir.type.TensorType;

/** One application of an op to values. Compared by identity; belongs to one graph until it is erased. */
public final class Node {
    private final Graph graph;
    private final Op op;
    private final Location location;
    private final List<Value> operands;
    private final List<Value> results;
    Node previous;
    Node next;
    boolean erased;

    Node(Graph graph, Op op, List<Value> operands, List<TensorType> types, Location location) {
        this.graph = graph;
        this.op = op;
        this.location = location;
        this.operands = new ArrayList<>(operands);
        List<Value> made = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            made.add(new Value(this, i, types.get(i), ""));
        }
        this.results = List.copyOf(made);
        operands.forEach(v -> v.addUser(this));
    }

    /** The graph this belongs to. */
    public Graph graph() {
        return graph;
    }

    /** What is computed. */
    public Op op() {
        return op;
    }

    /** Where it comes from. */
    public Location location() {
        return location;
    }

    /** Operands, in order. */
    public List<Value> operands() {
        return java.util.Collections.unmodifiableList(operands);
    }

    /** Operand {@code i}. */
    public Value operand(int i) {
        return operands.get(i);
    }

    /** Results, in order. */
    public List<Value> results() {
        return results;
    }

    /** The only result. */
    public Value result() {
        if (results.size() != 1) {
            throw new IllegalStateException(op.mnemonic() + " has " + results.size() + " results");
        }
        return results.get(0);
    }

    /** Replaces operand {@code i}. */
    public void setOperand(int i, Value value) {
        operands.set(i, value).removeUser(this);
        value.addUser(this);
    }

    /** Whether this was erased from its graph. */
    public boolean isErased() {
        return erased;
    }

    void dropOperands() {
        operands.forEach(v -> v.removeUser(this));
        operands.clear();
    }

    @Override
    public String toString() {
        return op + " at " + location;
    }
}
