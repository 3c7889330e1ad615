package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatDepthwiseSpec;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.FloatParameters;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Fused;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.type.ScalarType;

/** Float convolutions and dense layers by constant weights, alone or with fused activations and an addition. */
final class FloatProducts implements NodeLowering {
    /** An activation as a kernel wants it. */
    private record Act(FloatActivation kind, FloatParameters.Bounds bounds) {
        static final Act NONE = new Act(FloatActivation.NONE, FloatParameters.Bounds.NONE);

        static Act of(Op op) {
            return switch (op) {
                case Clip c -> new Act(FloatActivation.CLIP, new FloatParameters.Bounds(c.min(), c.max(), 0));
                case LeakyRelu l -> new Act(FloatActivation.LEAKY_RELU, new FloatParameters.Bounds(0, 0, l.alpha()));
                default -> new Act(FloatActivation.RELU, FloatParameters.Bounds.NONE);
            };
        }
    }

    /** The node taken apart, values seen from outside a region. */
    private record Parts(Op product, Value x, Value weights, Value bias, Act before, Value other, Act after) {
    }

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Parts parts = parts(node);
        if (!TileOps.isConstant(parts.weights) || parts.bias != null && !TileOps.isConstant(parts.bias)) {
            return new Result.Rejected("weights and bias must be constants");
        }
        if (parts.x.type().element() != ScalarType.F32) {
            return new Result.Rejected("element is " + parts.x.type().storage() + ", kernels take f32");
        }
        Placement in = cx.placement(parts.x);
        Placement out = cx.placement(node.result());
        Placement residual = parts.other == null ? null : cx.placement(parts.other);
        FloatEpilogue epilogue = new FloatEpilogue(parts.before.kind, residual != null, parts.after.kind, Element.F32);
        FloatParameters parameters = new FloatParameters(TileOps.constant(parts.weights).toTensor().floats(),
                parts.bias == null ? null : TileOps.constant(parts.bias).toTensor().floats(), parts.before.bounds,
                parts.after.bounds, 1, 0);
        List<Placement> arguments = residual == null ? List.of(in, out) : List.of(in, residual, out);
        TensorView residualView = residual == null ? null : residual.view();
        int groups = parts.product instanceof Conv2d c ? c.groups() : 1;
        if (groups > 1 && groups == in.view().channels() && groups == out.view().channels()) {
            return KernelChoice.choose(cx.kernels().floatDepthwise(), new FloatDepthwiseSpec(in.view(), out.view(),
                    residualView, Windows.of(parts.product), epilogue), parameters, arguments);
        }
        return KernelChoice.choose(cx.kernels().floatConvolutions(), new FloatConvSpec(in.view(), out.view(), residualView,
                Windows.of(parts.product), groups, epilogue), parameters, arguments);
    }

    private static Parts parts(Node node) {
        if (!(node.op() instanceof Fused fused)) {
            return new Parts(node.op(), node.operand(0), node.operand(1),
                    node.operands().size() > 2 ? node.operand(2) : null, Act.NONE, null, Act.NONE);
        }
        Graph body = fused.body().graph();
        Node product = body.first();
        Act before = Act.NONE;
        Act after = Act.NONE;
        Value other = null;
        Value through = product.result();
        for (Node n : body) {
            if (n.op() instanceof Binary) {
                other = node.operand((n.operand(0) == through ? n.operand(1) : n.operand(0)).index());
            } else if (n != product && other == null) {
                before = Act.of(n.op());
            } else if (n != product) {
                after = Act.of(n.op());
            }
            through = n.result();
        }
        return new Parts(product.op(), node.operand(product.operand(0).index()), node.operand(product.operand(1).index()),
                product.operands().size() > 2 ? node.operand(product.operand(2).index()) : null, before, other, after);
    }
}
