package quantwright.compiler.pass;

import java.util.Arrays;
import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Conv2d;
import quantwright.ir.type.Shape;

/** The rewrites of {@link FoldBatchNorm}. All of them work on channels-last f32 tensors. */
final class AffineFolding {
    /**
     * {@code x * constant} or {@code x + constant}, per index of the last axis; division and subtraction are rewritten.
     */
    private record Affine(boolean multiplies, Value x, double[] constant) {
    }

    private AffineFolding() {
    }

    // batch_norm(conv(x, w, b)) -> conv(x, w * s, (b - mean) * s + bias)
    static boolean batchNormIntoProducer(Graph graph, Node node) {
        if (!(node.op() instanceof BatchNorm) || !LinearLayer.isSoleUse(graph, node.operand(0))) {
            return false;
        }
        LinearLayer layer = LinearLayer.of(node.operand(0));
        double[][] map = scaleAndShift(node);
        if (layer == null || map == null) {
            return false;
        }
        layer.scaleOutputs(map[0]);
        layer.shiftOutputs(map[1]);
        graph.replaceAllUses(node.result(), layer.insert(graph, node, layer.input()));
        return true;
    }

    // conv(x, w, b) * c -> conv(x, w * c, b * c)
    static boolean multiplyIntoProducer(Graph graph, Node node) {
        return intoProducer(graph, node, true);
    }

    // conv(x, w, b) + c -> conv(x, w, b + c)
    static boolean addIntoProducer(Graph graph, Node node) {
        return intoProducer(graph, node, false);
    }

    private static boolean intoProducer(Graph graph, Node node, boolean multiplies) {
        Affine affine = affine(node);
        if (affine == null || affine.multiplies != multiplies || !LinearLayer.isSoleUse(graph, affine.x)) {
            return false;
        }
        LinearLayer layer = LinearLayer.of(affine.x);
        if (layer == null) {
            return false;
        }
        if (multiplies) {
            layer.scaleOutputs(affine.constant);
        } else {
            layer.shiftOutputs(affine.constant);
        }
        graph.replaceAllUses(node.result(), layer.insert(graph, node, layer.input()));
        return true;
    }

    // batch_norm(x) -> x * s + (bias - mean * s)
    static boolean batchNormToAffine(Graph graph, Node node) {
        double[][] map = node.op() instanceof BatchNorm ? scaleAndShift(node) : null;
        if (map == null) {
            return false;
        }
        Value product = binary(graph, node, BinaryKind.MUL, node.operand(0), map[0]);
        graph.replaceAllUses(node.result(), binary(graph, node, BinaryKind.ADD, product, map[1]));
        return true;
    }

    // (x * a) * b -> x * (a * b)
    static boolean mergeMultiplies(Graph graph, Node node) {
        return merge(graph, node, true);
    }

    // (x + a) + b -> x + (a + b)
    static boolean mergeAdds(Graph graph, Node node) {
        return merge(graph, node, false);
    }

    private static boolean merge(Graph graph, Node node, boolean multiplies) {
        Affine outer = affine(node);
        Affine inner = inner(graph, outer);
        if (inner == null || outer.multiplies != multiplies || inner.multiplies != multiplies) {
            return false;
        }
        double[] both = new double[outer.constant.length];
        Arrays.setAll(both, i -> multiplies
                ? inner.constant[i] * outer.constant[i] : inner.constant[i] + outer.constant[i]);
        graph.replaceAllUses(node.result(),
                binary(graph, node, multiplies ? BinaryKind.MUL : BinaryKind.ADD, inner.x, both));
        return true;
    }

    // (x + a) * b -> x * b + a * b
    static boolean multiplyBeforeAdd(Graph graph, Node node) {
        Affine outer = affine(node);
        Affine inner = inner(graph, outer);
        if (inner == null || !outer.multiplies || inner.multiplies) {
            return false;
        }
        double[] shift = new double[outer.constant.length];
        Arrays.setAll(shift, i -> inner.constant[i] * outer.constant[i]);
        Value product = binary(graph, node, BinaryKind.MUL, inner.x, outer.constant);
        graph.replaceAllUses(node.result(), binary(graph, node, BinaryKind.ADD, product, shift));
        return true;
    }

    // conv(x * c, w) -> conv(x, w * c), if every use of the product is such a layer; padding stays 0
    static boolean multiplyIntoConsumers(Graph graph, Node node) {
        Affine affine = affine(node);
        return affine != null && affine.multiplies && intoConsumers(graph, node, affine);
    }

    // conv(x + c, w, b) -> conv(x, w, b + w * c), if no use of the sum pads it
    static boolean addIntoConsumers(Graph graph, Node node) {
        Affine affine = affine(node);
        return affine != null && !affine.multiplies && intoConsumers(graph, node, affine);
    }

    private static boolean intoConsumers(Graph graph, Node node, Affine affine) {
        Value value = node.result();
        if (value.users().isEmpty() || graph.isOutput(value)) {
            return false;
        }
        for (Node user : value.users()) {
            if (user.operands().stream().filter(o -> o == value).count() != 1 || !LinearLayer.isFoldable(user)
                    || !affine.multiplies && user.op() instanceof Conv2d c && c.window().isPadded()) {
                return false;
            }
        }
        for (Node user : List.copyOf(value.users())) {
            LinearLayer layer = LinearLayer.of(user.result());
            if (affine.multiplies) {
                layer.scaleInputs(affine.constant);
            } else {
                layer.shiftInputs(affine.constant);
            }
            graph.replaceAllUses(user.result(), layer.insert(graph, user, affine.x));
            DeadCode.eraseIfDead(graph, user);
        }
        return true;
    }

    /** The affine map whose sole use {@code outer} is. */
    private static Affine inner(Graph graph, Affine outer) {
        return outer == null || outer.x.isInput() || !LinearLayer.isSoleUse(graph, outer.x)
                ? null : affine(outer.x.producer());
    }

    private static Affine affine(Node node) {
        if (!(node.op() instanceof Binary b) || Constants.isConstant(node.operand(0))
                && Constants.isConstant(node.operand(1))) {
            return null;
        }
        boolean commutes = b.kind() == BinaryKind.MUL || b.kind() == BinaryKind.ADD;
        if (!commutes && b.kind() != BinaryKind.DIV && b.kind() != BinaryKind.SUB) {
            return null;
        }
        int at = commutes && Constants.isConstant(node.operand(0)) ? 1 : 0;
        Value x = node.operand(at);
        Shape s = node.result().type().shape();
        double[] c = x.type().shape().equals(s) ? Constants.perChannel(node.operand(1 - at), s) : null;
        if (c == null) {
            return null;
        }
        if (b.kind() == BinaryKind.DIV) {
            c = Arrays.stream(c).map(v -> 1 / v).toArray();
        } else if (b.kind() == BinaryKind.SUB) {
            c = Arrays.stream(c).map(v -> -v).toArray();
        }
        boolean finite = Arrays.stream(c).allMatch(Double::isFinite);
        return finite ? new Affine(b.kind() == BinaryKind.MUL || b.kind() == BinaryKind.DIV, x, c) : null;
    }

    /**
     * Factor and offset of a batch normalization along the last axis, in double; null if a parameter is no constant.
     */
    private static double[][] scaleAndShift(Node node) {
        BatchNorm bn = (BatchNorm) node.op();
        Shape s = node.operand(0).type().shape();
        if (bn.axis() != -1 && bn.axis() != s.rank() - 1 || node.operands().stream().skip(1)
                .anyMatch(v -> !Constants.isF32(v))) {
            return null;
        }
        float[][] p = new float[5][];
        for (int i = 1; i < 5; i++) {
            p[i] = Constants.data(node.operand(i)).orElseThrow().toTensor().floats();
        }
        int channels = s.dim(-1);
        double[][] map = new double[2][channels];
        for (int c = 0; c < channels; c++) {
            map[0][c] = p[1][c] / Math.sqrt((double) p[4][c] + bn.epsilon());
            map[1][c] = p[2][c] - p[3][c] * map[0][c];
        }
        return map;
    }

    private static Value binary(Graph graph, Node at, BinaryKind kind, Value x, double[] constant) {
        Value c = Constants.insert(graph, at, constant);
        return graph.insertBefore(at, new Binary(kind), List.of(x, c), List.of(), at.location()).result();
    }
}
