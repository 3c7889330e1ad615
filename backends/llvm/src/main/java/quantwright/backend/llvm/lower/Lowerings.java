package quantwright.backend.llvm.lower;

import java.util.List;
import quantwright.backend.KernelOffer;
import quantwright.ir.Node;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Fused;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Pad;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Relayout;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;

/** Which family lowers which op. */
final class Lowerings implements NodeLowering {
    private final NodeLowering products = new IntegerProducts();
    private final NodeLowering floatProducts = new FloatProducts();
    private final NodeLowering productLoops = new ProductLoops();
    private final NodeLowering movement = new Movement();
    private final NodeLowering loops = new LoopFamilies();

    @Override
    public Result lower(Node node, LoweringContext cx) {
        if (node.op() instanceof Fused && TileOps.rootOp(node) instanceof Transpose) {
            return loops.lower(node, cx);
        }
        return switch (TileOps.rootOp(node)) {
            case QConv2d _, QDense _ -> orLoops(products.lower(node, cx), node, cx);
            case Conv2d _, Dense _ -> orLoops(floatProducts.lower(node, cx), node, cx);
            case Reshape _, Identity _, QReinterpret _ when cx.sharesMemory(node.result(), node.operand(0)) ->
                    NodeLowering.calls();
            case Transpose _, Slice _, Pad _, Concat _, Expand _, DepthToSpace _, SpaceToDepth _, ChannelShuffle _,
                    Reshape _,
                    Identity _, Relayout _ -> movement.lower(node, cx);
            default -> loops.lower(node, cx);
        };
    }

    /** A lone product that every kernel refuses is computed by plain loops. */
    private Result orLoops(Result result, Node node, LoweringContext cx) {
        if (!(result instanceof Result.Rejected refused) || node.op() instanceof Fused) {
            return result;
        }
        return switch (productLoops.lower(node, cx)) {
            case Result.Calls calls -> new Result.Calls(calls.calls(), calls.macs(), () -> List.of(
                    new KernelOffer("kernels of products", KernelOffer.Verdict.REFUSED, refused.reason()),
                    new KernelOffer(calls.calls().getFirst().kernel(), KernelOffer.Verdict.CHOSEN, "")));
            case Result.Rejected loops -> new Result.Rejected(refused.reason() + "; " + loops.reason());
        };
    }
}
