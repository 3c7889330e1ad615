package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Dense;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Which ops a kernel takes into its epilogue. A chain starts at a convolution or dense layer and goes on while the value has
 * one user that the epilogue's next stage can be: for integers a table, then an addition; for floats an activation, an
 * addition, an activation; integer additions follow float requantization only. A Transpose and a Quantize at the
 * model's edge are one chain too.
 */
final class EpilogueRules {
    /** Stages of an epilogue, in order. */
    private enum Stage { ACTIVATION, ADD, AFTER_ADD }

    private final boolean fuse;

    EpilogueRules(boolean fuse) {
        this.fuse = fuse;
    }

    /** Whether a chain can start at the node. */
    boolean isRoot(Node node) {
        return fuse && switch (node.op()) {
            case QConv2d _, QDense _, Conv2d _, Dense _ -> hasKernel(node);
            case Transpose _ -> true;
            default -> false;
        };
    }

    /** Whether kernels with epilogues take the product's operands and store its result; plain loops have no epilogue. */
    private static boolean hasKernel(Node product) {
        TensorType x = product.operand(0).type();
        TensorType w = product.operand(1).type();
        boolean constants = product.operands().stream().skip(1).allMatch(TileOps::isConstant);
        return constants && (x.element() == ScalarType.F32 || takes(x.storage()) && w.isQuantized()
                && w.storage().kind() == ScalarType.Kind.SIGNED && w.storage().bits() <= 8
                && w.quantized().isSymmetric() && takes(product.result().type().storage())
                && (x.storage() == ScalarType.I8 && product.result().type().storage() == ScalarType.I8
                        || wordKernel(product)));
    }

    private static boolean takes(ScalarType storage) {
        return storage == ScalarType.I8 || storage == ScalarType.I16;
    }

    /** Whether kernels are sure to take a product of 16-bit activations or results, whatever follows it. */
    private static boolean wordKernel(Node product) {
        boolean real = product.op() instanceof QDense d ? d.rounding() instanceof Rounding.F32
                : product.op() instanceof QConv2d c && c.rounding() instanceof Rounding.F32 && c.groups() == 1;
        return real && !(product.operand(1).type().element() instanceof QuantizedType.PerGroup);
    }

    /** The longest chain from {@code root}, at least {@code root} itself, without the nodes in {@code taken}. */
    List<Node> chain(Node root, Set<Node> taken) {
        List<Node> chain = new ArrayList<>(List.of(root));
        switch (root.op()) {
            case QConv2d c -> extend(chain, taken, true, c.rounding() instanceof Rounding.F32);
            case QDense d -> extend(chain, taken, true, d.rounding() instanceof Rounding.F32);
            case Conv2d _, Dense _ -> extend(chain, taken, false, true);
            default -> {
                Node next = onlyUser(root);
                if (next != null && next.op() instanceof Quantize && !taken.contains(next)) {
                    chain.add(next);
                }
            }
        }
        return chain;
    }

    private void extend(List<Node> chain, Set<Node> taken, boolean integer, boolean mayAdd) {
        Stage stage = Stage.ACTIVATION;
        while (true) {
            Node last = chain.getLast();
            Node next = onlyUser(last);
            if (next == null || taken.contains(next)) {
                return;
            }
            boolean activation = integer ? isByteTable(next) : isActivation(next.op());
            if (activation && stage == Stage.ACTIVATION) {
                stage = Stage.ADD;
            } else if (activation && stage == Stage.AFTER_ADD && !integer) {
                chain.add(next);
                return;
            } else if (mayAdd && stage.compareTo(Stage.ADD) <= 0 && isAdd(next, last.result(), integer)) {
                stage = Stage.AFTER_ADD;
            } else {
                return;
            }
            chain.add(next);
        }
    }

    private static Node onlyUser(Node node) {
        Value value = node.result();
        return value.users().size() == 1 && !node.graph().isOutput(value) ? value.users().getFirst() : null;
    }

    private static boolean isByteTable(Node node) {
        return node.op() instanceof QLookup && node.operand(0).type().storage().bits() == 8
                && node.result().type().storage().bits() == 8;
    }

    private static boolean isActivation(Op op) {
        return op instanceof Unary u && u.kind() == UnaryKind.RELU || op instanceof Clip || op instanceof LeakyRelu;
    }

    private static boolean isAdd(Node next, Value through, boolean integer) {
        boolean add = integer
                ? next.op() instanceof QAdd q && !q.subtract() && q.rounding() instanceof Rounding.F32
                : next.op() instanceof Binary b && b.kind() == BinaryKind.ADD;
        if (!add || next.operand(0) == next.operand(1)) {
            return false;
        }
        Value other = next.operand(0) == through ? next.operand(1) : next.operand(0);
        // The epilogue reads what it adds where it stores the sum, element for element.
        if (other.type().storage() != next.result().type().storage()
                || through.type().storage() != next.result().type().storage()) {
            return false;
        }
        return other.type().shape().equals(through.type().shape())
                && (other.isInput() || !(other.producer().op() instanceof Constant));
    }
}
