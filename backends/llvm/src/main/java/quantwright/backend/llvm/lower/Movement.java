package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.kernel.InterleaveSpec;
import quantwright.backend.llvm.kernel.InterleaveTemplate;
import quantwright.backend.llvm.loops.CopyKernel;
import quantwright.backend.llvm.loops.FillKernel;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.ir.Node;
import quantwright.ir.type.TensorType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.op.Cast;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.data.Tensor;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Concat;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;

/** Ops that move elements without changing them: each is one affine copy, or one for each operand. */
final class Movement implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement out = cx.placement(node.result());
        if (node.op() instanceof Concat || node.op() instanceof QConcat) {
            return concat(node, cx, out);
        }
        if (cx.sharesMemory(node.result(), node.operand(0))) {
            return NodeLowering.calls();
        }
        Placement in = cx.placement(node.operand(0));
        if (node.op() instanceof Pad pad) {
            return pad(pad, in, out);
        }
        if (node.op() instanceof Transpose transpose && planes(transpose, in, out, cx) instanceof Result.Calls calls) {
            return calls;
        }
        return NodeLowering.calls(copy(nest(node.op(), in, out), in, start(node.op(), in), out, 0));
    }

    /** Byte offset of the first element read. */
    private static long start(Op op, Placement in) {
        long at = 0;
        if (op instanceof Slice slice) {
            for (int i = 0; i < in.strides().length; i++) {
                at += slice.starts().get(i) * in.strides()[i];
            }
        }
        return at;
    }

    /** Images of few channels, from planes to pixels or back, have kernels of their own. */
    private static Result planes(Transpose t, Placement in, Placement out, LoweringContext cx) {
        boolean toPixels = t.permutation().equals(Ints.of(0, 2, 3, 1));
        if (in.type().rank() != 4 || in.flip() != out.flip() || !toPixels && !t.permutation().equals(Ints.of(0, 3, 1,
                2))) {
            return new Result.Rejected("not between planes and pixels");
        }
        Placement pixels = toPixels ? out : in;
        Placement planes = toPixels ? in : out;
        int bytes = in.elementBytes();
        if (planes.strides()[3] != bytes || pixels.strides()[3] != bytes || bytes != 1 && bytes != 4) {
            return new Result.Rejected("elements do not touch");
        }
        return KernelChoice.choose(cx.kernels().interleaves(), new InterleaveSpec(pixels.view(), bytes,
                planes.strides()[1],
                planes.strides()[2], toPixels), new InterleaveTemplate.None(), List.of(in, out));
    }

    private static LoopNest nest(Op op, Placement in, Placement out) {
        long[] s = in.strides();
        return switch (op) {
            case Transpose t -> LoopNest.of(out.type().shape().toArray(), t.permutation().stream()
                    .mapToLong(axis -> s[axis]).toArray(), out.strides());
            case Slice slice -> {
                long[] steps = new long[s.length];
                for (int i = 0; i < s.length; i++) {
                    steps[i] = s[i] * slice.steps().get(i);
                }
                yield LoopNest.of(out.type().shape().toArray(), steps, out.strides());
            }
            case Expand _ -> {
                long[] wide = new long[out.strides().length];
                int lead = wide.length - s.length;
                for (int i = 0; i < s.length; i++) {
                    wide[lead + i] = in.type().dim(i) == 1 ? 0 : s[i];
                }
                yield LoopNest.of(out.type().shape().toArray(), wide, out.strides());
            }
            case DepthToSpace d -> depthToSpace(d, in, out);
            case SpaceToDepth d -> spaceToDepth(d, in, out);
            case ChannelShuffle c -> shuffle(c, in, out);
            default -> reshape(in, out);
        };
    }

    /** Elements in row-major order of both sides; the shapes may differ where one side is dense. */
    private static LoopNest reshape(Placement in, Placement out) {
        if (in.type().shape().equals(out.type().shape())) {
            return LoopNest.of(in.type().shape().toArray(), in.strides(), out.strides());
        }
        if (out.isDense()) {
            return LoopNest.of(in.type().shape().toArray(), in.strides(),
                    denseFor(in.type().shape(), out.elementBytes()));
        }
        if (in.isDense()) {
            return LoopNest.of(out.type().shape().toArray(), denseFor(out.type().shape(), in.elementBytes()),
                    out.strides());
        }
        throw new IllegalStateException("reshape between two tensors with borders");
    }

    private static long[] denseFor(Shape shape, int bytes) {
        return Arrays.stream(shape.strides()).map(x -> x * bytes).toArray();
    }

    private static LoopNest depthToSpace(DepthToSpace d, Placement in, Placement out) {
        int b = d.block();
        Shape o = out.type().shape();
        int depth = o.dim(3);
        long element = in.strides()[3];
        long row = d.columnRowDepth() ? b * element : (long) b * depth * element;
        long column = d.columnRowDepth() ? element : depth * element;
        long channel = d.columnRowDepth() ? (long) b * b * element : element;
        return LoopNest.of(new int[] {o.dim(0), o.dim(1) / b, b, o.dim(2) / b, b, depth},
                new long[] {in.strides()[0], in.strides()[1], row, in.strides()[2], column, channel},
                new long[] {out.strides()[0], out.strides()[1] * b, out.strides()[1], out.strides()[2] * b,
                    out.strides()[2], out.strides()[3]});
    }

    private static LoopNest spaceToDepth(SpaceToDepth d, Placement in, Placement out) {
        int b = d.block();
        Shape i = in.type().shape();
        int depth = i.dim(3);
        long element = out.strides()[3];
        return LoopNest.of(new int[] {i.dim(0), i.dim(1) / b, b, i.dim(2) / b, b, depth},
                new long[] {in.strides()[0], in.strides()[1] * b, in.strides()[1], in.strides()[2] * b, in.strides()[2],
                    in.strides()[3]},
                new long[] {out.strides()[0], out.strides()[1], (long) b * depth * element, out.strides()[2],
                    depth * element, element});
    }

    private static LoopNest shuffle(ChannelShuffle c, Placement in, Placement out) {
        int rank = in.type().rank();
        int each = in.type().dim(-1) / c.groups();
        int[] extents = Arrays.copyOf(in.type().shape().toArray(), rank + 1);
        extents[rank - 1] = each;
        extents[rank] = c.groups();
        long[] from = Arrays.copyOf(in.strides(), rank + 1);
        long[] to = Arrays.copyOf(out.strides(), rank + 1);
        from[rank - 1] = in.strides()[rank - 1];
        from[rank] = in.strides()[rank - 1] * each;
        to[rank - 1] = out.strides()[rank - 1] * c.groups();
        to[rank] = out.strides()[rank - 1];
        return LoopNest.of(extents, from, to);
    }

    private static Result concat(Node node, LoweringContext cx, Placement out) {
        int axis = node.op() instanceof Concat c ? c.axis() : ((QConcat) node.op()).axis();
        axis = axis < 0 ? axis + out.type().rank() : axis;
        List<KernelCall> calls = new ArrayList<>();
        long at = 0;
        for (quantwright.ir.Value operand : node.operands()) {
            Placement in = cx.placement(operand);
            if (!operand.type().element().equals(node.result().type().element())) {
                return new Result.Rejected("operands with other scales must be requantized first");
            }
            if (TileOps.isConstant(operand) || !cx.sharesMemory(node.result(), operand)) {
                LoopNest nest = LoopNest.of(in.type().shape().toArray(), in.strides(), out.strides());
                calls.add(copy(nest, in, 0, out, at));
            }
            at += out.strides()[axis] * in.type().dim(axis);
        }
        return new Result.Calls(calls, 0);
    }

    private static Result pad(Pad pad, Placement in, Placement out) {
        if (in.type().storage().bits() < 8) {
            return new Result.Rejected("padding of " + in.type().storage() + " has no kernel");
        }
        List<KernelCall> calls = new ArrayList<>();
        if (pad.mode() == PadMode.CONSTANT) {
            FillKernel fill = new FillKernel(LoopNest.of(out.type().shape().toArray(), out.strides()),
                    out.elementBytes(),
                    bits(pad.value(), out));
            calls.add(new KernelCall(fill.name(), fill, fill::emit, new byte[0], List.of(whole(out))));
        }
        List<List<Stretch>> axes = new ArrayList<>();
        for (int i = 0; i < in.type().rank(); i++) {
            axes.add(stretches(pad, i, in.type().dim(i), out.type().dim(i)));
        }
        copies(calls, axes, new ArrayList<>(), in, out);
        return new Result.Calls(calls, 0);
    }

    /** Positions {@code to, to + 1, ...} of a padded axis that copy positions {@code from, from + step, ...}. */
    private record Stretch(int to, int count, int from, int step) {
    }

    private static List<Stretch> stretches(Pad pad, int axis, int extent, int padded) {
        int before = pad.before().get(axis);
        int first = Math.max(0, before);
        int end = Math.min(padded, before + extent);
        List<Stretch> all = new ArrayList<>();
        boolean mirrors = pad.mode() == PadMode.REFLECT;
        if (pad.mode() != PadMode.CONSTANT && before > 0 && extent > 0) {
            all.add(new Stretch(0, Math.min(before, padded), mirrors ? before : 0, mirrors ? -1 : 0));
        }
        if (end > first) {
            all.add(new Stretch(first, end - first, first - before, 1));
        }
        if (pad.mode() != PadMode.CONSTANT && padded > before + extent && extent > 0) {
            int from = Math.max(0, before + extent);
            int past = from - before - extent;
            all.add(new Stretch(from, padded - from, mirrors ? extent - 2 - past : extent - 1, mirrors ? -1 : 0));
        }
        return all;
    }

    /** A copy for each combination of one stretch of every axis. */
    private static void copies(List<KernelCall> calls, List<List<Stretch>> axes, List<Stretch> chosen, Placement in,
            Placement out) {
        if (chosen.size() < axes.size()) {
            for (Stretch s : axes.get(chosen.size())) {
                chosen.add(s);
                copies(calls, axes, chosen, in, out);
                chosen.removeLast();
            }
            return;
        }
        long from = 0;
        long to = 0;
        int[] extents = new int[axes.size()];
        long[] steps = new long[axes.size()];
        for (int i = 0; i < extents.length; i++) {
            Stretch s = chosen.get(i);
            from += s.from * in.strides()[i];
            to += s.to * out.strides()[i];
            extents[i] = s.count;
            steps[i] = s.step * in.strides()[i];
        }
        calls.add(copy(LoopNest.of(extents, steps, out.strides()), in, from, out, to));
    }

    /** Stored bits of the padding value: quantized for a quantized element, else converted to the plain type. */
    private static long bits(float value, Placement out) {
        if (out.type().element() instanceof QuantizedType.PerTensor q) {
            return Quantization.quantize(value, q.scale(), new QuantRange(q.zeroPoint(), (int) q.storage().minValue(),
                    (int) q.storage().maxValue())) ^ out.flip();
        }
        ScalarType type = out.type().storage();
        byte[] packed = Interpreter.evaluate(new Cast(type), List.of(Tensor.ofFloats(new int[0], value)),
                List.of(new TensorType(type, Shape.SCALAR))).getFirst().pack();
        long bits = 0;
        for (int i = 0; i < packed.length; i++) {
            bits |= (packed[i] & 0xffL) << 8 * i;
        }
        return bits ^ out.flip();
    }

    /** One copy over the whole tensor, batch included. */
    static KernelCall copy(LoopNest nest, Placement in, long inOffset, Placement out, long outOffset) {
        CopyKernel kernel = new CopyKernel(nest, out.elementBytes(), in.flip() ^ out.flip());
        return new KernelCall(kernel.name(), kernel, kernel::emit, new byte[0],
                List.of(whole(shifted(in, inOffset)), whole(shifted(out, outOffset))));
    }

    /** One copy between two values of one shape. */
    static KernelCall copy(Placement in, Placement out) {
        return copy(LoopNest.of(in.type().shape().toArray(), in.strides(), out.strides()), in, 0, out, 0);
    }

    private static Placement shifted(Placement p, long bytes) {
        return new Placement(p.space(), p.index(), p.offset() + bytes, p.type(), p.strides(), p.flip());
    }

    /** The placement as one object, so that the call is not repeated for each image. */
    static Placement whole(Placement p) {
        return new Placement(p.space(), p.index(), p.offset(), quantwright.ir.type.TensorType.of(p.type().storage(), 1),
                new long[] {1}, p.flip());
    }
}
