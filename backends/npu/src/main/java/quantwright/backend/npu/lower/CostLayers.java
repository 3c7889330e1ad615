package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import quantwright.backend.CostOracle.Precision;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.npu.isa.ElementwiseKind;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.Rescaling;

/** Layers as the cost oracle needs them: shapes and widths of a node, float or quantized, without any numbers. */
public final class CostLayers {
    private static final int FACTOR_ENTRY = 8;

    private CostLayers() {
    }

    /** The layer of a node at a precision; empty if the NPU executes nothing for it. */
    public static Optional<Layer> of(Node node, Precision precision) {
        Feature out = feature(node.results().getFirst(), precision);
        List<Feature> maps = node.operands().stream().filter(v -> !Operands.isConstant(v)).map(v -> feature(v, precision))
                .toList();
        if (maps.isEmpty() || isFused(node)) {
            return Optional.empty();
        }
        Feature in = maps.getFirst();
        return Optional.ofNullable(switch (node.op()) {
            case Conv2d c -> product(node, in, out, c.window(), c.groups(), precision);
            case QConv2d c -> product(node, in, out, c.window(), c.groups(), precision);
            case Dense _, QDense _, MatMul _, QMatMul _ -> maps.size() > 1 ? null
                    : product(node, in, out, Window2d.of(1, 1, 1, 1), 1, precision);
            case MaxPool p -> pool(node, in, out, p.window());
            case AvgPool p -> pool(node, in, out, p.window());
            case QAvgPool p -> pool(node, in, out, p.window());
            case QMean _, Reduce _ -> pool(node, in, out, Window2d.of(in.height(), in.width(), 1, 1));
            case QAdd _, QMul _, Binary _ -> combine(node, maps, out);
            case QLookup _, QClamp _, Requantize _, Unary _, Clip _, LeakyRelu _, Elu _, HardSigmoid _, BatchNorm _ ->
                new LookupLayer(node, in, out, new byte[256]);
            case QSoftmax _, Softmax _ -> new SoftmaxLayer(node, in, out, false, new byte[1024]);
            case QConcat _, Concat _ -> new ConcatLayer(node, maps, out, ConcatLayer.Axis.CHANNELS,
                    new ArrayList<>(java.util.Collections.nCopies(maps.size(), new byte[256])));
            case Slice _, Pad _, Transpose _ -> new MoveLayer(node, in, out,
                    new Movements.Region(in, out, 0, 1, 0, 1, 0, 0, 0, 0,
                    1, 1, 1, OptionalInt.empty()));
            case ChannelShuffle s -> new MoveLayer(node, in, out, new Movements.Shuffle(in, s.groups()));
            case DepthToSpace d -> new MoveLayer(node, in, out,
                    new Movements.Blocks(in, out, d.block(), d.columnRowDepth()));
            default -> null;
        });
    }

    /** Whether an op executes nothing on the NPU by itself. */
    public static boolean isFree(Node node) {
        return Lowering.isAlias(node) || isFused(node) || node.operands().stream().allMatch(Operands::isConstant);
    }

    /** An activation that the product before it does on its way out. */
    static boolean isFused(Node node) {
        Op op = node.op();
        boolean activation = op instanceof QLookup || op instanceof QClamp || op instanceof Requantize || op instanceof Unary
                || op instanceof Clip || op instanceof LeakyRelu || op instanceof Elu || op instanceof HardSigmoid
                || op instanceof BatchNorm;
        if (!activation || node.operand(0).isInput() || node.operand(0).users().size() != 1) {
            return false;
        }
        return isProduct(node.operand(0).producer().op());
    }

    /** Whether an op is a product that a table may follow on its way out. */
    static boolean isProduct(Op op) {
        return op instanceof QConv2d || op instanceof QDense || op instanceof Conv2d || op instanceof Dense;
    }

    private static Feature feature(Value v, Precision precision) {
        ScalarType storage = precision.activationBits() == 16 ? ScalarType.I16 : ScalarType.I8;
        Shape shape = v.type().shape();
        return new Feature(v.name(), new quantwright.ir.type.TensorType(QuantizedType.perTensor(storage, 1f, 0), shape));
    }

    private static Layer product(Node node, Feature in, Feature out, Window2d window, int groups, Precision precision) {
        NumberType weights = switch (precision.weightBits()) {
            case 1 -> NumberType.SIGN1;
            case 2 -> NumberType.I2;
            case 4 -> NumberType.I4;
            default -> NumberType.I8;
        };
        Product p = new Product(window, groups, in.channels(), out.channels(), new byte[0], weights, 0);
        Finish finish = new Finish(Rescaling.f32(), new byte[FACTOR_ENTRY * out.channels()], 0, Clamp.full(ScalarType.I8),
                null, false);
        return new ProductLayer(node, in, out, p, finish);
    }

    private static Layer pool(Node node, Feature in, Feature out, Window2d window) {
        return new PoolLayer(node, in, out, window, new PoolRule(PoolKind.AVERAGE, 0, 0, Rescaling.f32(), new byte[4],
                false, Clamp.full(ScalarType.I8)));
    }

    private static Layer combine(Node node, List<Feature> maps, Feature out) {
        List<ElementwiseLayer.Side> sides = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            boolean there = i < maps.size();
            boolean same = there && maps.get(i).type().shape().equals(out.type().shape());
            sides.add(new ElementwiseLayer.Side(there ? i : -1, there ? null : new byte[out.channels()], NumberType.I8, 0,
                    same ? ElementwiseLayer.Spread.NONE : ElementwiseLayer.Spread.PIXEL));
        }
        return new ElementwiseLayer(node, maps, out, new ElementwiseLayer.Rule(ElementwiseKind.ADD, Rescaling.f32(),
                Tables.factors(Rounding.FLOAT32, 1, 1), Clamp.full(ScalarType.I8)), sides.get(0), sides.get(1));
    }
}
