package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Turns matrix products by a constant into fully connected layers, whose weights are [outputs, inputs]. Both sum over k
 * ascending from 0, so every bit stays.
 */
public final class LowerDense extends RewritePass {
    /** The pass. */
    public LowerDense() {
        super(new PassInfo("lower-dense", "turns matrix products by a constant into dense layers", Level.QUANT,
                List.of("fold-constants")));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("matmul-to-dense", "matmul(a, constant w) -> dense(a, transpose(w))", LowerDense::matmul),
                new Rewrite("q-matmul-to-q-dense", "q.matmul(a, constant w) -> q.dense(a, transpose(w))",
                        LowerDense::quantized));
    }

    // matmul(a, w [K,N]) -> dense(a, w [N,K])
    private static boolean matmul(Graph graph, Node node) {
        if (!(node.op() instanceof MatMul m) || !isMatrix(node)) {
            return false;
        }
        ConstantData b = Constants.data(node.operand(1)).orElseThrow();
        ConstantData w = rows(b, m.transposeB());
        Value weights = Constants.insert(graph, node, w, node.operand(1));
        Node dense = graph.insertBefore(node, new Dense(), List.of(node.operand(0), weights), List.of(),
                node.location());
        graph.replaceAllUses(node.result(), dense.result());
        return true;
    }

    // q.matmul(a per tensor, w [K,N]) -> q.dense(a, w [N,K]); a per-axis scale of the columns goes along
    private static boolean quantized(Graph graph, Node node) {
        if (!(node.op() instanceof QMatMul m) || !isMatrix(node)
                || !(node.operand(0).type().element() instanceof QuantizedType.PerTensor)) {
            return false;
        }
        ConstantData b = Constants.data(node.operand(1)).orElseThrow();
        int rank = b.type().rank();
        int columns = m.transposeB() ? rank - 2 : rank - 1;
        ConstantData w;
        switch (b.type().quantized()) {
            case QuantizedType.PerTensor _ -> w = rows(b, m.transposeB());
            case QuantizedType.PerAxis p when p.axis() == columns -> {
                ConstantData plain = b.withType(new TensorType(p.storage(), b.type().shape()));
                ConstantData moved = rows(plain, m.transposeB());
                w = moved.withType(new TensorType(new QuantizedType.PerAxis(p.storage(), p.expressed(), 0, p.scales(),
                        p.zeroPoints()), moved.type().shape()));
            }
            case QuantizedType.PerAxis _, QuantizedType.PerBlock _, QuantizedType.PerGroup _ -> {
                return false;
            }
        }
        Value weights = Constants.insert(graph, node, w, node.operand(1));
        Node dense = graph.insertBefore(node, new QDense(m.rounding(), m.clamp()), List.of(node.operand(0), weights),
                List.of(node.result().type().element()), node.location());
        graph.replaceAllUses(node.result(), dense.result());
        return true;
    }

    /** Whether operand 1 is one constant matrix that operand 0's batch axes share. */
    private static boolean isMatrix(Node node) {
        Shape b = node.operand(1).type().shape();
        return Constants.isConstant(node.operand(1)) && b.product(0, b.rank() - 2) == 1
                && b.rank() <= node.operand(0).type().rank();
    }

    private static ConstantData rows(ConstantData b, boolean transposed) {
        Shape s = b.type().shape();
        ConstantData matrix = Constants.reshape(b, Shape.of(s.dim(-2), s.dim(-1)));
        return transposed ? matrix : Constants.transpose(matrix, Ints.of(1, 0));
    }
}
