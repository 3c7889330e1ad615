package quantwright.compiler.pass;

import java.util.stream.IntStream;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Expand;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Identity;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Where;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;

/**
 * Which ops commute with a transpose of their operands and results, and how their attributes change: for a transparent
 * op f and a permutation p, {@code transpose(f(x), p) = f'(transpose(x, p))} bit for bit.
 */
public final class AxisMapping {
    private AxisMapping() {
    }

    /** How many leading operands are transposed along with the result; 0 if the op does not commute. */
    public static int movingOperands(Node node) {
        int count = switch (node.op()) {
            case Unary _, Clip _, LeakyRelu _, Elu _, HardSigmoid _, Cast _, Identity _, Pad _, Slice _, Softmax _,
                 LogSoftmax _, BatchNorm _, Expand _, Quantize _, Dequantize _, Requantize _, QClamp _, QReinterpret _,
                 QLookup _, QSoftmax _ -> 1;
            case Reduce r -> r.keepDims() ? 1 : 0;
            case QMean m -> m.keepDims() ? 1 : 0;
            case Binary _, Compare _, QAdd _, QMul _ -> 2;
            case Where _ -> 3;
            case Concat _, QConcat _ -> node.operands().size();
            default -> 0;
        };
        if (count == 0 || node.result().type().rank() < 2 || !moves(node.result())) {
            return 0;
        }
        boolean variable = false;
        for (int i = 0; i < count; i++) {
            variable |= !Constants.isConstant(node.operand(i));
            if (!moves(node.operand(i))) {
                return 0;
            }
        }
        return variable ? count : 0;
    }

    private static boolean moves(Value v) {
        return !v.type().isQuantized() || v.type().element() instanceof QuantizedType.PerTensor;
    }

    /**
     * The op of a transparent node whose operands and result are transposed by {@code p}; null if bits would change.
     */
    public static Op map(Node node, Ints p) {
        return switch (node.op()) {
            case Pad o -> new Pad(Permutations.apply(o.before(), p), Permutations.apply(o.after(), p), o.mode(),
                    o.value());
            case Slice o -> new Slice(Permutations.apply(o.starts(), p), Permutations.apply(o.sizes(), p),
                    Permutations.apply(o.steps(), p));
            case Expand o -> new Expand(Permutations.apply(o.shape(), p));
            case Concat o -> new Concat(Permutations.axisAfter(o.axis(), p));
            case QConcat o -> new QConcat(Permutations.axisAfter(o.axis(), p), o.rounding());
            case Softmax o -> new Softmax(Permutations.axisAfter(o.axis(), p), o.beta());
            case LogSoftmax o -> new LogSoftmax(Permutations.axisAfter(o.axis(), p));
            case QSoftmax o -> new QSoftmax(Permutations.axisAfter(o.axis(), p), o.beta(), o.rule());
            case BatchNorm o -> new BatchNorm(Permutations.axisAfter(o.axis(), p), o.epsilon());
            case Reduce o -> {
                Ints axes = mapReduced(node.operand(0).type().shape(), o.axes(), p);
                yield axes == null ? null : new Reduce(o.kind(), axes, true);
            }
            case QMean o -> {
                Ints axes = mapReduced(node.operand(0).type().shape(), o.axes(), p);
                yield axes == null ? null : new QMean(axes, true, o.rule(), o.rounding(), o.clamp());
            }
            default -> node.op();
        };
    }

    /** Reduced axes after a transpose; null if the reduced elements would come in another order. */
    private static Ints mapReduced(Shape x, Ints axes, Ints p) {
        int[] mapped = axes.stream().map(a -> Permutations.axisAfter(a, p)).sorted().toArray();
        int[] wide = IntStream.of(mapped).map(p::get).filter(a -> x.dim(a) != 1).toArray();
        boolean ordered = IntStream.range(1, wide.length).allMatch(i -> wide[i - 1] < wide[i]);
        return ordered ? Ints.of(mapped) : null;
    }
}
