package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import quantwright.compiler.importer.recurrent.Cell;
import quantwright.compiler.importer.recurrent.OpSink;
import quantwright.compiler.importer.recurrent.Unroller;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** An LSTM, GRU or RNN node; operands are X, W, R, B, sequence_lens, initial_h, initial_c, P. */
final class RecurrentLayer {
    private static final Set<String> WITH_ALPHA = Set.of("leakyrelu", "elu", "hardsigmoid", "affine");
    private static final Set<String> WITH_BETA = Set.of("hardsigmoid", "affine");

    /** Makes the cell of one direction. */
    @FunctionalInterface
    interface Direction {
        Cell<Edge> cell(RecurrentLayer layer, int direction);
    }

    private record EdgeSink(NodeContext cx) implements OpSink<Edge> {
        @Override
        public Edge emit(Op op, List<Edge> operands) {
            return cx.emit(op, operands.toArray(Edge[]::new));
        }

        @Override
        public Edge constant(Tensor tensor) {
            return Emitter.constant(tensor);
        }

        @Override
        public TensorType type(Edge value) {
            return value.type();
        }
    }

    private final NodeContext cx;
    private final int gates;
    private final Unroller<Edge> unroller;
    private final int hidden;
    private final int directions;
    private final boolean batchFirst;
    private final boolean backwards;
    private final float clip;
    private final Edge x;

    RecurrentLayer(NodeContext cx, int gates) {
        this.cx = cx;
        this.gates = gates;
        unroller = new Unroller<>(new EdgeSink(cx));
        if (cx.input(0).rank() != 3 || cx.input(1).rank() != 3 || cx.input(2).rank() != 3) {
            throw cx.badShape("X, W and R must have rank 3");
        }
        batchFirst = cx.attributes().flag("layout", false);
        x = batchFirst ? cx.emitter().transpose(cx.input(0), 1, 0, 2) : cx.input(0);
        hidden = cx.attributes().intOr("hidden_size", cx.input(2).dim(2));
        String direction = cx.attributes().stringOr("direction", "forward").toLowerCase(Locale.ROOT);
        backwards = direction.equals("reverse");
        directions = switch (direction) {
            case "forward", "reverse" -> 1;
            case "bidirectional" -> 2;
            default -> throw Attributes.fail("direction", "is '" + direction + "', which is not known");
        };
        clip = cx.attributes().floatOr("clip", 0);
        check();
    }

    private void check() {
        if (x.type().storage() != ScalarType.F32) {
            throw cx.unsupported("a recurrent layer on " + x.type().storage());
        }
        requireShape(1, directions, gates * hidden, x.dim(2));
        requireShape(2, directions, gates * hidden, hidden);
        if (cx.has(3)) {
            requireShape(3, directions, 2 * gates * hidden);
        }
        if (cx.has(4)) {
            for (long length : cx.knownLongs(4, "sequence_lens")) {
                if (length != x.dim(0)) {
                    throw cx.unsupported("a sequence of " + length + " steps in a batch of " + x.dim(0));
                }
            }
        }
    }

    private void requireShape(int operand, int... dims) {
        var wanted = Shape.of(dims);
        if (!cx.input(operand).shape().equals(wanted)) {
            throw cx.badShape("operand " + operand + " has shape " + cx.input(operand).shape() + ", must be " + wanted);
        }
    }

    /** The node. */
    NodeContext node() {
        return cx;
    }

    /** Size of the hidden state. */
    int hidden() {
        return hidden;
    }

    /** Bound of what activations see, 0 for none. */
    float clip() {
        return clip;
    }

    /** {@code size} elements from {@code start} along the first axis. */
    Edge part(Edge x, int start, int size) {
        return unroller.slice(x, 0, start, size);
    }

    /** The three peepholes of one direction, input, output, forget; empty if there are none. */
    List<Edge> peepholes(int d) {
        if (!cx.has(7)) {
            return List.of();
        }
        requireShape(7, directions, 3 * hidden);
        Edge p = unroller.direction(cx.input(7), d, 3 * hidden);
        return List.of(part(p, 0, hidden), part(p, hidden, hidden), part(p, 2 * hidden, hidden));
    }

    Edge inputWeights(int d) {
        return unroller.direction(cx.input(1), d, gates * hidden, x.dim(2));
    }

    Edge recurrentWeights(int d) {
        return unroller.direction(cx.input(2), d, gates * hidden, hidden);
    }

    /** Both biases one after the other, [2 * gates * H]; null if there are none. */
    Edge biases(int d) {
        return cx.has(3) ? unroller.direction(cx.input(3), d, 2 * gates * hidden) : null;
    }

    /** Sum of both biases, [gates * H]; null if there are none. */
    Edge bias(int d) {
        Edge both = biases(d);
        return both == null ? null : unroller.sum(part(both, 0, gates * hidden),
                part(both, gates * hidden, gates * hidden));
    }

    /** Activation {@code which} of one direction, of {@code perDirection}. */
    UnaryOperator<Edge> activation(int d, int perDirection, int which, UnaryKind otherwise) {
        int at = d * perDirection + which;
        List<String> names = cx.attributes().strings("activations");
        if (names.isEmpty()) {
            return applied(new Unary(otherwise));
        }
        if (names.size() != directions * perDirection) {
            throw Attributes.fail("activations", "has " + names.size() + " entries, must have "
                    + directions * perDirection);
        }
        return function(names.get(at), parameter("activation_alpha", names.subList(0, at), WITH_ALPHA),
                parameter("activation_beta", names.subList(0, at), WITH_BETA));
    }

    /** A parameter of an activation: each activation that has one takes the next of the list; NaN when it is used up. */
    private float parameter(String list, List<String> before, Set<String> takers) {
        float[] values = cx.attributes().floatsOrNull(list);
        int at = (int) before.stream().filter(n -> takers.contains(n.toLowerCase(Locale.ROOT))).count();
        return values != null && at < values.length ? values[at] : Float.NaN;
    }

    private UnaryOperator<Edge> applied(Op op) {
        return v -> cx.emit(op, v);
    }

    // alpha and beta are NaN where the model gives none.
    private UnaryOperator<Edge> function(String name, float alpha, float beta) {
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "sigmoid" -> applied(new Unary(UnaryKind.SIGMOID));
            case "tanh" -> applied(new Unary(UnaryKind.TANH));
            case "relu" -> applied(new Unary(UnaryKind.RELU));
            case "softplus" -> applied(new Unary(UnaryKind.SOFTPLUS));
            case "leakyrelu" -> applied(new LeakyRelu(or(alpha, 0.01f)));
            case "elu" -> applied(new Elu(or(alpha, 1)));
            case "hardsigmoid" -> applied(new HardSigmoid(or(alpha, 0.2f), or(beta, 0.5f)));
            case "affine" -> v -> cx.emit(new Binary(BinaryKind.ADD),
                    cx.emit(new Binary(BinaryKind.MUL), v, Emitter.scalar(ScalarType.F32, or(alpha, 1))),
                    Emitter.scalar(ScalarType.F32, or(beta, 0)));
            default -> throw Attributes.fail("activations", "has '" + name + "', which is not supported");
        };
    }

    private static float or(float given, float otherwise) {
        return Float.isNaN(given) ? otherwise : given;
    }

    /** The state before the first step: an operand, or zeros. */
    private Edge initial(int operand, int d) {
        int batch = x.dim(1);
        if (!cx.has(operand)) {
            return Emitter.constant(Tensor.zeros(TensorType.of(ScalarType.F32, batch, hidden)));
        }
        Edge given = batchFirst ? cx.emitter().transpose(cx.input(operand), 1, 0, 2) : cx.input(operand);
        if (given.rank() != 3 || given.dim(0) != directions || given.dim(1) != batch || given.dim(2) != hidden) {
            throw cx.badShape("operand " + operand + " has shape " + cx.input(operand).shape());
        }
        return unroller.direction(given, d, batch, hidden);
    }

    void run(Direction kind) {
        List<Edge> sequences = new ArrayList<>();
        List<Edge> hiddens = new ArrayList<>();
        List<Edge> cells = new ArrayList<>();
        for (int d = 0; d < directions; d++) {
            Cell<Edge> cell = kind.cell(this, d);
            Edge before = cell instanceof Cell.Lstm<Edge> ? initial(6, d) : null;
            var y = unroller.unroll(cell, x, new Cell.State<>(initial(5, d), before), backwards || d == 1);
            sequences.add(y.sequence());
            hiddens.add(y.last().hidden());
            cells.add(y.last().cell());
        }
        int batch = x.dim(1);
        // [D,T,B,H] becomes Y [T,D,B,H], or [B,T,D,H] with the batch first.
        Edge y = unroller.stack(sequences, x.dim(0), batch, hidden);
        cx.set(0, batchFirst ? cx.emitter().transpose(y, 2, 1, 0, 3) : cx.emitter().transpose(y, 1, 0, 2, 3));
        cx.set(1, state(hiddens));
        if (cells.getFirst() != null) {
            cx.set(2, state(cells));
        }
    }

    private Edge state(List<Edge> parts) {
        Edge all = unroller.stack(parts, x.dim(1), hidden);
        return batchFirst ? cx.emitter().transpose(all, 1, 0, 2) : all;
    }
}
