package quantwright.ir.interp;

import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.Cast;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Gather;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Identity;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Where;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Evaluates the ops of GRAPH. f16 and bf16 arithmetic is done in f32 and rounded once, at the end of the op. */
final class TensorEvaluator {
    private TensorEvaluator() {
    }

    static Tensor evaluate(TensorOp op, List<Tensor> operands, TensorType result) {
        return switch (op) {
            case Constant c -> c.data().toTensor();
            case Identity _ -> operands.get(0);
            case Reshape _ -> operands.get(0).withType(result);
            case Transpose t -> Movement.transpose(t, operands.get(0));
            case Concat c -> Movement.concat(c.axis(), operands, result);
            case Slice s -> Movement.slice(s, operands.get(0), result);
            case Pad p -> Movement.pad(p, operands.get(0), result);
            case Expand _ -> StridedCopy.expand(operands.get(0), result.shape());
            case Gather g -> Movement.gather(g, operands.get(0), operands.get(1), result);
            case DepthToSpace d -> Movement.depthToSpace(d, operands.get(0), result);
            case SpaceToDepth s -> Movement.spaceToDepth(s, operands.get(0), result);
            case ChannelShuffle c -> Movement.channelShuffle(c, operands.get(0), result);
            case Where _ -> Choosing.where(operands.get(0), operands.get(1), operands.get(2), result);
            case Cast _ -> Casting.cast(operands.get(0), result);
            case Compare c -> Choosing.compare(c.kind(), operands.get(0), operands.get(1), result);
            case Conv2d _, Dense _, MatMul _, BatchNorm _, Binary _, Unary _, Clip _, LeakyRelu _, Elu _, HardSigmoid _,
                 MaxPool _, AvgPool _, Reduce _, Softmax _, LogSoftmax _, Resize _ -> widened(op, operands, result);
        };
    }

    private static Tensor widened(TensorOp op, List<Tensor> operands, TensorType result) {
        if (!Casting.isHalf(result.storage())) {
            return arithmetic(op, operands, result);
        }
        Tensor wide = arithmetic(op, operands.stream().map(Casting::widen).toList(),
                result.withElement(ScalarType.F32));
        return Casting.cast(wide, result);
    }

    private static Tensor arithmetic(TensorOp op, List<Tensor> operands, TensorType result) {
        Tensor x = operands.get(0);
        return switch (op) {
            case Conv2d c -> FloatConv.conv(c, single(x), operands.get(1), optional(operands, 2), result);
            case Dense _ -> FloatProduct.dense(real(x), operands.get(1), optional(operands, 2), result);
            case MatMul m -> FloatProduct.matmul(m, real(x), operands.get(1), result);
            case BatchNorm b -> Elementwise.batchNorm(b, single(x), operands.get(1).floats(), operands.get(2).floats(),
                    operands.get(3).floats(), operands.get(4).floats(), result);
            case Binary b -> Elementwise.binary(b.kind(), x, operands.get(1), result);
            case Unary u -> Elementwise.unary(u.kind(), x, result);
            case Clip c -> Elementwise.clip(c, x, result);
            case LeakyRelu l -> Elementwise.leakyRelu(l, x, result);
            case Elu e -> Elementwise.elu(e, x, result);
            case HardSigmoid h -> Elementwise.hardSigmoid(h, x, result);
            case MaxPool m -> Pooling.max(m.window(), x, result);
            case AvgPool a -> Pooling.average(a, single(x), result);
            case Reduce r -> Reducing.reduce(r, x, result);
            case Softmax s -> Reducing.softmax(s, single(x));
            case LogSoftmax s -> Reducing.logSoftmax(s, single(x));
            case Resize r -> Resampling.resize(r.spec(),
                    r.spec().mode() == ResizeMode.NEAREST ? x : single(x), result);
            default -> throw new IllegalStateException(op.mnemonic() + " is no arithmetic op");
        };
    }

    private static Tensor optional(List<Tensor> operands, int i) {
        return i < operands.size() ? operands.get(i) : null;
    }

    private static Tensor single(Tensor x) {
        if (x.type().element() != ScalarType.F32) {
            throw new IllegalArgumentException("has no arithmetic in " + x.type().element() + ", only in f32");
        }
        return x;
    }

    private static Tensor real(Tensor x) {
        if (x.type().element() != ScalarType.F32 && x.type().element() != ScalarType.F64) {
            throw new IllegalArgumentException("has no arithmetic in " + x.type().element() + ", only in f32 and f64");
        }
        return x;
    }
}
