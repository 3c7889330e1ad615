package quantwright.backend.llvm.lower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import quantwright.backend.llvm.loops.FinishBody;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.backend.llvm.loops.MapBody;
import quantwright.backend.llvm.loops.QuantizedBody;
import quantwright.backend.llvm.loops.QuantizedSoftmaxKernel;
import quantwright.backend.llvm.loops.ReduceKernel;
import quantwright.backend.llvm.loops.Rescaling;
import quantwright.backend.llvm.loops.Slots;
import quantwright.backend.llvm.loops.SoftmaxKernel;
import quantwright.ir.Node;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Reductions over axes and softmax along one, as loops over any strides. */
final class RowLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement in = cx.placement(node.operand(0));
        Placement out = cx.placement(node.result());
        if (!Loops.handles(in, out)) {
            return new Result.Rejected("elements of " + in.type().storage()
                    + " are not of whole bytes, or 16-bit floats");
        }
        return switch (node.op()) {
            case Reduce r -> reduce(cx, r, in, out);
            case QMean m -> mean(cx, m, in, out);
            case Softmax s -> softmax(in, out, s.axis(), false, s.beta());
            case LogSoftmax s -> softmax(in, out, s.axis(), true, 1f);
            case QSoftmax s -> softmax(s, in, out);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
    }

    private static int[] normal(Ints axes, int rank) {
        return axes.stream().map(a -> a < 0 ? a + rank : a).sorted().toArray();
    }

    private static Result reduce(LoweringContext cx, Reduce op, Placement in, Placement out) {
        ScalarType type = in.type().storage();
        int[] axes = normal(op.axes(), in.type().rank());
        int count = IntStream.of(axes).map(in.type()::dim).reduce(1, Math::multiplyExact);
        boolean real = type == ScalarType.F32;
        if (in.type().isQuantized() || type == ScalarType.F64 || type == ScalarType.U64 || !real
                && (op.kind() == ReduceKind.L2
                || count == 0)) {
            return new Result.Rejected(op.kind() + " of " + in.type().element() + " over " + count
                    + " elements has no kernel");
        }
        ReduceKernel.Kind kind = switch (op.kind()) {
            case SUM, MEAN -> ReduceKernel.Kind.SUM;
            case SUM_SQUARE, L2 -> ReduceKernel.Kind.SUM_SQUARE;
            case MAX -> ReduceKernel.Kind.MAX;
            case MIN -> ReduceKernel.Kind.MIN;
            case PROD -> ReduceKernel.Kind.PROD;
        };
        if (op.kind() == ReduceKind.MEAN && !real && type != ScalarType.I64) {
            return new Result.Rejected("means of " + type + " have no kernel");
        }
        MapBody finish = switch (op.kind()) {
            case MEAN -> real ? new FinishBody.FloatMean() : new FinishBody.IntMean();
            case L2 -> new FinishBody.Root();
            default -> new FinishBody.Same();
        };
        Slots slots = new Slots();
        if (op.kind() == ReduceKind.MEAN) {
            slots = real ? slots.f32(count) : slots.i64(count);
        }
        return NodeLowering.calls(reduction(cx, kind, axes, in, out, finish, slots));
    }

    private static KernelCall reduction(LoweringContext cx, ReduceKernel.Kind kind, int[] axes, Placement in,
            Placement out,
            MapBody finish, Slots slots) {
        int rank = in.type().rank();
        int[] kept = IntStream.range(0, rank).filter(a -> IntStream.of(axes).noneMatch(x -> x == a)).toArray();
        boolean keepsDims = out.type().rank() == rank;
        long[] outStrides = new long[kept.length];
        for (int i = 0; i < kept.length; i++) {
            outStrides[i] = out.strides()[keepsDims ? kept[i] : i];
        }
        LoopNest outer = LoopNest.of(extents(in, kept), strides(in, kept), outStrides);
        LoopNest inner = LoopNest.of(extents(in, axes), strides(in, axes));
        ReduceKernel kernel = new ReduceKernel(kind, outer, inner, Loops.stored(in), Loops.stored(out), finish,
                cx.kernels().isa().lanes());
        return new KernelCall(kernel.name(), kernel, kernel::emit, slots.bytes(finish),
                List.of(Movement.whole(in), Movement.whole(out)));
    }

    private static int[] extents(Placement p, int[] axes) {
        return IntStream.of(axes).map(p.type()::dim).toArray();
    }

    private static long[] strides(Placement p, int[] axes) {
        return IntStream.of(axes).mapToLong(a -> p.strides()[a]).toArray();
    }

    private static Result mean(LoweringContext cx, QMean op, Placement in, Placement out) {
        int[] axes = normal(op.axes(), in.type().rank());
        int count = IntStream.of(axes).map(in.type()::dim).reduce(1, Math::multiplyExact);
        QuantizedType from = in.type().quantized();
        float scale = out.type().quantized().scale(0);
        QuantRange range = QuantizedElementwise.range(out, op.clamp());
        Rescaling rescaling = new Rescaling(op.rounding());
        int zero = from.zeroPoint(0);
        Slots slots = new Slots();
        MapBody finish;
        switch (op.rule()) {
            case SCALED -> {
                if (rescaling.problem(range) != null || count == 0) {
                    return new Result.Rejected(count == 0 ? "mean of no elements" : rescaling.problem(range));
                }
                finish = new QuantizedBody.Requantize(rescaling);
                rescaling.write(slots.i32(-zero * count), Requantizer.of(op.rounding(),
                        Averages.factor(from.scale(0), scale, count)), range);
            }
            case TFLITE_DIVISION -> {
                finish = new QuantizedBody.Divide();
                slots.i32(count).i32(count / 2).i32(range.min()).i32(range.max());
            }
            default -> {
                boolean spatial = in.type().rank() == 4 && op.keepDims() && axes.length == 2 && axes[0] == 1
                        && axes[1] == 2;
                if (op.rounding() instanceof Rounding.Fixed fixed) {
                    Averages.TfliteMean mean = spatial
                            ? Averages.TfliteMean.spatial(fixed, from.scale(0), zero, scale, range, count)
                            : Averages.TfliteMean.general(fixed, from.scale(0), zero, scale, range, count);
                    finish = new FinishBody.ScaledSum(rescaling);
                    rescaling.writeScale(slots.i32(-mean.offset()), mean.scaler());
                    slots.i64(mean.bias()).i64(range.min()).i64(range.max());
                } else {
                    return new Result.Rejected("TFLite's mean needs a fixed-point rounding");
                }
            }
        }
        return NodeLowering.calls(reduction(cx, ReduceKernel.Kind.SUM, axes, in, out, finish, slots));
    }

    private static Result softmax(Placement in, Placement out, int axis, boolean logarithm, float beta) {
        if (in.type().storage() != ScalarType.F32) {
            return new Result.Rejected("softmax of " + in.type().storage() + " has no kernel");
        }
        int at = axis < 0 ? axis + in.type().rank() : axis;
        LoopNest all = LoopNest.of(in.type().shape().toArray(), in.strides(), out.strides());
        SoftmaxKernel kernel = new SoftmaxKernel(all.without(at), in.type().dim(at), in.strides()[at],
                out.strides()[at],
                logarithm, beta != 1);
        byte[] constants = beta == 1 ? new byte[0] : new Slots().f32(beta).bytes();
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit, constants,
                List.of(Movement.whole(in), Movement.whole(out))));
    }

    private static Result softmax(QSoftmax op, Placement in, Placement out) {
        int at = op.axis() < 0 ? op.axis() + in.type().rank() : op.axis();
        LoopNest all = LoopNest.of(in.type().shape().toArray(), in.strides(), out.strides());
        QuantizedSoftmaxKernel kernel = new QuantizedSoftmaxKernel(all.without(at), in.type().dim(at), in.strides()[at],
                out.strides()[at], Loops.stored(in), Loops.stored(out), op.rule());
        float scale = in.type().quantized().scale(0);
        QuantizedType to = out.type().quantized();
        ByteBuffer constants = ByteBuffer.allocate(1040).order(ByteOrder.LITTLE_ENDIAN);
        if (op.rule() == SoftmaxRule.INTEGER_TABLE) {
            IntStream.of(QuantizedSoftmax.integerTable(scale, op.beta())).forEach(constants::putInt);
            constants.putInt((int) to.storage().minValue());
        } else {
            for (float entry : QuantizedSoftmax.tfliteTable(scale, op.beta())) {
                constants.putFloat(entry);
            }
            constants.putFloat(to.scale(0)).putInt(to.zeroPoint(0)).putInt((int) to.storage().minValue())
                    .putInt((int) to.storage().maxValue());
        }
        return NodeLowering.calls(new KernelCall(kernel.name(), kernel, kernel::emit, constants.array(),
                List.of(Movement.whole(in), Movement.whole(out))));
    }
}
