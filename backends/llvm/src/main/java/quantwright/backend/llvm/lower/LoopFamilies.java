package quantwright.backend.llvm.lower;

import quantwright.ir.Node;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Transpose;

/** Which loop family takes an op that has no kernel of its own, or a node that those kernels refuse. */
final class LoopFamilies implements NodeLowering {
    private final NodeLowering quantized = new QuantizedElementwise();

    @Override
    public Result lower(Node node, LoweringContext cx) {
        return switch (TileOps.rootOp(node)) {
            case Quantize _, Dequantize _, Requantize _, QAdd _, QMul _, QConcat _, QClamp _, QReinterpret _, Transpose _ ->
                    quantized.lower(node, cx);
            default -> new Result.Rejected("no kernel family covers it");
        };
    }
}
