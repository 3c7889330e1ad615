package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import quantwright.compiler.quant.RealFunctions;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Turns float ops between Dequantize and Quantize, the form in which ONNX carries quantized models (QDQ), into integer
 * ops under the rounding of the {@code onnx} preset. A Relu or Clip before the Quantize becomes the op's clamp.
 *
 * <p>An op is lowered where its integer form is defined and exact up to that rounding:
 * <ul>
 * <li>activations have 8 bits and one scale over f32, and the float result is read by the Quantize alone;
 * <li>weights are constants of at most 8 bits with one scale or one for each output, which groups of inputs may
 * multiply; a bias is an i32 constant at scale
 * s_in * s_w, or any other constant that rounds to one of at most 2^30; and |bias| + sum|w - z| * max|x - z| fits i32;
 * <li>Add, Sub, Mul, Concat, AveragePool, Mean and linear Resize take dequantized operands only; Resize keeps scale and
 * zero point; a Softmax along any axis has the result scale 1/256 and the least zero point;
 * <li>functions of one element become tables, computed in double and rounded once;
 * <li>what only moves elements (MaxPool, Reshape, Slice, ...) is moved before its Dequantize, or, but for MaxPool, behind
 * a Quantize, which changes no bit;
 * <li>a product without a Quantize behind it becomes exact i32 sums that are dequantized.
 * </ul>
 * Everything else stays as it is.
 */
public final class LowerQdq extends RewritePass {
    /** The pass. */
    public LowerQdq() {
        super(new PassInfo("lower-qdq", "turns float ops between dequantize and quantize into integer ops", Level.QUANT,
                List.of("canonical-axis-order", "normalize-storage")));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(
                new Rewrite("qdq-product", "quantize(conv, dense, matmul(dequantize(x), dequantize(w)) + b) -> integer",
                        QdqProducts::lower),
                new Rewrite("qdq-elementwise", "quantize(dequantize(a) +, -, * dequantize(b)) -> q.add, q.mul",
                        LowerQdq::elementwise),
                new Rewrite("qdq-average", "quantize(average(dequantize(x))) -> q.avg_pool, q.mean", LowerQdq::average),
                new Rewrite("qdq-concat", "quantize(concat(dequantize(x)...)) -> q.concat", LowerQdq::concat),
                new Rewrite("qdq-table", "quantize(f(dequantize(x))) -> q.lookup", LowerQdq::table),
                new Rewrite("qdq-softmax", "quantize(softmax(dequantize(x))) -> q.softmax", LowerQdq::softmax),
                new Rewrite("qdq-resize", "quantize(resize(dequantize(x))) -> q.resize", LowerQdq::resize),
                new Rewrite("qdq-rescale", "quantize(clamp(dequantize(x))) -> q.clamp(q.requantize(x))",
                        LowerQdq::rescale),
                new Rewrite("qdq-move", "move(dequantize(x)) -> dequantize(move(x))", QdqMoves::hoist),
                new Rewrite("qdq-move-back", "quantize(move(x)) -> move(quantize(x))", QdqMoves::sink),
                new Rewrite("qdq-raw-product", "conv, dense, matmul(dequantize(x), dequantize(w)) + b"
                        + " -> dequantize(i32 sums)", QdqProducts::lowerRaw),
                new Rewrite("sum-bias", "q.dense(x, w): i32 + constant -> q.dense(x, w, constant): i32",
                        QdqProducts::addBias));
    }

    static Rounding rounding(OpFamily family) {
        return ArithmeticPreset.ONNX.rounding(family);
    }

    /** Lets the users of a Quantize read an integer op's result instead. */
    static boolean replace(Graph graph, Qdq.End end, Op op, List<Value> operands) {
        Node made = graph.insertBefore(end.node(), op, operands, List.of(end.type()), end.node().location());
        graph.replaceAllUses(end.node().result(), made.result());
        return true;
    }

    /** The dequantized operands' stored tensors; null if one is not dequantized from 8 bits. */
    private static List<Value> stored(Node node) {
        List<Value> all = new ArrayList<>();
        for (Value operand : node.operands()) {
            Value x = Qdq.byteBeneath(operand);
            if (x == null) {
                return null;
            }
            all.add(x);
        }
        return all;
    }

    /** The stretch that ends in {@code node}, if its op's operands are all dequantized; null otherwise. */
    private static Stretch stretch(Graph graph, Node node) {
        Qdq.End end = Qdq.end(graph, node).orElse(null);
        Node producer = end == null ? null : end.producer(graph);
        List<Value> operands = producer == null || producer.operands().isEmpty() ? null : stored(producer);
        return operands == null ? null : new Stretch(end, producer, operands);
    }

    private record Stretch(Qdq.End end, Node producer, List<Value> operands) {
        boolean replace(Graph graph, Op op) {
            return LowerQdq.replace(graph, end, op, operands);
        }

        QuantizedType.PerTensor operandType() {
            return (QuantizedType.PerTensor) operands.getFirst().type().element();
        }

        boolean isUnclamped() {
            return Qdq.isWhole(end.clamp(), end.type().storage());
        }
    }

    // quantize(dequantize(a) + dequantize(b)) -> q.add(a, b), and so on
    private static boolean elementwise(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        if (s == null || !(s.producer.op() instanceof Binary b)) {
            return false;
        }
        return switch (b.kind()) {
            case ADD, SUB -> s.replace(graph, new QAdd(b.kind() == BinaryKind.SUB, rounding(OpFamily.ADD),
                    s.end.clamp()));
            case MUL -> s.replace(graph, new QMul(rounding(OpFamily.MUL), s.end.clamp()));
            case DIV, MIN, MAX, POW, MOD -> false;
        };
    }

    // quantize(avg_pool(dequantize(x))) -> q.avg_pool(x); quantize(mean(dequantize(x))) -> q.mean(x)
    private static boolean average(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        return s != null && switch (s.producer.op()) {
            case AvgPool p -> s.replace(graph, new QAvgPool(p.window(), p.countIncludePad(), p.uncountedBottom(),
                    p.uncountedRight(), AverageRule.SCALED, rounding(OpFamily.AVERAGE_POOL), s.end.clamp()));
            case Reduce r when r.kind() == ReduceKind.MEAN -> s.replace(graph, new QMean(r.axes(), r.keepDims(),
                    AverageRule.SCALED, rounding(OpFamily.MEAN), s.end.clamp()));
            default -> false;
        };
    }

    // quantize(concat(dequantize(x)...)) -> q.concat(x...)
    private static boolean concat(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        return s != null && s.producer.op() instanceof Concat c && s.isUnclamped()
                && s.replace(graph, new QConcat(c.axis(), rounding(OpFamily.REQUANTIZE)));
    }

    // quantize(f(dequantize(x))) -> q.lookup(x, table of f)
    private static boolean table(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        if (s == null || !isFunction(s.producer.op())) {
            return false;
        }
        QuantizedType.PerTensor in = s.operandType();
        ScalarType storage = s.end.type().storage();
        DoubleUnaryOperator f = RealFunctions.of(s.producer.op());
        int[] entries = ActivationTable.fill(f, in.scale(), in.zeroPoint(), (int) in.storage().minValue(),
                s.end.type().scale(), new QuantRange(s.end.type().zeroPoint(), s.end.clamp().min(),
                        s.end.clamp().max()));
        Tensor table = Tensor.zeros(new TensorType(storage, Shape.of(entries.length)));
        for (int i = 0; i < entries.length; i++) {
            table.setInteger(i, entries[i]);
        }
        Value constant = Constants.insert(graph, node, ConstantData.of(table), s.producer.result());
        constant.setName("");
        return replace(graph, s.end, new QLookup(), List.of(s.operands.getFirst(), constant));
    }

    private static boolean isFunction(Op op) {
        return op instanceof LeakyRelu || op instanceof Elu || op instanceof HardSigmoid
                || op instanceof Unary u && u.kind() != UnaryKind.NOT && u.kind() != UnaryKind.RELU;
    }

    // quantize(softmax(dequantize(x))) -> q.softmax(x), whose result has one scale only
    private static boolean softmax(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        return s != null && s.producer.op() instanceof Softmax m && s.isUnclamped() && s.end.type().scale() == 1f / 256
                && s.end.type().zeroPoint() == s.end.type().storage().minValue()
                && s.operandType().storage() == s.end.type().storage()
                && s.replace(graph, new QSoftmax(m.axis(), m.beta(), SoftmaxRule.INTEGER_TABLE));
    }

    // quantize(resize(dequantize(x))) -> q.resize(x); nearest neighbours only move and are hoisted
    private static boolean resize(Graph graph, Node node) {
        Stretch s = stretch(graph, node);
        return s != null && s.producer.op() instanceof Resize r && r.spec().mode() != ResizeMode.NEAREST
                && s.isUnclamped() && s.operandType().equals(s.end.type())
                && s.replace(graph, new QResize(r.spec(), rounding(OpFamily.REQUANTIZE)));
    }

    // quantize(clamp(dequantize(x))) -> q.clamp(q.requantize(x)); the same integers where only u8 and i8 differ
    private static boolean rescale(Graph graph, Node node) {
        Qdq.End end = Qdq.end(graph, node).orElse(null);
        Value x = end == null ? null : Qdq.byteBeneath(end.real());
        if (x == null) {
            return false;
        }
        QuantizedType.PerTensor from = (QuantizedType.PerTensor) x.type().element();
        boolean whole = Qdq.isWhole(end.clamp(), end.type().storage());
        if (from.equals(end.type())) {
            // quantize(dequantize(x)) without a clamp is remove-identity's.
            return !whole && replace(graph, end, new QClamp(end.clamp()), List.of(x));
        }
        Op op = NormalizeStorage.signedType(from).equals(NormalizeStorage.signedType(end.type())) ? new QReinterpret()
                : new Requantize(rounding(OpFamily.REQUANTIZE));
        Value scaled = graph.insertBefore(node, op, List.of(x), List.of(end.type()), node.location()).result();
        if (whole) {
            graph.replaceAllUses(node.result(), scaled);
            return true;
        }
        return replace(graph, end, new QClamp(end.clamp()), List.of(scaled));
    }
}
