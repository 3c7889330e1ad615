package quantwright.backend.llvm.lower;

import quantwright.ir.Node;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Gather;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QResize;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Where;

/** Which loop family takes an op that has no kernel of its own, or a node that those kernels refuse. */
final class LoopFamilies implements NodeLowering {
    private static final Result NONE = new Result.Rejected("no kernel family covers it");
    private final NodeLowering bytes = new ByteKernels();
    private final NodeLowering quantized = new QuantizedElementwise();
    private final NodeLowering plain = new PlainElementwise();
    private final NodeLowering windows = new WindowLoops();
    private final NodeLowering rows = new RowLoops();
    private final NodeLowering tables = new TableLoops();
    private final NodeLowering matrices = new MatrixLoops();
    private final NodeLowering sampling = new SamplingLoops();

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Result fast = switch (node.op()) {
            case QAdd _, QMul _, QLookup _, MaxPool _, QAvgPool _, QMean _ -> bytes.lower(node, cx);
            default -> NONE;
        };
        return fast instanceof Result.Calls ? fast : loops(node, cx);
    }

    private Result loops(Node node, LoweringContext cx) {
        return switch (TileOps.rootOp(node)) {
            case Quantize _, Dequantize _, Requantize _, QAdd _, QMul _, QConcat _, QClamp _, QReinterpret _,
                    Transpose _ ->
                    quantized.lower(node, cx);
            case Unary _, Clip _, LeakyRelu _, Elu _, HardSigmoid _, Binary _, Compare _, Where _, Cast _,
                    BatchNorm _ ->
                    plain.lower(node, cx);
            case MaxPool _, AvgPool _, QAvgPool _ -> windows.lower(node, cx);
            case Reduce _, QMean _, Softmax _, LogSoftmax _, QSoftmax _ -> rows.lower(node, cx);
            case MatMul _, QMatMul _ -> matrices.lower(node, cx);
            case Resize _, QResize _, Gather _ -> sampling.lower(node, cx);
            case QLookup _ -> tables.lower(node, cx);
            default -> NONE;
        };
    }
}
