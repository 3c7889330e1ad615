package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Stores every quantized u8 tensor as i8: q becomes q - 128 and the zero point follows, so that every real value and
 * every result stays exactly. Graph inputs and outputs keep their u8 type behind a {@code q.reinterpret}. Ops whose
 * rounding sees the stored value itself and not its distance from the zero point keep u8 between two of them.
 */
public final class NormalizeStorage implements Pass {
    private static final int SHIFT = 128;

    /** The pass. */
    public NormalizeStorage() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("normalize-storage", "stores quantized u8 tensors as i8", Level.QUANT);
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        return new Run(graph, context).apply();
    }

    /** The i8 type with the same reals as a u8 type; any other type as it is. */
    static ElementType signedType(ElementType element) {
        return switch (element) {
            case QuantizedType.PerTensor q when q.storage() == ScalarType.U8 ->
                    new QuantizedType.PerTensor(ScalarType.I8, q.expressed(), q.scale(), q.zeroPoint() - SHIFT);
            case QuantizedType.PerAxis q when q.storage() == ScalarType.U8 ->
                    new QuantizedType.PerAxis(ScalarType.I8, q.expressed(), q.axis(), q.scales(),
                            shift(q.zeroPoints()));
            case QuantizedType.PerBlock q when q.storage() == ScalarType.U8 -> new QuantizedType.PerBlock(ScalarType.I8,
                    q.expressed(), q.axis(), q.blockSize(), q.scales(), shift(q.zeroPoints()));
            default -> element;
        };
    }

    private static Ints shift(Ints zeros) {
        return Ints.of(zeros.stream().map(z -> z - SHIFT).toArray());
    }

    private static boolean isUnsigned(Value v) {
        return v.type().isQuantized() && v.type().storage() == ScalarType.U8;
    }

    /** One run: {@code moved} maps each u8 value to its i8 replacement. */
    private record Run(Graph graph, PassContext context, Map<Value, Value> moved) {
        Run(Graph graph, PassContext context) {
            this(graph, context, new HashMap<>());
        }

        boolean apply() {
            List<Node> nodes = graph.nodes();
            for (Node node : nodes) {
                boolean touches = node.operands().stream().anyMatch(NormalizeStorage::isUnsigned)
                        || node.results().stream().anyMatch(NormalizeStorage::isUnsigned);
                if (touches && !isBoundary(node) && !isIsolated(node)) {
                    rewrite(node);
                }
            }
            for (int i = 0; i < graph.outputs().size(); i++) {
                Value old = graph.outputs().get(i);
                if (moved.containsKey(old) && !old.isInput() && !isBoundary(old.producer())) {
                    Node back = reinterpret(null, moved.get(old), old.type().element(), old.producer());
                    graph.setOutput(i, back.result());
                }
            }
            for (int i = nodes.size() - 1; i >= 0; i--) {
                DeadCode.eraseIfDead(graph, nodes.get(i));
            }
            return !moved.isEmpty();
        }

        /** Whether the node is a reinterpretation at the graph's boundary, or around an op that keeps u8. */
        private boolean isBoundary(Node node) {
            if (!(node.op() instanceof QReinterpret)) {
                return false;
            }
            ElementType from = node.operand(0).type().element();
            ElementType to = node.result().type().element();
            return !from.equals(to) && signedType(from).equals(signedType(to));
        }

        /** Whether the node keeps u8 and stands between reinterpretations already. */
        private boolean isIsolated(Node node) {
            return seesStoredValues(node)
                    && node.operands().stream().allMatch(v -> !isUnsigned(v) || v.isInput() || isBoundary(v.producer()))
                    && node.results().stream().flatMap(v -> v.users().stream()).allMatch(this::isBoundary);
        }

        private void rewrite(Node node) {
            if (node.op() instanceof Constant c) {
                Node made = graph.insertBefore(node, new Constant(signedData(c.data())), List.of(), List.of(),
                        node.location());
                made.result().setName(node.result().name());
                moved.put(node.result(), made.result());
                return;
            }
            boolean keeps = seesStoredValues(node);
            List<Value> operands = new ArrayList<>();
            for (Value operand : node.operands()) {
                Value x = isUnsigned(operand) ? signedValue(operand, node) : operand;
                operands.add(keeps && isUnsigned(operand)
                        ? reinterpret(node, x, operand.type().element(), node).result() : x);
            }
            if (node.op() instanceof QLookup && isUnsigned(node.result())) {
                operands.set(1, signedTable(node));
            }
            List<ElementType> elements = node.results().stream().map(v -> v.type().element()).toList();
            Node made = keeps
                    ? graph.insertBefore(node, node.op(), operands, elements, node.location())
                    : graph.insertBefore(node, isUnsigned(node.result()) ? shiftClamp(node.op()) : node.op(), operands,
                            elements.stream().map(NormalizeStorage::signedType).toList(), node.location());
            Value result = made.result();
            if (keeps && isUnsigned(result)) {
                result = reinterpret(node, result, signedType(result.type().element()), node).result();
            }
            context.hit(keeps ? "keep-u8-op" : "store-as-i8");
            finish(node, result);
        }

        private void finish(Node node, Value result) {
            if (isUnsigned(node.result())) {
                result.setName(node.result().name());
                moved.put(node.result(), result);
            } else {
                graph.replaceAllUses(node.result(), result);
            }
        }

        /** The i8 form of a u8 operand; a graph input gets it right before its first use. */
        private Value signedValue(Value operand, Node user) {
            return moved.computeIfAbsent(operand,
                    v -> reinterpret(user, v, signedType(v.type().element()), user).result());
        }

        private Node reinterpret(Node at, Value x, ElementType to, Node origin) {
            return graph.insertBefore(at, new QReinterpret(), List.of(x), List.of(to), origin.location());
        }

        private Value signedTable(Node node) {
            Value table = node.operand(1);
            ConstantData data = Constants.data(table).orElse(null);
            if (data == null) {
                return reinterpret(node, table, ScalarType.I8, node).result();
            }
            Tensor from = data.toTensor();
            Tensor to = Tensor.zeros(new TensorType(ScalarType.I8, data.type().shape()));
            for (int i = 0; i < from.size(); i++) {
                to.setInteger(i, from.integer(i) - SHIFT);
            }
            return Constants.insert(graph, node, ConstantData.of(to), table);
        }
    }

    private static ConstantData signedData(ConstantData data) {
        Tensor from = data.toTensor();
        Tensor to = Tensor.zeros(data.type().withElement(signedType(data.type().element())));
        for (int i = 0; i < from.size(); i++) {
            to.setInteger(i, from.integer(i) - SHIFT);
        }
        return ConstantData.of(to);
    }

    /** Whether rounding depends on the stored value and not only on its distance from the zero point. */
    private static boolean seesStoredValues(Node node) {
        return switch (node.op()) {
            case QAvgPool p -> p.rule() != AverageRule.SCALED;
            case QMean m -> m.rule() != AverageRule.SCALED;
            case QResize r -> r.spec().mode() != ResizeMode.NEAREST;
            default -> false;
        };
    }

    private static Clamp shift(Clamp c) {
        return new Clamp(c.min() - SHIFT, c.max() - SHIFT);
    }

    /** The op with its clamp in the i8 range. */
    private static Op shiftClamp(Op op) {
        return switch (op) {
            case QConv2d o -> new QConv2d(o.window(), o.groups(), o.rounding(), shift(o.clamp()));
            case QDense o -> new QDense(o.rounding(), shift(o.clamp()));
            case QMatMul o -> new QMatMul(o.transposeB(), o.rounding(), shift(o.clamp()));
            case QAdd o -> new QAdd(o.subtract(), o.rounding(), shift(o.clamp()));
            case QMul o -> new QMul(o.rounding(), shift(o.clamp()));
            case QAvgPool o -> new QAvgPool(o.window(), o.countIncludePad(), o.uncountedBottom(), o.uncountedRight(),
                    o.rule(), o.rounding(), shift(o.clamp()));
            case QMean o -> new QMean(o.axes(), o.keepDims(), o.rule(), o.rounding(), shift(o.clamp()));
            case QClamp o -> new QClamp(shift(o.clamp()));
            default -> op;
        };
    }
}
