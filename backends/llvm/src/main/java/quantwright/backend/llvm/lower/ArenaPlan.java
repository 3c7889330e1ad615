package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.MemoryPlanner;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Concat;
import quantwright.ir.op.QConcat;
import quantwright.ir.type.Layout;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Places every value of a TILE graph: model inputs and outputs in the caller's buffers, constants in the constants
 * block, the rest in one arena. A reshape shares its operand's memory; the operands of a concatenation along the last
 * axis are written straight into its result; an elementwise result takes the memory of an operand that nothing reads
 * later.
 */
final class ArenaPlan {
    /** Offsets in the arena are multiples of this. */
    static final int ALIGNMENT = 64;
    /** Bytes after each tensor that kernels may read but never write. */
    static final int SLACK = 64;

    private final Graph graph;
    private final Map<Value, Home> homes = new LinkedHashMap<>();
    private final Map<Value, Placement> placements = new LinkedHashMap<>();
    private MemoryPlanner.Plan plan;

    /** A value's memory: that of {@code root}, {@code offset} bytes in, with the given strides. */
    private record Home(Value root, long offset, long[] strides) {
    }

    private ArenaPlan(Graph graph) {
        this.graph = graph;
    }

    /** Plans the arena of a graph with layouts. */
    static ArenaPlan of(Graph graph) {
        ArenaPlan plan = new ArenaPlan(graph);
        plan.findHomes();
        plan.shareInPlace();
        plan.place();
        return plan;
    }

    /** Bytes of the arena, slack included. */
    long arenaBytes() {
        return plan.arenaBytes();
    }

    /** Proven lower bound for the same buffers. */
    long lowerBound() {
        return plan.lowerBound();
    }

    /** Where a value lies; constants are placed by the lowering that uses them. */
    Placement placement(Value value) {
        Placement known = placements.get(value);
        if (known == null) {
            throw new IllegalStateException("no placement for " + value);
        }
        return known;
    }

    /** Whether a value shares its operand's memory, so that its step copies nothing. */
    boolean sharesMemory(Value value, Value operand) {
        Home a = homes.get(value);
        Home b = homes.get(operand);
        return a != null && b != null && a.root == b.root;
    }

    private void findHomes() {
        for (Value input : graph.inputs()) {
            homes.put(input, new Home(input, 0, Placement.denseStrides(input.type())));
        }
        for (Node node : graph) {
            for (Value value : node.results()) {
                if (!TileOps.isConstant(value)) {
                    homes.put(value, home(node, value));
                }
            }
        }
        for (Node node : graph) {
            if (node.op() instanceof Concat c) {
                joinInPlace(node, c.axis());
            } else if (node.op() instanceof QConcat c) {
                joinInPlace(node, c.axis());
            }
        }
    }

    private Home home(Node node, Value value) {
        if (TileOps.isAlias(node.op()) && homes.containsKey(node.operand(0))) {
            Value operand = node.operand(0);
            Home from = homes.get(operand);
            boolean dense = java.util.Arrays.equals(from.strides, Placement.denseStrides(operand.type()));
            boolean sameBytes = Placement.elementBytes(operand.type()) == Placement.elementBytes(value.type());
            boolean plain = value.type().layout().map(l -> l.halo().equals(Layout.Halo.NONE)).orElse(true);
            boolean callersInput = from.root.isInput() && !value.users().stream().allMatch(this::readsExactly);
            if (dense && sameBytes && plain && !callersInput && sameBits(operand.type(), value.type())) {
                return new Home(from.root, from.offset, Placement.denseStrides(value.type()));
            }
        }
        return new Home(value, interior(value.type()), strides(value.type()));
    }

    /**
     * Whether equal stored bytes mean the reinterpreted value: between u8 and i8 values differ by 128, that is by 0x80.
     */
    private static boolean sameBits(TensorType from, TensorType to) {
        boolean moved = from.storage() == ScalarType.U8 && to.storage() == ScalarType.I8
                || from.storage() == ScalarType.I8 && to.storage() == ScalarType.U8;
        return (flip(from) ^ flip(to)) == (moved ? 0x80 : 0);
    }

    private static int flip(TensorType type) {
        return type.layout().map(l -> l.encoding() == Layout.Encoding.XOR80 ? 0x80 : 0).orElse(0);
    }

    private boolean readsExactly(Node user) {
        return TileOps.haloWindow(user).isEmpty() && !TileOps.isAlias(user.op());
    }

    /** Lets operands that only exist to be joined along the innermost axis be written in place. */
    private void joinInPlace(Node node, int axis) {
        Value result = node.result();
        int last = result.type().rank() - 1;
        if ((axis + result.type().rank()) % result.type().rank() != last) {
            return;
        }
        Home whole = homes.get(result);
        long at = whole.offset;
        for (int i = 0; i < node.operands().size(); i++) {
            Value operand = node.operand(i);
            Home home = homes.get(operand);
            boolean mine = home != null && home.root == operand && !operand.isInput() && !graph.isOutput(operand)
                    && operand.type().element().equals(result.type().element())
                    && node.operands().indexOf(operand) == node.operands().lastIndexOf(operand)
                    && operand.type().layout().map(l -> l.halo().equals(Layout.Halo.NONE)).orElse(true)
                    && operand.type().rank() == 4 && operand.users().stream().noneMatch(u -> TileOps.isAlias(u.op()))
                    && homes.values().stream().noneMatch(h -> h != home && h.root == operand);
            if (mine && whole.root == result) {
                homes.put(operand, new Home(result, at, whole.strides));
            }
            at += (long) operand.type().dim(-1) * Placement.elementBytes(operand.type());
        }
    }

    /** Lets results take the memory of an operand that dies where they are made, laid out alike. */
    private void shareInPlace() {
        Map<Node, Integer> order = order();
        for (Node node : graph) {
            for (Value operand : InPlace.operands(node)) {
                Home from = homes.get(operand);
                Home own = homes.get(node.result());
                if (from != null && own.root == node.result() && !isCallers(from.root) && !isCallers(own.root)
                        && from.offset == own.offset && java.util.Arrays.equals(from.strides, own.strides)
                        && bytes(own.root.type()) <= bytes(from.root.type()) && dies(from.root, node, operand, order)) {
                    homes.replaceAll((_, h) -> h.root == own.root ? new Home(from.root, h.offset, h.strides) : h);
                }
            }
        }
    }

    /** Whether nothing in a buffer is written or read after {@code node}, nor read by it but as {@code operand}. */
    private boolean dies(Value root, Node node, Value operand, Map<Node, Integer> order) {
        int now = order.get(node);
        return homes.entrySet().stream().filter(e -> e.getValue().root == root).map(Map.Entry::getKey).allMatch(v ->
                order.get(v.producer()) < now && v.users().stream().allMatch(u -> order.get(u) < now
                        || u == node && v == operand));
    }

    private boolean isCallers(Value root) {
        return root.isInput() || graph.outputs().stream().anyMatch(o -> homes.get(o).root == root);
    }

    private Map<Node, Integer> order() {
        Map<Node, Integer> order = new HashMap<>();
        graph.nodes().forEach(n -> order.put(n, order.size()));
        return order;
    }

    private static long interior(TensorType type) {
        return type.layout().map(l -> (l.halo().top() * l.rowPitch() + l.halo().left() * l.pixelPitch())
                * Placement.elementBytes(type)).orElse(0L);
    }

    private static long[] strides(TensorType type) {
        if (type.layout().isEmpty() || type.rank() != 4) {
            return Placement.denseStrides(type);
        }
        Layout l = type.layout().get();
        long bytes = Placement.elementBytes(type);
        long image = l.rowPitch() * (type.dim(1) + l.halo().top() + l.halo().bottom());
        return new long[] {image * bytes, l.rowPitch() * bytes, l.pixelPitch() * bytes, bytes};
    }

    private static long bytes(TensorType type) {
        if (type.layout().isEmpty() || type.rank() != 4) {
            return type.shape().elementCount() * Placement.elementBytes(type) + SLACK;
        }
        return strides(type)[0] * type.dim(0) + SLACK;
    }

    private void place() {
        Map<Value, int[]> lifetimes = new LinkedHashMap<>();
        Map<Node, Integer> order = order();
        homes.forEach((value, home) -> {
            int first = value.isInput() ? 0 : order.get(value.producer());
            int last = value.users().stream().mapToInt(order::get).max().orElse(first);
            lifetimes.merge(home.root, new int[] {first, Math.max(first, last)},
                    (a, b) -> new int[] {Math.min(a[0], b[0]), Math.max(a[1], b[1])});
        });
        Map<Value, Placement.Space> spaces = new HashMap<>();
        Map<Value, Integer> indices = new HashMap<>();
        graph.inputs().forEach(v -> assign(spaces, indices, v, Placement.Space.INPUT, v.index()));
        for (int i = 0; i < graph.outputs().size(); i++) {
            assign(spaces, indices, homes.get(graph.outputs().get(i)).root, Placement.Space.OUTPUT, i);
        }
        List<Value> roots = lifetimes.keySet().stream().filter(v -> !spaces.containsKey(v)).toList();
        List<MemoryPlanner.Buffer> buffers = new ArrayList<>();
        for (Value root : roots) {
            buffers.add(new MemoryPlanner.Buffer(bytes(root.type()), lifetimes.get(root)[0], lifetimes.get(root)[1]));
        }
        plan = buffers.isEmpty() ? new MemoryPlanner.Plan(List.of(), 0, 0) : MemoryPlanner.plan(buffers, ALIGNMENT);
        Map<Value, Long> offsets = new HashMap<>();
        for (int i = 0; i < roots.size(); i++) {
            offsets.put(roots.get(i), plan.offsets().get(i));
        }
        homes.forEach((value, home) -> placements.put(value, new Placement(
                spaces.getOrDefault(home.root, Placement.Space.ARENA), indices.getOrDefault(home.root, 0),
                offsets.getOrDefault(home.root, 0L) + home.offset, value.type().canonical(), home.strides,
                flip(value.type()))));
    }

    private static void assign(Map<Value, Placement.Space> spaces, Map<Value, Integer> indices, Value root,
            Placement.Space space, int index) {
        spaces.put(root, space);
        indices.put(root, index);
    }
}
