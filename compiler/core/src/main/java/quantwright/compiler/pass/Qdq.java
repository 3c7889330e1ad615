package quantwright.compiler.pass;

import java.util.Optional;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Op;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** What surrounds a float op between quantized tensors. */
final class Qdq {
    /**
     * The end of a float stretch: a Quantize behind any number of clamps.
     *
     * @param node the Quantize
     * @param real what is clamped and quantized
     * @param type scale, zero point and storage of the result
     * @param clamp stored values that the clamps leave
     */
    record End(Node node, Value real, QuantizedType.PerTensor type, Clamp clamp) {
        /** The node that computes {@link #real}, if nothing else reads its result; null otherwise. */
        Node producer(Graph graph) {
            return real.isInput() || !isReadOnce(graph, real) ? null : real.producer();
        }
    }

    private Qdq() {
    }

    /** The stretch that ends in {@code node}; empty if the node is no Quantize to 8 bits per tensor. */
    static Optional<End> end(Graph graph, Node node) {
        if (!(node.op() instanceof Quantize) || graph.isUnused(node.result()) || !isByte(node.result())) {
            return Optional.empty();
        }
        QuantizedType.PerTensor type = (QuantizedType.PerTensor) node.result().type().element();
        QuantRange range = new QuantRange(type.zeroPoint(), (int) type.storage().minValue(),
                (int) type.storage().maxValue());
        Value real = node.operand(0);
        while (!real.isInput() && isClamp(real.producer().op()) && isReadOnce(graph, real)) {
            Op op = real.producer().op();
            range = range.narrow(op instanceof Clip c ? c.min() : 0, op instanceof Clip c ? c.max()
                    : Float.POSITIVE_INFINITY, type.scale());
            real = real.producer().operand(0);
        }
        return real.type().element() != ScalarType.F32 ? Optional.empty()
                : Optional.of(new End(node, real, type, new Clamp(range.min(), range.max())));
    }

    /** The quantized tensor whose reals {@code value} holds; null if it is no result of a Dequantize. */
    static Value beneath(Value value) {
        return !value.isInput() && value.producer().op() instanceof Dequantize
                && value.type().element() == ScalarType.F32 ? value.producer().operand(0) : null;
    }

    /** As {@link #beneath}, but null unless the tensor has 8 bits and one scale. */
    static Value byteBeneath(Value value) {
        Value stored = beneath(value);
        return stored != null && isByte(stored) ? stored : null;
    }

    /** Whether a value has 8 bits and one scale, over f32. */
    static boolean isByte(Value value) {
        return value.type().element() instanceof QuantizedType.PerTensor p && p.storage().bits() == 8
                && p.expressed() == ScalarType.F32;
    }

    static boolean isReadOnce(Graph graph, Value value) {
        return value.users().size() == 1 && !graph.isOutput(value);
    }

    static boolean isClamp(Op op) {
        return op instanceof Clip || op instanceof Unary u && u.kind() == UnaryKind.RELU;
    }

    /** Whether the clamp leaves every stored value of the storage. */
    static boolean isWhole(Clamp clamp, ScalarType storage) {
        return clamp.equals(Clamp.full(storage));
    }
}
