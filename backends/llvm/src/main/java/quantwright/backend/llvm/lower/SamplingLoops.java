package quantwright.backend.llvm.lower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.loops.GatherKernel;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.backend.llvm.loops.MatMulKernel;
import quantwright.backend.llvm.loops.ResizeKernel;
import quantwright.backend.llvm.loops.WindowKernel;
import quantwright.ir.Node;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.arith.ResizeWeights;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.Gather;
import quantwright.ir.op.QResize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.type.ScalarType;

/** Resizing and gathering as loops over any strides. */
final class SamplingLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement in = cx.placement(node.operand(0));
        Placement out = cx.placement(node.result());
        if (node.op() instanceof Gather g) {
            return gather(g, in, cx.placement(node.operand(1)), out);
        }
        if (!Loops.handles(in, out)) {
            return new Result.Rejected("elements of " + in.type().storage()
                    + " are not of whole bytes, or 16-bit floats");
        }
        return switch (node.op()) {
            case Resize r when r.spec().mode() == ResizeMode.LINEAR && in.type().storage() != ScalarType.F32 ->
                    new Result.Rejected("interpolation of " + in.type().storage() + " has no kernel");
            case Resize r -> resize(cx, r.spec(), ResizeKernel.Rule.FLOAT, in, out);
            case QResize r -> resize(cx, r.spec(), r.rounding() instanceof Rounding.F32 ? ResizeKernel.Rule.Q11
                    : ResizeKernel.Rule.TFLITE, in, out);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
    }

    private static Result resize(LoweringContext cx, ResizeSpec spec, ResizeKernel.Rule linear, Placement in,
            Placement out) {
        ResizeKernel.Rule rule = spec.mode() == ResizeMode.NEAREST ? ResizeKernel.Rule.NEAREST : linear;
        long[] s = in.strides();
        long[] o = out.strides();
        ByteBuffer constants = ByteBuffer.allocate(ResizeKernel.ENTRY_BYTES * (spec.outH() + spec.outW()))
                .order(ByteOrder.LITTLE_ENDIAN);
        taps(constants, rule, spec, in.type().dim(1), spec.outH(), spec.scaleH(), s[1]);
        taps(constants, rule, spec, in.type().dim(2), spec.outW(), spec.scaleW(), s[2]);
        ResizeKernel kernel = new ResizeKernel(rule, out.type().dim(0), spec.outH(), spec.outW(), out.type().dim(3),
                Loops.stored(in), Loops.stored(out), new MatMulKernel.Pair(s[0], s[3]),
                new WindowKernel.Strides(o[0], o[1], o[2], o[3]), cx.kernels().isa().lanes());
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit, constants.array(),
                List.of(Movement.whole(in), Movement.whole(out))));
    }

    /** Appends the entries of one axis whose positions lie {@code bytes} apart. */
    private static void taps(ByteBuffer to, ResizeKernel.Rule rule, ResizeSpec spec, int in, int out, float scale,
            long bytes) {
        if (rule == ResizeKernel.Rule.Q11) {
            for (int i = 0; i < out; i++) {
                ResizeWeights.Tap tap = ResizeWeights.tap(ResizeTaps.position(i, in, out, scale, spec.coordinates()),
                        in);
                to.putLong(tap.low() * bytes).putLong(tap.high() * bytes).putInt(tap.highWeight()).putInt(0);
            }
            return;
        }
        ResizeTaps taps = switch (rule) {
            case NEAREST -> ResizeTaps.nearest(in, out, scale, spec.coordinates(), spec.nearest());
            case TFLITE -> ResizeTaps.linearTflite(in, out, spec.coordinates());
            default -> ResizeTaps.linear(in, out, scale, spec.coordinates());
        };
        for (int i = 0; i < out; i++) {
            to.putLong(taps.lower()[i] * bytes).putLong(taps.upper()[i] * bytes);
            to.putInt(rule == ResizeKernel.Rule.FLOAT ? Float.floatToRawIntBits(taps.fraction()[i])
                    : taps.weight()[i]).putInt(0);
        }
    }

    private static Result gather(Gather op, Placement x, Placement indices, Placement out) {
        int rank = x.type().rank();
        int axis = op.axis() < 0 ? op.axis() + rank : op.axis();
        int many = indices.type().rank();
        if (x.type().storage().bits() < 8 || x.type().dim(axis) == 0) {
            return new Result.Rejected("gathering " + x.type().storage() + " from an extent of " + x.type().dim(axis)
                    + " has no kernel");
        }
        int[] shape = x.type().shape().toArray();
        LoopNest outer = LoopNest.of(Arrays.copyOf(shape, axis), Arrays.copyOf(x.strides(), axis),
                Arrays.copyOf(out.strides(), axis));
        LoopNest picks = LoopNest.of(indices.type().shape().toArray(), indices.strides(),
                Arrays.copyOfRange(out.strides(), axis, axis + many));
        LoopNest inner = LoopNest.of(Arrays.copyOfRange(shape, axis + 1, rank),
                Arrays.copyOfRange(x.strides(), axis + 1, rank),
                Arrays.copyOfRange(out.strides(), axis + many, out.strides().length));
        GatherKernel kernel = new GatherKernel(outer, picks, inner, shape[axis], x.strides()[axis],
                Loops.stored(indices),
                out.elementBytes(), x.flip() ^ out.flip());
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit, new byte[0],
                List.of(Movement.whole(x), Movement.whole(indices), Movement.whole(out))));
    }
}
