package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.PlainBody;
import quantwright.backend.llvm.loops.Slots;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Where;
import quantwright.ir.type.ScalarType;

/** Elementwise ops of plain elements as loops over any strides. */
final class PlainElementwise implements NodeLowering {
    private static final byte[] NONE = {};

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement out = cx.placement(node.result());
        List<Placement> operands = new ArrayList<>();
        for (Value operand : node.operands()) {
            operands.add(cx.placement(operand));
        }
        Placement[] in = operands.toArray(Placement[]::new);
        if (!Loops.handles(out) || !Loops.handles(in)) {
            return new Result.Rejected("an operand's element type is not of whole bytes, or a 16-bit float");
        }
        ScalarType type = in[0].type().storage();
        return switch (node.op()) {
            case Cast _ when type == out.type().storage() -> NodeLowering.calls(Movement.copy(in[0], out));
            case Cast c -> map(cx, new PlainBody.Cast(type, c.to()), NONE, out, in);
            case Compare c -> map(cx, new PlainBody.Compare(c.kind(), type), NONE, out, in);
            case Where _ -> map(cx, new PlainBody.Where(), NONE, out, in);
            case Binary b -> binary(cx, b.kind(), type, out, in);
            case Unary u when type == ScalarType.F32 -> map(cx, new PlainBody.FloatUnary(u.kind()), NONE, out, in);
            case Unary u when !type.isFloat() && PlainBody.IntUnary.isDefined(u.kind()) ->
                    map(cx, new PlainBody.IntUnary(u.kind(), type), NONE, out, in);
            case Clip c -> clip(cx, c, type, out, in);
            case LeakyRelu l when type == ScalarType.F32 -> map(cx, new PlainBody.LeakyRelu(),
                    new Slots().f32(l.alpha()).bytes(), out, in);
            case Elu e when type == ScalarType.F32 -> map(cx, new PlainBody.Elu(), new Slots().f32(e.alpha()).bytes(),
                    out, in);
            case HardSigmoid h when type == ScalarType.F32 -> map(cx, new PlainBody.HardSigmoid(),
                    new Slots().f32(h.alpha()).f32(h.beta()).bytes(), out, in);
            case BatchNorm b when type == ScalarType.F32 -> batchNorm(cx, b, out, operands);
            default -> new Result.Rejected("arithmetic in " + type + " has no kernel");
        };
    }

    private static Result map(LoweringContext cx, PlainBody body, byte[] constants, Placement out, Placement... in) {
        return NodeLowering.calls(Loops.map(cx, body, constants, out, in));
    }

    private static Result binary(LoweringContext cx, BinaryKind kind, ScalarType type, Placement out, Placement[] in) {
        if (type == ScalarType.F32) {
            return kind == BinaryKind.MOD ? new Result.Rejected("the remainder of floats has no kernel")
                    : map(cx, new PlainBody.FloatBinary(kind), NONE, out, in);
        }
        if (type.isFloat()) {
            return new Result.Rejected("arithmetic in " + type + " has no kernel");
        }
        return kind == BinaryKind.POW ? new Result.Rejected("powers of integers have no kernel")
                : map(cx, new PlainBody.IntBinary(kind, type), NONE, out, in);
    }

    private static Result clip(LoweringContext cx, Clip clip, ScalarType type, Placement out, Placement[] in) {
        if (type == ScalarType.F32) {
            return map(cx, new PlainBody.Clip(type), new Slots().f32(clip.min()).f32(clip.max()).bytes(), out, in);
        }
        if (type.isFloat()) {
            return new Result.Rejected("arithmetic in " + type + " has no kernel");
        }
        return map(cx, new PlainBody.Clip(type),
                new Slots().i64((long) Math.ceil(clip.min())).i64((long) Math.floor(clip.max())).bytes(), out, in);
    }

    private static Result batchNorm(LoweringContext cx, BatchNorm op, Placement out, List<Placement> in) {
        int axis = op.axis() < 0 ? op.axis() + out.type().rank() : op.axis();
        long[][] strides = new long[in.size()][];
        strides[0] = in.getFirst().strides();
        for (int i = 1; i < strides.length; i++) {
            strides[i] = new long[out.type().rank()];
            strides[i][axis] = in.get(i).strides()[0];
        }
        return NodeLowering.calls(Loops.map(cx, new PlainBody.BatchNorm(), new Slots().f32(op.epsilon()).bytes(), out,
                in,
                strides));
    }
}
