package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Fused;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QLookup;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Quantized convolutions and dense layers, alone or with a fused table and addition. */
final class IntegerProducts implements NodeLowering {
    /** The node taken apart: the product, what follows it, and the values involved, all seen from outside a region. */
    private record Parts(Op product, Value x, Value weights, Value bias, QuantizedType productType, Value table, QAdd add,
                         QuantizedType addend, Value other, Value result, boolean raw) {
    }

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Parts parts = parts(node);
        if (!TileOps.isConstant(parts.weights) || parts.bias != null && !TileOps.isConstant(parts.bias)) {
            return new Result.Rejected("weights and bias must be constants");
        }
        boolean words = parts.x.type().storage() == ScalarType.I16;
        if (!words && parts.x.type().storage() != ScalarType.I8) {
            return new Result.Rejected("activations are " + parts.x.type().storage() + ", kernels take i8 and i16");
        }
        boolean wordResult = parts.result.type().storage() == ScalarType.I16;
        if (!parts.raw && !wordResult && parts.result.type().storage() != ScalarType.I8) {
            return new Result.Rejected("results are " + parts.result.type().storage() + ", kernels store i8, i16 and i32");
        }
        if (parts.weights.type().element() instanceof QuantizedType.PerGroup && !isPlain(parts.product)) {
            return new Result.Rejected("the kernels multiply groups of inputs of 1x1 windows only");
        }
        ProductNumbers numbers = ProductNumbers.of(parts.product, parts.x.type(), parts.weights, parts.bias,
                parts.raw ? null : (QuantizedType.PerTensor) parts.productType);
        if (numbers.problem() != null) {
            return new Result.Rejected(numbers.problem());
        }
        Placement in = cx.placement(parts.x);
        Placement out = cx.placement(parts.result);
        Placement residual = parts.other == null ? null : cx.placement(parts.other);
        Epilogue.Requantize requantize = numbers.requantize();
        Epilogue epilogue = new Epilogue(requantize, parts.table != null,
                parts.add == null ? Epilogue.Residual.NONE : Epilogue.Residual.F32,
                parts.raw ? Epilogue.Store.I32 : wordResult ? Epilogue.Store.I16
                        : out.flip() == cx.kernels().byteFlip() ? Epilogue.Store.ENCODED : Epilogue.Store.I8);
        EpilogueValues values = numbers.values(parts.table == null ? null : TileOps.constant(parts.table).toTensor().bytes(),
                parts.add == null ? null : add(parts));
        ConvParameters parameters = new ConvParameters(numbers.weights(), numbers.bias(),
                parts.x.type().quantized().zeroPoint(0),
                ProductNumbers.multipliers(parts.weights.type().quantized()), values);
        List<Placement> arguments = residual == null ? List.of(in, out) : List.of(in, residual, out);
        TensorView residualView = residual == null ? null : residual.view();
        // Only asked where it matters: layers that differ in nothing else share their code.
        boolean pairsProven = cx.kernels().safePairs(numbers.weights(),
                numbers.weights().length / out.view().channels());
        if (isDepthwise(parts.product, in.view(), out.view())) {
            if (words) {
                return new Result.Rejected("depthwise kernels take i8");
            }
            DepthwiseSpec spec = new DepthwiseSpec(in.view(), out.view(), residualView, Windows.of(parts.product), epilogue,
                    pairsProven, parts.weights.type().storage().bits());
            return KernelChoice.choose(cx.kernels().depthwise(), spec, parameters, arguments);
        }
        ConvSpec spec = new ConvSpec(in.view(), out.view(), residualView, Windows.of(parts.product), groups(parts.product),
                epilogue, pairsProven, numbers.packedBits(parts.weights.type(), parts.x.type()),
                parts.weights.type().element() instanceof QuantizedType.PerGroup g ? g.groupSize() : 0,
                numbers.groupsFit(parts.weights.type(), parts.x.type()),
                !words ? Activations.BYTES : numbers.isLong() ? Activations.WORDS_LONG : Activations.WORDS);
        return KernelChoice.choose(cx.kernels().convolutions(), spec, parameters, arguments);
    }

    /** Whether a product sums over the inputs of one pixel. */
    private static boolean isPlain(Op op) {
        return !(op instanceof QConv2d c) || c.groups() == 1 && c.window().kernelH() == 1 && c.window().kernelW() == 1;
    }

    private static boolean isDepthwise(Op op, TensorView in, TensorView out) {
        return op instanceof QConv2d c && c.groups() > 1 && c.groups() == in.channels() && in.channels() == out.channels();
    }

    private static Parts parts(Node node) {
        if (!(node.op() instanceof Fused fused)) {
            return new Parts(node.op(), node.operand(0), node.operand(1), node.operands().size() > 2 ? node.operand(2) : null,
                    quantizedOrNull(node.result()), null, null, null, null, node.result(),
                    !node.result().type().isQuantized());
        }
        Graph body = fused.body().graph();
        Node product = body.first();
        Value table = null;
        QAdd add = null;
        Value other = null;
        QuantizedType addend = null;
        Value through = product.result();
        for (Node n : body) {
            if (n.op() instanceof QLookup) {
                table = outside(node, n.operand(1));
            } else if (n.op() instanceof QAdd q) {
                add = q;
                addend = through.type().quantized();
                other = outside(node, n.operand(0) == through ? n.operand(1) : n.operand(0));
            }
            through = n.result();
        }
        return new Parts(product.op(), outside(node, product.operand(0)), outside(node, product.operand(1)),
                product.operands().size() > 2 ? outside(node, product.operand(2)) : null, quantizedOrNull(product.result()),
                table, add, addend, other, node.result(), false);
    }

    /** The fused node's operand behind an input of its body. */
    private static Value outside(Node fused, Value inside) {
        return fused.operand(inside.index());
    }

    private static QuantizedType quantizedOrNull(Value v) {
        return v.type().isQuantized() ? v.type().quantized() : null;
    }

    /**
     * Numbers of the fused addition. The sum is commutative bit for bit, so the value that comes through the kernel may be
     * either operand.
     */
    private static EpilogueValues.Add add(Parts p) {
        QuantizedType out = p.result.type().quantized();
        QuantizedType other = p.other.type().quantized();
        return new EpilogueValues.Add(p.addend.zeroPoint(0), (float) ((double) p.addend.scale(0) / (double) out.scale(0)),
                other.zeroPoint(0), (float) ((double) other.scale(0) / (double) out.scale(0)), out.zeroPoint(0),
                p.add.clamp().min(), p.add.clamp().max());
    }

    private static int groups(Op op) {
        return op instanceof QConv2d c ? c.groups() : 1;
    }
}
