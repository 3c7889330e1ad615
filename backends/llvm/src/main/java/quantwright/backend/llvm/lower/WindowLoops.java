package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.FinishBody;
import quantwright.backend.llvm.loops.MapBody;
import quantwright.backend.llvm.loops.QuantizedBody;
import quantwright.backend.llvm.loops.Rescaling;
import quantwright.backend.llvm.loops.Slots;
import quantwright.backend.llvm.loops.WindowKernel;
import quantwright.backend.llvm.loops.WindowKernel.Span;
import quantwright.backend.llvm.loops.WindowKernel.Strides;
import quantwright.ir.Node;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ScalarType;

/** Pooling as loops over any strides and element types. */
final class WindowLoops implements NodeLowering {
    /** How averages count: padded taps or not, and what only ceil mode added. */
    private record Counting(boolean includePad, int bottom, int right) {
    }

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement in = cx.placement(node.operand(0));
        Placement out = cx.placement(node.result());
        if (!Loops.handles(in, out)) {
            return new Result.Rejected("elements of " + in.type().storage()
                    + " are not of whole bytes, or 16-bit floats");
        }
        return switch (node.op()) {
            case MaxPool m -> max(cx, m.window(), in, out);
            case AvgPool a when in.type().storage() == ScalarType.F32 -> average(cx, a, in, out);
            case AvgPool _ -> new Result.Rejected("averages of " + in.type().storage() + " have no kernel");
            case QAvgPool a -> average(cx, a, in, out);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
    }

    private static Result max(LoweringContext cx, Window2d w, Placement in, Placement out) {
        ScalarType type = in.type().storage();
        if (type == ScalarType.F64 || type == ScalarType.U64 || type == ScalarType.BOOL) {
            return new Result.Rejected("maxima of " + type + " have no kernel");
        }
        Slots slots = new Slots();
        spans(slots, w, in, new Counting(false, 0, 0));
        return NodeLowering.calls(call(cx, w, in, out, false, null, slots));
    }

    private static Result average(LoweringContext cx, AvgPool op, Placement in, Placement out) {
        Counting counting = new Counting(op.countIncludePad(), op.uncountedBottom(), op.uncountedRight());
        Slots slots = new Slots();
        spans(slots, op.window(), in, counting).forEach(slots::f32);
        return NodeLowering.calls(call(cx, op.window(), in, out, true, new FinishBody.FloatMean(), slots));
    }

    private static Result average(LoweringContext cx, QAvgPool op, Placement in, Placement out) {
        Counting counting = new Counting(op.countIncludePad(), op.uncountedBottom(), op.uncountedRight());
        QuantRange range = QuantizedElementwise.range(out, op.clamp());
        Rescaling rescaling = new Rescaling(op.rounding());
        boolean scaled = op.rule() == AverageRule.SCALED;
        if (op.rule() == AverageRule.TFLITE_MEAN || scaled && rescaling.problem(range) != null) {
            return new Result.Rejected(scaled ? rescaling.problem(range) : "rule " + op.rule() + " is for q.mean");
        }
        int zero = in.type().quantized().zeroPoint(0);
        Slots slots = new Slots();
        for (int count : spans(slots, op.window(), in, counting)) {
            // A window wholly in the padding sums to 0, whatever it is divided by.
            int divisor = Math.max(1, count);
            if (scaled) {
                slots.i32(zero);
                rescaling.write(slots, Requantizer.of(op.rounding(), Averages.factor(in.type().quantized().scale(0),
                        out.type().quantized().scale(0), divisor)), range);
            } else {
                slots.i32(divisor).i32(divisor / 2).i32(range.min()).i32(range.max());
            }
        }
        MapBody finish = scaled ? new QuantizedBody.PooledSum(rescaling) : new QuantizedBody.Divide();
        return NodeLowering.calls(call(cx, op.window(), in, out, true, finish, slots));
    }

    private static KernelCall call(LoweringContext cx, Window2d w, Placement in, Placement out, boolean average,
            MapBody finish, Slots slots) {
        long[] s = in.strides();
        long[] o = out.strides();
        WindowKernel kernel = new WindowKernel(average, out.type().dim(0), out.type().dim(1), out.type().dim(2),
                out.type().dim(3), Loops.stored(in), Loops.stored(out),
                new Strides(s[0], s[1] * w.dilationH(), s[2] * w.dilationW(), s[3]), new Strides(o[0], o[1], o[2],
                o[3]),
                finish, cx.kernels().isa().lanes());
        return new KernelCall(kernel.name(), kernel, kernel::emit, slots.bytes(),
                List.of(Movement.whole(in), Movement.whole(out)));
    }

    /** Taps of one output row or column, and how many count. */
    private record Taps(long first, int taps, int counted) {
    }

    /** Appends the spans of all output rows and columns; gives the count behind each number. */
    private static List<Integer> spans(Slots to, Window2d w, Placement in, Counting counting) {
        int height = in.type().dim(1);
        int width = in.type().dim(2);
        List<Taps> rows = axis(w.outH(height), w.strideH(), w.padTop(), w.kernelH(), w.dilationH(), height,
                counting.includePad, height + w.padBottom() - counting.bottom, in.strides()[1]);
        List<Taps> columns = axis(w.outW(width), w.strideW(), w.padLeft(), w.kernelW(), w.dilationW(), width,
                counting.includePad, width + w.padRight() - counting.right, in.strides()[2]);
        List<Integer> rowCounts = rows.stream().map(Taps::counted).distinct().toList();
        List<Integer> columnCounts = columns.stream().map(Taps::counted).distinct().toList();
        rows.forEach(t -> new Span(t.first, t.taps, rowCounts.indexOf(t.counted) * columnCounts.size()).write(to));
        columns.forEach(t -> new Span(t.first, t.taps, columnCounts.indexOf(t.counted)).write(to));
        return rowCounts.stream().flatMap(r -> columnCounts.stream().map(c -> r * c)).toList();
    }

    private static List<Taps> axis(int outputs, int stride, int pad, int kernel, int dilation, int extent,
            boolean includePad,
            int countedEnd, long bytes) {
        List<Taps> all = new ArrayList<>();
        for (int o = 0; o < outputs; o++) {
            int start = o * stride - pad;
            int first = 0;
            int taps = 0;
            int counted = 0;
            for (int k = 0; k < kernel; k++) {
                int at = start + k * dilation;
                if (at >= 0 && at < extent) {
                    first = taps == 0 ? at : first;
                    taps++;
                }
                counted += at >= -pad && at < countedEnd ? 1 : 0;
            }
            all.add(new Taps(first * bytes, taps, includePad ? counted : taps));
        }
        return all;
    }
}
