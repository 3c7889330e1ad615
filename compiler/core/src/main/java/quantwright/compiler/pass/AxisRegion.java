package quantwright.compiler.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Op;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/**
 * A maximal connected set of nodes that commute with transposes, all of one rank. Its values are permuted together: for
 * a permutation p, every value v of the region is replaced by transpose(v, p); transposes at the border merge with
 * that.
 */
final class AxisRegion {
    private final Graph graph;
    private final int rank;
    private final List<Node> nodes = new ArrayList<>();
    private final Set<Value> members = new HashSet<>();
    private final Set<Value> sources = new LinkedHashSet<>();

    /**
     * The region around a transparent node.
     *
     * @param order position of each node in the graph
     * @param visited nodes that are in a region already; those of this one are added
     */
    AxisRegion(Graph graph, Node seed, Map<Node, Integer> order, Set<Node> visited) {
        this.graph = graph;
        this.rank = seed.result().type().rank();
        Deque<Node> work = new ArrayDeque<>(List.of(seed));
        visited.add(seed);
        while (!work.isEmpty()) {
            Node node = work.pop();
            nodes.add(node);
            members.add(node.result());
            for (int i = 0; i < AxisMapping.movingOperands(node); i++) {
                Value operand = node.operand(i);
                if (!operand.isInput() && joins(operand.producer()) && visited.add(operand.producer())) {
                    work.push(operand.producer());
                }
            }
            for (Node user : node.result().users()) {
                if (joins(user) && movesAs(user, node.result()) && visited.add(user)) {
                    work.push(user);
                }
            }
        }
        nodes.sort(Comparator.comparing(order::get));
        for (Node node : nodes) {
            for (int i = 0; i < AxisMapping.movingOperands(node); i++) {
                Value operand = node.operand(i);
                if (!members.contains(operand) && !Constants.isConstant(operand)) {
                    sources.add(operand);
                }
            }
        }
    }

    private boolean joins(Node node) {
        return AxisMapping.movingOperands(node) > 0 && node.result().type().rank() == rank;
    }

    /** Whether every use of {@code value} by {@code user} is one that moves. */
    private static boolean movesAs(Node user, Value value) {
        int moving = AxisMapping.movingOperands(user);
        return user.operands().indexOf(value) < moving
                && user.operands().subList(moving, user.operands().size()).stream().noneMatch(o -> o == value);
    }

    /**
     * Transposes the region if that makes the graph cheaper.
     *
     * @return whether it did
     */
    boolean improve() {
        Ints best = null;
        TransposeCost least = cost(Permutations.identity(rank));
        for (Ints p : candidates()) {
            if (nodes.stream().allMatch(n -> AxisMapping.map(n, p) != null)) {
                TransposeCost cost = cost(p);
                if (cost.compareTo(least) < 0) {
                    best = p;
                    least = cost;
                }
            }
        }
        if (best != null) {
            rebuild(best);
        }
        return best != null;
    }

    /** The permutations that cancel a transpose at the border. */
    private Set<Ints> candidates() {
        Set<Ints> all = new LinkedHashSet<>();
        for (Value source : sources) {
            if (border(source) instanceof Transpose t) {
                all.add(Permutations.inverse(t.permutation()));
            }
        }
        for (Node node : nodes) {
            for (Node user : node.result().users()) {
                if (user.op() instanceof Transpose t) {
                    all.add(t.permutation());
                }
            }
        }
        all.remove(Permutations.identity(rank));
        return all;
    }

    /** The transpose that makes a source, if it can merge; null otherwise. */
    private Transpose border(Value source) {
        return !source.isInput() && source.producer().op() instanceof Transpose t && t.permutation().size() == rank
                && !members.contains(source.producer().operand(0)) ? t : null;
    }

    private TransposeCost cost(Ints p) {
        TransposeCost total = TransposeCost.NONE;
        Set<List<Object>> made = new HashSet<>();
        for (Value source : sources) {
            Transpose t = border(source);
            Value root = t == null ? source : source.producer().operand(0);
            Ints whole = t == null ? p : Permutations.then(t.permutation(), p);
            if (t != null && !Permutations.isIdentity(p) && isUsedOutside(source)) {
                boolean last = source.users().stream().allMatch(this::isMember);
                total = total.plus(TransposeCost.of(root.type().shape(), t.permutation(), root.isInput() || last));
            }
            if (made.add(List.of(root, whole))) {
                total = total.plus(incomingCost(root, source, whole));
            }
        }
        for (Node node : nodes) {
            total = total.plus(outgoingCost(node.result(), p));
        }
        return total;
    }

    /** Cost of {@code root} transposed by {@code p} for use by the region, in place of {@code source}. */
    private TransposeCost incomingCost(Value root, Value source, Ints p) {
        TransposeCost cost = TransposeCost.of(Constants.padRank(root.type().shape(), rank), p, root.isInput());
        for (Node user : root.users()) {
            boolean stays = !sources.contains(user.results().get(0)) || isUsedOutside(user.results().get(0));
            if (user.results().get(0) != source && user.op() instanceof Transpose t && t.permutation().equals(p)
                    && stays) {
                boolean wasLast = user.results().get(0).users().stream().allMatch(this::isMember);
                return wasLast ? new TransposeCost(0, cost.inner(), 0) : TransposeCost.NONE;
            }
        }
        return cost;
    }

    private TransposeCost outgoingCost(Value value, Ints p) {
        Ints back = Permutations.inverse(p);
        Shape moved = Permutations.apply(value.type().shape(), p);
        Map<Ints, Boolean> atBoundary = new LinkedHashMap<>();
        boolean absorbed = false;
        boolean fixed = false;
        for (Node user : value.users()) {
            if (user.op() instanceof Transpose t) {
                Ints whole = Permutations.then(back, t.permutation());
                atBoundary.merge(whole, user.result().users().isEmpty(), Boolean::logicalAnd);
            } else if (!isMember(user)) {
                boolean free = p.get(0) == 0 && FlattenedDense.matches(graph, user);
                absorbed |= free;
                fixed |= !free;
            }
        }
        if (fixed || graph.isOutput(value)) {
            atBoundary.merge(back, !fixed, Boolean::logicalAnd);
        }
        TransposeCost total = absorbed && !Permutations.isIdentity(back) && !atBoundary.containsKey(back)
                ? TransposeCost.FREE : TransposeCost.NONE;
        for (Map.Entry<Ints, Boolean> transpose : atBoundary.entrySet()) {
            total = total.plus(TransposeCost.of(moved, transpose.getKey(), transpose.getValue()));
        }
        return total;
    }

    /** Whether {@code user} is a node of this region. */
    private boolean isMember(Node user) {
        return members.contains(user.results().get(0));
    }

    private boolean isUsedOutside(Value source) {
        return graph.isOutput(source) || !source.users().stream().allMatch(this::isMember);
    }

    private void rebuild(Ints p) {
        Map<Value, Value> moved = new HashMap<>();
        for (Node node : nodes) {
            Op op = AxisMapping.map(node, p);
            int moving = AxisMapping.movingOperands(node);
            List<Value> operands = new ArrayList<>(node.operands());
            for (int i = 0; i < moving; i++) {
                Value operand = node.operand(i);
                operands.set(i, Constants.isConstant(operand) ? moveConstant(node, operand, p)
                        : moved.computeIfAbsent(operand, v -> moveSource(node, v, p)));
            }
            Node made = graph.insertBefore(node, op, operands, List.of(node.result().type().element()),
                    node.location());
            made.result().setName(node.result().name());
            moved.put(node.result(), made.result());
        }
        for (Node node : nodes) {
            redirect(node, moved.get(node.result()), Permutations.inverse(p));
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            DeadCode.eraseIfDead(graph, nodes.get(i));
        }
    }

    private Value moveConstant(Node at, Value constant, Ints p) {
        ConstantData data = Constants.data(constant).orElseThrow();
        if (data.type().shape().elementCount() == 1 && data.type().rank() < 2) {
            return constant;
        }
        ConstantData wide = Constants.reshape(data, Constants.padRank(data.type().shape(), rank));
        return Constants.insert(graph, at, Constants.transpose(wide, p), constant);
    }

    private Value moveSource(Node at, Value source, Ints p) {
        Transpose t = border(source);
        Value root = t == null ? source : source.producer().operand(0);
        if (root.type().rank() < rank) {
            Ints wide = Ints.of(Constants.padRank(root.type().shape(), rank).toArray());
            root = graph.insertBefore(at, new Reshape(wide), List.of(root), List.of(), at.location()).result();
        }
        return transpose(at, root, t == null ? p : Permutations.then(t.permutation(), p));
    }

    /** Lets users outside the region read the moved value, through a transpose where they need the old order. */
    private void redirect(Node node, Value moved, Ints back) {
        Value old = node.result();
        for (Node user : List.copyOf(old.users())) {
            if (user.op() instanceof Transpose t && !user.isErased()) {
                graph.replaceAllUses(user.result(), transpose(user, moved, Permutations.then(back, t.permutation())));
                graph.erase(user);
            }
        }
        if (isUsedOutside(old)) {
            old.setName("");
            graph.replaceAllUses(old, transpose(node, moved, back));
        }
    }

    private Value transpose(Node at, Value x, Ints p) {
        return Permutations.isIdentity(p) ? x
                : graph.insertBefore(at, new Transpose(p), List.of(x), List.of(), at.location()).result();
    }
}
