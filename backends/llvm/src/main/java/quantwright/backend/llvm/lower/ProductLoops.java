package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.FinishBody;
import quantwright.backend.llvm.loops.MapBody;
import quantwright.backend.llvm.loops.ProductKernel;
import quantwright.backend.llvm.loops.QuantizedBody;
import quantwright.backend.llvm.loops.Rescaling;
import quantwright.backend.llvm.loops.Slots;
import quantwright.backend.llvm.loops.WindowKernel.Strides;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Op;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Convolutions and fully connected layers that the kernels refuse: weights with zero points, weights that are computed,
 * activations of 16 bits.
 */
final class ProductLoops implements NodeLowering {
    @Override
    public Result lower(Node node, LoweringContext cx) {
        Value x = node.operand(0);
        Value w = node.operand(1);
        boolean quantized = node.op() instanceof QConv2d || node.op() instanceof QDense;
        if (window(node.op()).isPadded() && TileOps.isConstant(x)) {
            return new Result.Rejected("a padded constant has no border");
        }
        if (quantized ? !takes(x.type(), 16) || !takes(w.type(), 8)
                && !TileOps.isConstant(w) : x.type().element() != ScalarType.F32) {
            return new Result.Rejected("products of " + x.type().storage() + " by " + w.type().storage()
                    + " have no kernel");
        }
        if (quantized && (w.type().storage().bits() > 8 || w.type().element() instanceof QuantizedType.PerBlock)) {
            return new Result.Rejected("weights of " + w.type().storage() + (w.type().storage().bits() > 8 ? "" : " in blocks")
                    + " have no kernel");
        }
        String problem = isWide(x.type()) ? wideProblem(node) : null;
        return problem != null ? new Result.Rejected(problem) : product(node, cx, quantized);
    }

    private static boolean takes(TensorType type, int most) {
        return type.element() instanceof QuantizedType.PerTensor t && t.storage().bits() >= 8 && t.storage().bits() <= most;
    }

    private static boolean isWide(TensorType x) {
        return x.storage().bits() > 8;
    }

    /** Why i64 arithmetic does not hold the sums of 16-bit activations or their multiples, or null. */
    private static String wideProblem(Node node) {
        TensorType w = node.operand(1).type();
        double products = (double) w.shape().elementCount() / w.dim(0);
        int most = w.element() instanceof QuantizedType.PerGroup ? QuantizedType.PerGroup.MOST : 1;
        double bound = products * (1 << 16) * (1 << 8) * most + Integer.MAX_VALUE;
        if (bound > Requantizer.MAX_WIDE_ACCUMULATOR) {
            return "sums of " + (long) products + " products of 16-bit activations may pass 2^53";
        }
        if (node.result().type().isQuantized() && rounding(node.op()) instanceof Rounding.Fixed f) {
            if (f.intermediate() != Rounding.Intermediate.I64) {
                return "rounding " + f.text() + " has no form for the i64 sums of 16-bit activations";
            }
            if (Math.scalb(bound, f.multiplierBits()) >= 0x1p63) {
                return "sums of " + (long) products + " products times a multiplier of " + f.multiplierBits()
                        + " bits may pass i64";
            }
        }
        return null;
    }

    private static Result product(Node node, LoweringContext cx, boolean quantized) {
        Placement x = cx.placement(node.operand(0));
        Placement w = weights(cx, node.operand(1), quantized);
        Placement out = cx.placement(node.result());
        Slots slots = new Slots();
        MapBody finish = new FinishBody.Same();
        if (quantized) {
            boolean constant = TileOps.isConstant(node.operand(1));
            slots.i32(x.type().quantized().zeroPoint(0)).i32(constant ? 0 : w.type().quantized().zeroPoint(0));
            if (out.type().isQuantized()) {
                Rescaling rescaling = new Rescaling(rounding(node.op()));
                QuantRange range = QuantizedElementwise.range(out, clamp(node.op()));
                if (rescaling.problem(range) != null) {
                    return new Result.Rejected(rescaling.problem(range));
                }
                finish = new QuantizedBody.Requantize(rescaling);
                QuantizedType weights = node.operand(1).type().quantized();
                for (int o = 0; o < out.type().dim(-1); o++) {
                    float scale = weights.sumScale(weights.sumScaleCount() == 1 ? 0 : o);
                    rescaling.write(slots.i32(0), Requantizer.of(rounding(node.op()), factor(node.op(), weights,
                            x.type().quantized().scale(0), scale, out.type().quantized().scale(0))), range);
                }
            }
        }
        List<Placement> arguments = new ArrayList<>(List.of(x, w));
        if (node.operands().size() > 2) {
            arguments.add(cx.placement(node.operand(2)));
        }
        arguments.add(out);
        // A window starts in the border, which lies before element 0.
        arguments.set(0, bordered(x, window(node.op())));
        ProductKernel kernel = kernel(node.op(), x, w, out, arguments.size() == 4,
                node.operand(1).type().element() instanceof QuantizedType.PerGroup, finish, cx.kernels().isa().lanes());
        long macs = out.type().shape().elementCount() * kernel.extents().kernelH() * kernel.extents().kernelW()
                * kernel.extents().inputs();
        return new Result.Calls(List.of(new KernelCall(kernel.name(), kernel, kernel::emit, slots.bytes(),
                arguments.stream().map(Movement::whole).toList())), macs);
    }

    private static Placement bordered(Placement x, Window2d w) {
        long before = w.isPadded() ? w.padTop() * x.strides()[1] + w.padLeft() * x.strides()[2] : 0;
        return new Placement(x.space(), x.index(), x.offset() - before, x.type(), x.strides(), x.flip());
    }

    /** Weights as loops read them: constants centred in i32, or f32, with the output channels innermost. */
    private static Placement weights(LoweringContext cx, Value w, boolean quantized) {
        if (!TileOps.isConstant(w)) {
            return cx.placement(w);
        }
        Tensor tensor = TileOps.constant(w).toTensor();
        int outputs = w.type().dim(0);
        int each = outputs == 0 ? 0 : tensor.size() / outputs;
        long[] strides = new long[w.type().rank()];
        strides[0] = 4;
        long step = 4L * outputs;
        for (int i = strides.length - 1; i > 0; i--) {
            strides[i] = step;
            step *= w.type().dim(i);
        }
        if (!quantized) {
            float[] moved = new float[tensor.size()];
            for (int i = 0; i < moved.length; i++) {
                moved[i % each * outputs + i / each] = tensor.floats()[i];
            }
            return cx.constant(ScalarType.F32, moved, strides);
        }
        QuantizedType type = w.type().quantized();
        QuantizedType.PerGroup grouped = type instanceof QuantizedType.PerGroup g ? g : null;
        int inputs = w.type().dim(-1);
        int[] moved = new int[tensor.size()];
        for (int i = 0; i < moved.length; i++) {
            int zero = type.zeroPoint(type.scaleCount() == 1 ? 0 : i / each);
            moved[i % each * outputs + i / each] = ((int) tensor.integer(i) - zero)
                    * (grouped == null ? 1 : grouped.multiplier(i / each, i % inputs));
        }
        return cx.constant(ScalarType.I32, moved, strides);
    }

    private static ProductKernel kernel(Op op, Placement x, Placement w, Placement out, boolean bias, boolean grouped,
            MapBody finish, int lanes) {
        Window2d window = window(op);
        boolean convolution = op instanceof QConv2d || op instanceof Conv2d;
        int groups = op instanceof QConv2d c ? c.groups() : op instanceof Conv2d c ? c.groups() : 1;
        long[] i = images(x);
        long[] o = images(out);
        int[] e = extents(out);
        ProductKernel.Sums sums = !isWide(x.type()) || !x.type().isQuantized() ? ProductKernel.Sums.NARROW
                : grouped ? ProductKernel.Sums.WIDE : ProductKernel.Sums.BLOCKS;
        long[] ws = w.strides();
        return new ProductKernel(new ProductKernel.Extents(e[0], e[1], e[2], groups, e[3] / groups,
                x.type().dim(-1) / groups, window.kernelH(), window.kernelW()), Loops.stored(x), Loops.stored(w),
                Loops.stored(out), new Strides(i[0], i[1] * window.strideH(), i[2] * window.strideW(), i[3]),
                i[1] * window.dilationH(), i[2] * window.dilationW(), convolution ? new Strides(ws[0], ws[1], ws[2],
                ws[3])
                        : new Strides(ws[0], 0, 0, ws[1]), new Strides(o[0], o[1], o[2], o[3]), bias, sums, finish, lanes);
    }

    /** Strides as of rank 4: rank 4 has its own, other values are dense rows of their last axis. */
    private static long[] images(Placement p) {
        if (p.type().rank() == 4) {
            return p.strides();
        }
        long element = p.elementBytes();
        return new long[] {0, 0, p.type().dim(-1) * element, element};
    }

    private static int[] extents(Placement p) {
        if (p.type().rank() == 4) {
            return p.type().shape().toArray();
        }
        int last = p.type().dim(-1);
        return new int[] {1, 1, last == 0 ? 0 : (int) (p.type().shape().elementCount() / last), last};
    }

    private static Window2d window(Op op) {
        return switch (op) {
            case QConv2d c -> c.window();
            case Conv2d c -> c.window();
            default -> Window2d.of(1, 1, 1, 1);
        };
    }

    private static double factor(Op op, QuantizedType weights, float in, float weight, float out) {
        return op instanceof QDense d
                ? Scales.fullyConnectedFactor(d.rounding(), !(weights instanceof QuantizedType.PerTensor), in, weight, out)
                : Scales.productFactor(in, weight, out);
    }

    private static Rounding rounding(Op op) {
        return op instanceof QConv2d c ? c.rounding() : ((QDense) op).rounding();
    }

    private static Clamp clamp(Op op) {
        return op instanceof QConv2d c ? c.clamp() : ((QDense) op).clamp();
    }
}
