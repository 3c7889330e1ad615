package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QMul;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.ElementwiseKind;

/** Sums, differences and products. */
final class Elementwise {
    private Elementwise() {
    }

    /** Why the vector unit does not combine the operands; empty if it does. */
    static Optional<String> reason(Node node) {
        TensorType result = node.result().type();
        boolean constants = true;
        for (int i = 0; i < 2; i++) {
            TensorType x = node.operand(i).type();
            ElementwiseLayer.Spread spread = spread(x.shape(), result.shape());
            boolean constant = Operands.isConstant(node.operand(i));
            constants &= constant;
            if (spread == null || constant && spread == ElementwiseLayer.Spread.CHANNEL
                    || constant && spread == ElementwiseLayer.Spread.NONE && !isPixel(result.shape())) {
                return Optional.of("shapes " + node.operand(0).type().shape() + " and " + node.operand(1).type().shape()
                        + " are not spread as the vector unit can");
            }
            if (x.storage().bits() < 8 || x.storage().bits() > 16) {
                return Optional.of("the vector unit takes 8 and 16 bits, not " + x.storage().bits());
            }
        }
        return constants ? Optional.of("both operands are constants") : Optional.empty();
    }

    private static boolean isPixel(Shape shape) {
        return shape.elementCount() == shape.dim(-1);
    }

    /** How a shape is spread over a result's; null if neither rows, pixels nor channels alone are repeated. */
    private static ElementwiseLayer.Spread spread(Shape x, Shape result) {
        if (x.elementCount() == result.elementCount()) {
            return ElementwiseLayer.Spread.NONE;
        }
        if (x.elementCount() == 1) {
            return ElementwiseLayer.Spread.ALL;
        }
        int channels = result.dim(-1);
        if (x.dim(-1) == channels && x.elementCount() == channels) {
            return ElementwiseLayer.Spread.PIXEL;
        }
        return x.dim(-1) == 1 && x.elementCount() * channels == result.elementCount()
                && x.rank() == result.rank() ? ElementwiseLayer.Spread.CHANNEL : null;
    }

    /** The layer of a node; {@code maps} are the features of those operands that are not constant, in order. */
    static Layer layer(Node node, List<Feature> maps, Feature output) {
        List<ElementwiseLayer.Side> sides = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < 2; i++) {
            Value v = node.operand(i);
            QuantizedType type = v.type().quantized();
            boolean constant = Operands.isConstant(v);
            ElementwiseLayer.Spread spread = spread(v.type().shape(), node.result().type().shape());
            sides.add(new ElementwiseLayer.Side(constant ? -1 : next, constant ? Operands.constant(v).pack() : null,
                    Feature.number(v.type().storage()), type.zeroPoint(0),
                    constant && spread == ElementwiseLayer.Spread.NONE ? ElementwiseLayer.Spread.PIXEL : spread));
            next += constant ? 0 : 1;
        }
        return new ElementwiseLayer(node, maps, output, rule(node), sides.get(0), sides.get(1));
    }

    private static ElementwiseLayer.Rule rule(Node node) {
        TensorType a = node.operand(0).type();
        TensorType b = node.operand(1).type();
        QuantizedType out = node.result().type().quantized();
        return switch (node.op()) {
            case QAdd add -> new ElementwiseLayer.Rule(add.subtract() ? ElementwiseKind.SUB : ElementwiseKind.ADD,
                    Tables.rescaling(add.rounding()), addTable(add, a, b, out), add.clamp());
            case QMul mul -> new ElementwiseLayer.Rule(ElementwiseKind.MUL, Tables.rescaling(mul.rounding()),
                    Tables.factors(mul.rounding(), Scales.mulFactor(mul.rounding(), a.quantized().scale(0),
                            b.quantized().scale(0), out.scale(0))), mul.clamp());
            default -> throw new IllegalArgumentException(node.op().mnemonic() + " does not combine maps");
        };
    }

    private static byte[] addTable(QAdd add, TensorType a, TensorType b, QuantizedType out) {
        QuantizedAdd adder = QuantizedAdd.of(add.rounding(), add.subtract(),
                Math.max(a.storage().bits(), b.storage().bits()), a.quantized().scale(0), 0, b.quantized().scale(0), 0,
                out.scale(0), new QuantRange(0, 0, 0));
        return switch (adder) {
            case QuantizedAdd.F32 f -> Tables.factors(Rounding.FLOAT32, f.factor1(), f.factor2());
            case QuantizedAdd.Fixed f -> Tables.add(f.leftShift(), f.scaler1().multiplier(), f.scaler2().multiplier(),
                    f.outScaler().multiplier());
        };
    }
}
