package quantwright.backend.llvm.lower;

import java.util.List;
import java.util.Map;
import java.util.LinkedHashMap;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.Relayout;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Layout;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Chooses the layout of every TILE value: a border as wide as its convolutions read, and the byte encoding the instruction
 * set wants. Model inputs and outputs stay dense and native; where a kernel could not read or write them so, a
 * {@code tile.relayout} is inserted.
 */
final class LayoutAssignment {
    private final Graph graph;
    private final int flip;

    private LayoutAssignment(Graph graph, int flip) {
        this.graph = graph;
        this.flip = flip;
    }

    /**
     * Assigns layouts in place.
     *
     * @param flip what i8 activations are XORed with in the arena: 0x80 or 0
     */
    static void assign(Graph graph, int flip) {
        LayoutAssignment assignment = new LayoutAssignment(graph, flip);
        assignment.separateInputs();
        assignment.separateOutputs();
        for (Value input : graph.inputs()) {
            input.setType(input.type().canonical());
        }
        for (Node node : graph) {
            if (!TileOps.isConstant(node.results().getFirst())) {
                node.results().forEach(assignment::layout);
            }
        }
    }

    /** Whether a stored byte of this element is flipped in the arena. */
    static boolean isFlipped(TensorType type, int flip) {
        return flip != 0 && type.storage() == ScalarType.I8 && type.element() instanceof QuantizedType;
    }

    /** Convolutions and products read a few bytes past a tensor, which a caller's buffer does not have. */
    private static boolean overReads(Node user) {
        return TileOps.haloWindow(user).isPresent() || switch (TileOps.rootOp(user)) {
            case Dense _, QDense _, MatMul _, QMatMul _ -> true;
            default -> false;
        };
    }

    private void separateInputs() {
        for (Value input : graph.inputs()) {
            List<Node> affected = input.users().stream().distinct()
                    .filter(u -> isFlipped(input.type(), flip) || overReads(u)).toList();
            if (affected.isEmpty()) {
                continue;
            }
            Node copy = graph.insertTyped(graph.first(), new Relayout(), List.of(input), List.of(input.type()),
                    affected.getFirst().location());
            copy.result().setName(input.name());
            for (Node user : affected) {
                for (int i = 0; i < user.operands().size(); i++) {
                    if (user.operand(i) == input) {
                        user.setOperand(i, copy.result());
                    }
                }
            }
        }
    }

    private void separateOutputs() {
        for (int i = 0; i < graph.outputs().size(); i++) {
            Value value = graph.outputs().get(i);
            boolean twice = graph.outputs().indexOf(value) != i;
            Value root = value;
            boolean shared = !value.users().isEmpty();
            while (!root.isInput() && TileOps.isAlias(root.producer().op())) {
                root = root.producer().operand(0);
                shared |= root.users().size() > 1 || graph.isOutput(root);
            }
            if (twice || shared || root.isInput() || TileOps.isConstant(root) || isFlipped(value.type(), flip)
                    || isFlipped(root.type(), flip)) {
                Node copy = graph.insertTyped(null, new Relayout(), List.of(value), List.of(value.type()),
                        value.isInput() ? quantwright.ir.loc.Location.UNKNOWN : value.producer().location());
                copy.result().setName("");
                graph.setOutput(i, copy.result());
            }
        }
    }

    private void layout(Value value) {
        Layout.Encoding encoding = isFlipped(value.type(), flip) && !graph.isOutput(value)
                ? Layout.Encoding.XOR80 : Layout.Encoding.NATIVE;
        TensorType type = value.type().canonical();
        Layout.Halo halo = type.rank() == 4 && !graph.isOutput(value) ? halo(value) : Layout.Halo.NONE;
        if (encoding == Layout.Encoding.NATIVE && halo.equals(Layout.Halo.NONE)) {
            value.setType(type);
            return;
        }
        long pixel = type.rank() == 0 ? 1 : Math.max(1, type.dim(-1));
        long width = type.rank() >= 2 ? type.dim(-2) : 1;
        long row = Math.max(pixel, pixel * (width + halo.left() + halo.right()));
        value.setType(type.withLayout(new Layout(1, pixel, row, halo, encoding)));
    }

    private Layout.Halo halo(Value value) {
        Layout.Halo halo = Layout.Halo.NONE;
        Map<Node, Window2d> windows = new LinkedHashMap<>();
        value.users().forEach(u -> {
            if (u.operand(0) == value) {
                TileOps.haloWindow(u).ifPresent(w -> windows.put(u, w));
            }
        });
        int height = value.type().dim(1);
        int width = value.type().dim(2);
        for (Window2d w : windows.values()) {
            int bottom = (w.outH(height) - 1) * w.strideH() + w.spanH() - w.padTop() - height;
            int right = (w.outW(width) - 1) * w.strideW() + w.spanW() - w.padLeft() - width;
            halo = halo.union(new Layout.Halo(w.padTop(), w.padLeft(), Math.max(0, bottom), Math.max(0, right)));
        }
        return halo;
    }
}
