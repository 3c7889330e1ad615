package quantwright.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.TensorType;

/**
 * A model as a list of nodes in execution order over named inputs and outputs. Identity class, single-threaded. Nodes are
 * kept in a linked list, so that insertion and removal are cheap; iteration tolerates erasing the node just returned and
 * insertion anywhere.
 */
public final class Graph implements Iterable<Node> {
    private final String name;
    private Level level;
    private final List<Value> inputs = new ArrayList<>();
    private final List<Value> outputs = new ArrayList<>();
    private final List<String> outputNames = new ArrayList<>();
    private Node first;
    private Node last;
    private int size;

    /** An empty graph. */
    public Graph(String name, Level level) {
        this.name = name;
        this.level = level;
    }

    /** The model's name. */
    public String name() {
        return name;
    }

    /** Abstraction level. */
    public Level level() {
        return level;
    }

    /** Moves the graph to a lower level. */
    public void setLevel(Level newLevel) {
        level = newLevel;
    }

    /** Inputs, in the source model's order. */
    public List<Value> inputs() {
        return Collections.unmodifiableList(inputs);
    }

    /** Outputs, in the source model's order. */
    public List<Value> outputs() {
        return Collections.unmodifiableList(outputs);
    }

    /** Name of output {@code i}; it outlives rewrites of the value behind it. */
    public String outputName(int i) {
        return outputNames.get(i);
    }

    /** Number of nodes. */
    public int size() {
        return size;
    }

    /** First node in execution order, or null. */
    public Node first() {
        return first;
    }

    /** Last node in execution order, or null. */
    public Node last() {
        return last;
    }

    /** Adds an input. */
    public Value addInput(String inputName, TensorType type) {
        Value value = new Value(null, inputs.size(), type, inputName);
        inputs.add(value);
        return value;
    }

    /** Adds an output. */
    public void addOutput(String outputName, Value value) {
        outputs.add(value);
        outputNames.add(outputName);
    }

    /** Lets output {@code i} be another value. */
    public void setOutput(int i, Value value) {
        outputs.set(i, value);
    }

    /** Whether {@code value} is an output. */
    public boolean isOutput(Value value) {
        return outputs.contains(value);
    }

    /** Whether nothing uses {@code value}. */
    public boolean isUnused(Value value) {
        return value.users().isEmpty() && !isOutput(value);
    }

    /** The node's type-checked result types: what {@code op} infers on {@code operands}. */
    public static List<TensorType> infer(Op op, List<Value> operands, List<ElementType> requested) {
        return op.infer(new OpContext(op.mnemonic(), operands.stream().map(v -> v.type().canonical()).toList(), requested));
    }

    /** Appends a node whose op infers its own result types. */
    public Node append(Op op, List<Value> operands, Location location) {
        return insertBefore(null, op, operands, List.of(), location);
    }

    /** Appends a node with a stated element type of result 0. */
    public Node append(Op op, List<Value> operands, ElementType result, Location location) {
        return insertBefore(null, op, operands, List.of(result), location);
    }

    /**
     * Inserts a node before {@code at} (at the end if null).
     *
     * @param requested element types asked of the results; empty if the op determines them
     * @throws quantwright.ir.op.ConstraintViolation if the op rejects its operands
     */
    public Node insertBefore(Node at, Op op, List<Value> operands, List<ElementType> requested, Location location) {
        return insertTyped(at, op, operands, infer(op, operands, requested), location);
    }

    /** Inserts a node with given result types, unchecked; the parser and layout passes use it. */
    public Node insertTyped(Node at, Op op, List<Value> operands, List<TensorType> types, Location location) {
        Node node = new Node(this, op, operands, types, location);
        link(node, at);
        return node;
    }

    /** Moves a node before {@code at} (to the end if null). */
    public void moveBefore(Node node, Node at) {
        if (node != at) {
            unlink(node);
            link(node, at);
        }
    }

    /** Lets every user of {@code from}, outputs included, use {@code to} instead. */
    public void replaceAllUses(Value from, Value to) {
        if (from == to) {
            return;
        }
        for (Node user : List.copyOf(from.users())) {
            for (int i = 0; i < user.operands().size(); i++) {
                if (user.operand(i) == from) {
                    user.setOperand(i, to);
                }
            }
        }
        Collections.replaceAll(outputs, from, to);
        if (to.name().isEmpty() && !to.isInput()) {
            to.setName(from.name());
        }
    }

    /**
     * Erases a node.
     *
     * @throws IllegalStateException if a result is still in use
     */
    public void erase(Node node) {
        if (!node.results().stream().allMatch(this::isUnused)) {
            throw new IllegalStateException("erasing a node in use: " + node);
        }
        unlink(node);
        node.dropOperands();
        node.erased = true;
    }

    private void link(Node node, Node at) {
        node.next = at;
        node.previous = at == null ? last : at.previous;
        if (node.previous == null) {
            first = node;
        } else {
            node.previous.next = node;
        }
        if (at == null) {
            last = node;
        } else {
            at.previous = node;
        }
        size++;
    }

    private void unlink(Node node) {
        if (node.previous == null) {
            first = node.next;
        } else {
            node.previous.next = node.next;
        }
        if (node.next == null) {
            last = node.previous;
        } else {
            node.next.previous = node.previous;
        }
        size--;
    }

    /** The nodes at this moment, in execution order. */
    public List<Node> nodes() {
        List<Node> list = new ArrayList<>(size);
        for (Node n = first; n != null; n = n.next) {
            list.add(n);
        }
        return list;
    }

    @Override
    public Iterator<Node> iterator() {
        return new Iterator<>() {
            private Node upcoming = first;

            @Override
            public boolean hasNext() {
                while (upcoming != null && upcoming.erased) {
                    upcoming = upcoming.next;
                }
                return upcoming != null;
            }

            @Override
            public Node next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Node node = upcoming;
                upcoming = node.next;
                return node;
            }
        };
    }
}
