package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.QuantizedBody;
import quantwright.backend.llvm.loops.Rescaling;
import quantwright.backend.llvm.loops.Slots;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Fused;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elementwise quantized ops as loops over any strides, and a transposition fused with the quantization behind it. */
final class QuantizedElementwise implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement out = cx.placement(node.result());
        List<Placement> in = new ArrayList<>();
        for (Value operand : node.operands()) {
            in.add(cx.placement(operand));
        }
        if (!Loops.handles(out) || !Loops.handles(in.toArray(Placement[]::new))) {
            return new Result.Rejected("an operand's element type is not of whole bytes, or a 16-bit float");
        }
        Placement x = in.getFirst();
        return switch (node.op()) {
            case Quantize _ -> quantize(cx, x, x.strides(), out);
            case Fused _ -> transposedQuantize(node, cx, x, out);
            case Dequantize _ -> dequantize(cx, x, out);
            case Requantize r -> requantize(cx, r.rounding(), x, out);
            case QConcat c -> concat(cx, c, in, node, out);
            case QAdd a -> add(cx, a, x, in.get(1), out);
            case QMul m -> mul(cx, m, x, in.get(1), out);
            case QClamp c -> NodeLowering.calls(Loops.map(cx, new QuantizedBody.Clamp(),
                    new Slots().i32(c.clamp().min()).i32(c.clamp().max()).bytes(new QuantizedBody.Clamp()), out, x));
            case QReinterpret _ -> reinterpret(cx, x, out);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
    }

    private static Result transposedQuantize(Node node, LoweringContext cx, Placement x, Placement out) {
        Transpose transpose = (Transpose) TileOps.rootOp(node);
        long[] strides = transpose.permutation().stream().mapToLong(axis -> x.strides()[axis]).toArray();
        return quantize(cx, x, strides, out);
    }

    /** The whole range of a quantized storage around zero point {@code i}. */
    static QuantRange range(QuantizedType type, int i) {
        return new QuantRange(type.zeroPoint(i), (int) type.storage().minValue(), (int) type.storage().maxValue());
    }

    /** The range a quantized op clamps its result to. */
    static QuantRange range(Placement result, Clamp clamp) {
        return new QuantRange(result.type().quantized().zeroPoint(0), clamp.min(), clamp.max());
    }

    private static Result quantize(LoweringContext cx, Placement x, long[] strides, Placement out) {
        if (x.type().storage() != ScalarType.F32) {
            return new Result.Rejected("quantization of " + x.type().storage() + " has no kernel");
        }
        QuantizedType type = out.type().quantized();
        Rescaling rescaling = new Rescaling(Rounding.FLOAT32);
        for (int i = 0; i < type.scaleCount(); i++) {
            if (rescaling.problem(range(type, i)) != null) {
                return new Result.Rejected(rescaling.problem(range(type, i)));
            }
        }
        if (type instanceof QuantizedType.PerTensor t) {
            Slots slots = new Slots().f32(t.scale());
            rescaling.writeRange(slots, range(t, 0));
            QuantizedBody body = new QuantizedBody.Quantize();
            return NodeLowering.calls(Loops.map(cx, body, slots.bytes(body), out, List.of(x), new long[][] {strides}));
        }
        if (type instanceof QuantizedType.PerAxis axis) {
            Parameters p = Parameters.of(cx, axis, out.type());
            QuantizedBody body = new QuantizedBody.QuantizeAxis();
            byte[] constants = new Slots().i32(range(axis, 0).min()).i32(range(axis, 0).max()).bytes(body);
            return NodeLowering.calls(Loops.map(cx, body, constants, out, List.of(x, p.scales, p.zeros),
                    new long[][] {strides, p.scales.strides(), p.zeros.strides()}));
        }
        return new Result.Rejected("blockwise quantization has no kernel");
    }

    private static Result dequantize(LoweringContext cx, Placement x, Placement out) {
        if (out.type().storage() != ScalarType.F32) {
            return new Result.Rejected("dequantization to " + out.type().storage() + " has no kernel");
        }
        return switch (x.type().quantized()) {
            case QuantizedType.PerTensor t -> {
                QuantizedBody body = new QuantizedBody.Dequantize();
                yield NodeLowering.calls(Loops.map(cx, body, new Slots().f32(t.scale()).i32(t.zeroPoint()).bytes(body),
                        out, x));
            }
            case QuantizedType.PerAxis axis -> {
                Parameters p = Parameters.of(cx, axis, x.type());
                yield NodeLowering.calls(Loops.map(cx, new QuantizedBody.DequantizeAxis(), new byte[0], out,
                        List.of(x, p.scales, p.zeros), new long[][] {x.strides(), p.scales.strides(),
                        p.zeros.strides()}));
            }
            case QuantizedType.PerBlock _, QuantizedType.PerGroup _ ->
                    new Result.Rejected("blockwise dequantization has no kernel");
        };
    }

    /** Scales and zero points of each index of an axis as constants that broadcast over the tensor. */
    private record Parameters(Placement scales, Placement zeros) {
        static Parameters of(LoweringContext cx, QuantizedType.PerAxis type, TensorType tensor) {
            float[] scales = new float[type.scaleCount()];
            int[] zeros = new int[scales.length];
            for (int i = 0; i < scales.length; i++) {
                scales[i] = type.scale(i);
                zeros[i] = type.zeroPoint(i);
            }
            long[] strides = new long[tensor.rank()];
            strides[type.axis()] = Float.BYTES;
            return new Parameters(cx.constant(ScalarType.F32, scales, strides), cx.constant(ScalarType.I32, zeros,
                    strides));
        }
    }

    private static Result requantize(LoweringContext cx, Rounding rounding, Placement x, Placement out) {
        if (x.type().element().equals(out.type().element())) {
            return NodeLowering.calls(Movement.copy(x, out));
        }
        return requantized(cx, rounding, x, out);
    }

    private static Result requantized(LoweringContext cx, Rounding rounding, Placement x, Placement out) {
        Rescaling rescaling = new Rescaling(rounding);
        QuantizedType from = x.type().quantized();
        QuantizedType to = out.type().quantized();
        if (rescaling.problem(range(to, 0)) != null) {
            return new Result.Rejected(rescaling.problem(range(to, 0)));
        }
        QuantizedBody body = new QuantizedBody.Requantize(rescaling);
        Slots slots = new Slots().i32(-from.zeroPoint(0));
        rescaling.write(slots, Requantizer.of(rounding, Scales.rescaleFactor(from.scale(0), to.scale(0))), range(to,
                0));
        return NodeLowering.calls(Loops.map(cx, body, slots.bytes(body), out, x));
    }

    private static Result concat(LoweringContext cx, QConcat op, List<Placement> in, Node node, Placement out) {
        int axis = op.axis() < 0 ? op.axis() + out.type().rank() : op.axis();
        List<KernelCall> calls = new ArrayList<>();
        long at = out.offset();
        for (int i = 0; i < in.size(); i++) {
            Placement x = in.get(i);
            Placement part = new Placement(out.space(), out.index(), at,
                    out.type().withShape(x.type().shape()), out.strides(), out.flip());
            at += out.strides()[axis] * x.type().dim(axis);
            if (!TileOps.isConstant(node.operand(i)) && cx.sharesMemory(node.result(), node.operand(i))) {
                continue;
            }
            Result result = requantize(cx, op.rounding(), x, part);
            if (result instanceof Result.Rejected) {
                return result;
            }
            calls.addAll(((Result.Calls) result).calls());
        }
        return new Result.Calls(calls, 0);
    }

    private static Result add(LoweringContext cx, QAdd op, Placement a, Placement b, Placement out) {
        QuantizedType ta = a.type().quantized();
        QuantizedType tb = b.type().quantized();
        Rescaling rescaling = new Rescaling(op.rounding());
        QuantRange range = range(out, op.clamp());
        int bits = Math.max(ta.storage().bits(), tb.storage().bits());
        if (rescaling.problem(range) != null || bits > 16 && op.rounding() instanceof Rounding.Fixed) {
            return new Result.Rejected(bits > 16 ? "no fixed-point sum of " + bits + "-bit operands"
                    : rescaling.problem(range));
        }
        QuantizedAdd adder = QuantizedAdd.of(op.rounding(), op.subtract(), bits, ta.scale(0), ta.zeroPoint(0),
                tb.scale(0),
                tb.zeroPoint(0), out.type().quantized().scale(0), range);
        Slots slots = new Slots().i32(ta.zeroPoint(0)).i32(tb.zeroPoint(0));
        switch (adder) {
            case QuantizedAdd.F32 f -> {
                slots.i32(0).f32(f.factor1()).f32(f.factor2());
                rescaling.writeRange(slots, range);
            }
            case QuantizedAdd.Fixed f -> {
                slots.i32(f.leftShift());
                rescaling.writeScale(slots, f.scaler1());
                rescaling.writeScale(slots, f.scaler2());
                rescaling.write(slots, f.outScaler(), range);
            }
        }
        QuantizedBody body = new QuantizedBody.Add(rescaling, op.subtract());
        return NodeLowering.calls(Loops.map(cx, body, slots.bytes(body), out, a, b));
    }

    private static Result mul(LoweringContext cx, QMul op, Placement a, Placement b, Placement out) {
        QuantizedType ta = a.type().quantized();
        QuantizedType tb = b.type().quantized();
        Rescaling rescaling = new Rescaling(op.rounding());
        QuantRange range = range(out, op.clamp());
        if (rescaling.problem(range) != null) {
            return new Result.Rejected(rescaling.problem(range));
        }
        Slots slots = new Slots().i32(ta.zeroPoint(0)).i32(tb.zeroPoint(0));
        rescaling.write(slots, Requantizer.of(op.rounding(), Scales.mulFactor(op.rounding(), ta.scale(0), tb.scale(0),
                out.type().quantized().scale(0))), range);
        QuantizedBody body = new QuantizedBody.Mul(rescaling);
        return NodeLowering.calls(Loops.map(cx, body, slots.bytes(body), out, a, b));
    }

    /** Between u8 and i8 the stored value moves by 128; otherwise only the type changes. */
    private static Result reinterpret(LoweringContext cx, Placement x, Placement out) {
        ScalarType from = x.type().storage();
        ScalarType to = out.type().storage();
        boolean moved = from == ScalarType.U8 && to == ScalarType.I8 || from == ScalarType.I8 && to == ScalarType.U8;
        Placement seen = new Placement(x.space(), x.index(), x.offset(), x.type(), x.strides(),
                x.flip() ^ (moved ? 0x80 : 0));
        return NodeLowering.calls(Movement.copy(seen, out));
    }
}
