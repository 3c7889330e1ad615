package quantwright.backend.llvm.lower;

import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.loops.FinishBody;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.backend.llvm.loops.MapBody;
import quantwright.backend.llvm.loops.MatMulKernel;
import quantwright.backend.llvm.loops.MatMulKernel.Pair;
import quantwright.backend.llvm.loops.QuantizedBody;
import quantwright.backend.llvm.loops.Rescaling;
import quantwright.backend.llvm.loops.Slots;
import quantwright.ir.Node;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QMatMul;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

/** Matrix products of two activations as loops over any strides. */
final class MatrixLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement a = cx.placement(node.operand(0));
        Placement b = cx.placement(node.operand(1));
        Placement out = cx.placement(node.result());
        return switch (node.op()) {
            case MatMul m when a.type().storage() == ScalarType.F32 ->
                    new Result.Calls(List.of(call(cx, a, b, out, m.transposeB(), new FinishBody.Same(), new Slots())),
                            macs(a, out));
            case MatMul _ -> new Result.Rejected("matrix products of " + a.type().storage() + " have no kernel");
            case QMatMul m -> quantized(cx, m, a, b, out);
            default -> throw new IllegalStateException(node.op().mnemonic());
        };
    }

    private static long macs(Placement a, Placement out) {
        return out.type().shape().elementCount() * a.type().dim(-1);
    }

    private static Result quantized(LoweringContext cx, QMatMul op, Placement a, Placement b, Placement out) {
        if (!(a.type().element() instanceof QuantizedType.PerTensor ta)
                || !(b.type().element() instanceof QuantizedType.PerTensor tb)) {
            return new Result.Rejected("products of two activations take one scale for each");
        }
        if (!Loops.handles(a, b, out) || Math.max(ta.storage().bits(), tb.storage().bits()) > 8) {
            return new Result.Rejected("products of " + ta.storage() + " by " + tb.storage() + " have no kernel");
        }
        Slots slots = new Slots();
        MapBody finish = new FinishBody.Same();
        if (out.type().isQuantized()) {
            Rescaling rescaling = new Rescaling(op.rounding());
            QuantRange range = QuantizedElementwise.range(out, op.clamp());
            if (rescaling.problem(range) != null) {
                return new Result.Rejected(rescaling.problem(range));
            }
            finish = new QuantizedBody.Requantize(rescaling);
            rescaling.write(slots.i32(0), Requantizer.of(op.rounding(), Scales.productFactor(ta.scale(), tb.scale(),
                    out.type().quantized().scale(0))), range);
        }
        slots.i32(ta.zeroPoint()).i32(tb.zeroPoint());
        return new Result.Calls(List.of(call(cx, a, b, out, op.transposeB(), finish, slots)), macs(a, out));
    }

    private static KernelCall call(LoweringContext cx, Placement a, Placement b, Placement out, boolean transposeB,
            MapBody finish, Slots slots) {
        int rank = out.type().rank();
        Shape batch = Shape.of(Arrays.copyOf(out.type().shape().toArray(), rank - 2));
        LoopNest nest = LoopNest.of(batch.toArray(), batchStrides(a, rank), batchStrides(b, rank),
                Arrays.copyOf(out.strides(), rank - 2));
        Pair right = last(b);
        MatMulKernel kernel = new MatMulKernel(nest, out.type().dim(-2), a.type().dim(-1), out.type().dim(-1),
                Loops.stored(a),
                Loops.stored(b), Loops.stored(out), last(a), transposeB ? new Pair(right.inner(),
                right.outer()) : right,
                last(out), finish, cx.kernels().isa().lanes());
        return new KernelCall(kernel.name(), kernel, kernel::emit, slots.bytes(),
                List.of(Movement.whole(a), Movement.whole(b), Movement.whole(out)));
    }

    private static Pair last(Placement p) {
        int rank = p.strides().length;
        return new Pair(p.strides()[rank - 2], p.strides()[rank - 1]);
    }

    /** Strides of the batch axes, broadcast to the result's. */
    private static long[] batchStrides(Placement p, int rank) {
        long[] strides = new long[rank - 2];
        int lead = rank - p.strides().length;
        for (int i = lead; i < strides.length; i++) {
            strides[i] = p.type().dim(i - lead) == 1 ? 0 : p.strides()[i - lead];
        }
        return strides;
    }
}
