package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Dense;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * A flattening reshape that only dense layers with constant weights read: their columns can be permuted in place of the
 * tensor's axes. A float layer then sums in another order, so that its result agrees to float accuracy, not to the bit.
 */
final class FlattenedDense {
    private FlattenedDense() {
    }

    /** Whether {@code reshape} flattens all axes but the first, for such layers only. */
    static boolean matches(Graph graph, Node reshape) {
        if (!(reshape.op() instanceof Reshape) || graph.isOutput(reshape.result())
                || reshape.result().users().isEmpty()) {
            return false;
        }
        Shape from = reshape.operand(0).type().shape();
        Shape to = reshape.result().type().shape();
        return from.rank() >= 2 && to.rank() == 2 && to.dim(0) == from.dim(0)
                && reshape.result().users().stream().allMatch(u -> isLayer(u, reshape.result()));
    }

    private static boolean isLayer(Node user, Value x) {
        if (!(user.op() instanceof Dense || user.op() instanceof QDense) || user.operand(0) != x
                || !Constants.isConstant(user.operand(1))) {
            return false;
        }
        return !(user.operand(1).type().element() instanceof QuantizedType q && q.isBlocked());
    }

    // dense(flatten(transpose(x, p)), w) -> dense(flatten(x), w with permuted columns), where p keeps axis 0
    static boolean absorb(Graph graph, Node transpose) {
        if (!(transpose.op() instanceof Transpose t) || t.permutation().get(0) != 0) {
            return false;
        }
        Value x = transpose.operand(0);
        for (Node reshape : List.copyOf(transpose.result().users())) {
            if (!matches(graph, reshape) || Permutations.keepsOrder(x.type().shape(), t.permutation())) {
                continue;
            }
            Node flat = graph.insertBefore(reshape, reshape.op(), List.of(x), List.of(), reshape.location());
            for (Node layer : List.copyOf(reshape.result().users())) {
                List<Value> operands = new ArrayList<>(layer.operands());
                operands.set(0, flat.result());
                operands.set(1, permuteColumns(graph, layer, transpose.result().type().shape(), t.permutation()));
                Node made = graph.insertBefore(layer, layer.op(), operands, List.of(layer.result().type().element()),
                        layer.location());
                graph.replaceAllUses(layer.result(), made.result());
                DeadCode.eraseIfDead(graph, layer);
            }
            return true;
        }
        return false;
    }

    private static Value permuteColumns(Graph graph, Node layer, Shape transposed, Ints p) {
        ConstantData w = Constants.data(layer.operand(1)).orElseThrow();
        TensorType type = w.type();
        int[] split = transposed.toArray();
        split[0] = type.dim(0);
        ConstantData plain = w.withType(new TensorType(type.storage(), Shape.of(split)));
        ConstantData moved = Constants.transpose(plain, Permutations.inverse(p)).withType(type);
        return Constants.insert(graph, layer, moved, layer.operand(1));
    }
}
