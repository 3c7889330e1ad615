package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.kernel.ElementwiseParameters;
import quantwright.backend.llvm.kernel.ElementwiseParameters.FixedScale;
import quantwright.backend.llvm.kernel.ElementwiseSpec;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.PoolParameters;
import quantwright.backend.llvm.kernel.PoolSpec;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedAdd;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/**
 * Ops on i8 tensors in the arena's encoding that the instruction set has kernels for: the fast road before the loops.
 */
final class ByteKernels implements NodeLowering {
    private static final Result OTHER = new Result.Rejected("no byte kernel has this form");

    @Override
    public Result lower(Node node, LoweringContext cx) {
        Placement out = cx.placement(node.result());
        List<Placement> in = new ArrayList<>();
        int tensors = node.op() instanceof QAdd || node.op() instanceof QMul ? 2 : 1;
        for (Value operand : node.operands().subList(0, Math.min(tensors, node.operands().size()))) {
            in.add(cx.placement(operand));
        }
        if (!isEncoded(cx, out) || !in.stream().allMatch(p -> isEncoded(cx, p))) {
            return OTHER;
        }
        return switch (node.op()) {
            case QAdd a when sameShape(in, out) && !a.subtract() -> add(cx, a, in, out);
            case QMul m when sameShape(in, out) -> mul(cx, m, in, out);
            case QLookup _ when TileOps.isConstant(node.operand(1)) -> elementwise(cx, new ElementwiseSpec.Op.Lookup(),
                    ElementwiseParameters.lookup(TileOps.constant(node.operand(1)).toTensor().bytes()), in, out);
            case MaxPool m -> pool(cx, spec(PoolSpec.Kind.MAX, m.window(), in.getFirst().view(), out.view(), false,
                    null),
                    new PoolParameters(0, null), in, out);
            case QAvgPool a when a.uncountedBottom() == 0 && a.uncountedRight() == 0 -> average(cx, a, in, out);
            case QMean m when isGlobal(m, in.getFirst(), out) -> mean(cx, m, in, out);
            default -> OTHER;
        };
    }

    private static boolean isEncoded(LoweringContext cx, Placement p) {
        boolean shaped = p.type().rank() == 4 ? p.strides()[3] == 1 : p.isDense();
        return p.type().storage() == ScalarType.I8 && p.type().element() instanceof QuantizedType.PerTensor
                && p.flip() == cx.kernels().byteFlip() && shaped && p.type().shape().elementCount() > 0;
    }

    private static boolean sameShape(List<Placement> in, Placement out) {
        return in.stream().allMatch(p -> p.type().shape().equals(out.type().shape()));
    }

    private static Result elementwise(LoweringContext cx, ElementwiseSpec.Op op, ElementwiseParameters numbers,
            List<Placement> in, Placement out) {
        ElementwiseSpec spec = new ElementwiseSpec(op, in.stream().map(Placement::view).toList(), out.view());
        List<Placement> arguments = new ArrayList<>(in);
        arguments.add(out);
        return KernelChoice.choose(cx.kernels().elementwise(), spec, numbers, arguments);
    }

    private static Result add(LoweringContext cx, QAdd op, List<Placement> in, Placement out) {
        QuantizedType a = in.get(0).type().quantized();
        QuantizedType b = in.get(1).type().quantized();
        QuantRange range = QuantizedElementwise.range(out, op.clamp());
        QuantizedAdd adder = QuantizedAdd.of(op.rounding(), false, 8, a.scale(0), a.zeroPoint(0), b.scale(0),
                b.zeroPoint(0),
                out.type().quantized().scale(0), range);
        return switch (adder) {
            case QuantizedAdd.F32 s -> elementwise(cx, new ElementwiseSpec.Op.Add(),
                    ElementwiseParameters.add(s.zero1(),
                    s.factor1(), s.zero2(), s.factor2(), range.zero(), range.min(), range.max()), in, out);
            case QuantizedAdd.Fixed s -> {
                FixedScale[] scales = {fixed(s.scaler1()), fixed(s.scaler2()), fixed(s.outScaler())};
                yield isGemmlowp(op.rounding()) && scales[0] != null && scales[1] != null && scales[2] != null
                        ? elementwise(cx, new ElementwiseSpec.Op.FixedAdd(s.leftShift()),
                        ElementwiseParameters.fixed(s.zero1(),
                                s.zero2(), range.zero(), range.min(), range.max(), scales), in, out)
                        : OTHER;
            }
        };
    }

    private static Result mul(LoweringContext cx, QMul op, List<Placement> in, Placement out) {
        QuantizedType a = in.get(0).type().quantized();
        QuantizedType b = in.get(1).type().quantized();
        QuantRange range = QuantizedElementwise.range(out, op.clamp());
        Requantizer requantizer = Requantizer.of(op.rounding(), Scales.mulFactor(op.rounding(), a.scale(0), b.scale(0),
                out.type().quantized().scale(0)));
        return switch (requantizer) {
            case Requantizer.F32 r -> elementwise(cx, new ElementwiseSpec.Op.Mul(), ElementwiseParameters.scaled(
                    a.zeroPoint(0), b.zeroPoint(0), r.factor(), range.zero(), range.min(), range.max()), in, out);
            case Requantizer.Fixed r -> isGemmlowp(op.rounding()) && fixed(r) != null
                    ? elementwise(cx, new ElementwiseSpec.Op.FixedMul(), ElementwiseParameters.fixed(a.zeroPoint(0),
                            b.zeroPoint(0), range.zero(), range.min(), range.max(), fixed(r)), in, out)
                    : OTHER;
        };
    }

    private static boolean isGemmlowp(Rounding rounding) {
        return rounding.equals(Rounding.GEMMLOWP);
    }

    /** The scale as the kernels take it; null if the factor exceeds one, which they do not shift for. */
    private static FixedScale fixed(Requantizer.Fixed r) {
        Multiplier m = r.multiplier();
        return m.bits() != 31 || m.exponent() > 0 ? null : new FixedScale((int) m.value(), m.bits() - m.exponent());
    }

    private static PoolSpec spec(PoolSpec.Kind kind, Window2d w, TensorView in, TensorView out, boolean includePad,
            Epilogue epilogue) {
        return new PoolSpec(kind, in, out, Windows.of(w), w.padBottom(), w.padRight(), includePad, epilogue);
    }

    private static Result pool(LoweringContext cx, PoolSpec spec, PoolParameters numbers, List<Placement> in,
            Placement out) {
        return KernelChoice.choose(cx.kernels().pools(), spec, numbers, List.of(in.getFirst(), out));
    }

    private static Result average(LoweringContext cx, QAvgPool op, List<Placement> in, Placement out) {
        return average(cx, op.window(), op.countIncludePad(), op.rule(), op.rounding(),
                QuantizedElementwise.range(out, op.clamp()), in, out);
    }

    private static boolean isGlobal(QMean op, Placement in, Placement out) {
        Ints axes = op.axes();
        int rank = in.type().rank();
        List<Integer> normal = axes.stream().map(a -> a < 0 ? a + rank : a).sorted().boxed().toList();
        return rank == 4 && normal.equals(List.of(1, 2)) && (out.type().rank() == 4 || in.type().dim(0) == 1);
    }

    private static Result mean(LoweringContext cx, QMean op, List<Placement> in, Placement out) {
        Placement x = in.getFirst();
        return average(cx, Window2d.of(x.type().dim(1), x.type().dim(2), 1, 1), false, op.rule(), op.rounding(),
                QuantizedElementwise.range(out, op.clamp()), in, out);
    }

    private static Result average(LoweringContext cx, Window2d w, boolean includePad, AverageRule rule,
            Rounding rounding,
            QuantRange range, List<Placement> in, Placement out) {
        Placement x = in.getFirst();
        QuantizedType from = x.type().quantized();
        int most = w.kernelH() * w.kernelW();
        boolean narrow = range.min() > -128 || range.max() < 127;
        if (rule == AverageRule.TFLITE_DIVISION) {
            PoolSpec spec = spec(PoolSpec.Kind.AVERAGE_DIVIDE, w, x.view(), out.view(), includePad, null);
            return pool(cx, spec, new PoolParameters(from.zeroPoint(0), EpilogueValues.f32(new float[] {1},
                    range.zero(),
                    range.min(), range.max())), in, out);
        }
        if (rule != AverageRule.SCALED || most > 1 << 20) {
            return OTHER;
        }
        float scale = out.type().quantized().scale(0);
        // An average is at most 255 steps of the operand; below 2^30 of the result leaves room for roundings.
        boolean proven = 256.0 * from.scale(0) / scale < 1 << 30;
        float[] factors = new float[most + 1];
        int[] multipliers = new int[most + 1];
        int[] shifts = new int[most + 1];
        for (int count = 0; count <= most; count++) {
            Requantizer r = Requantizer.of(rounding, Averages.factor(from.scale(0), scale, Math.max(1, count)));
            switch (r) {
                case Requantizer.F32 s -> factors[count] = s.factor();
                case Requantizer.Fixed s -> {
                    FixedScale fixed = fixed(s);
                    if (!isGemmlowp(rounding) || fixed == null) {
                        return OTHER;
                    }
                    multipliers[count] = fixed.multiplier();
                    shifts[count] = fixed.shift();
                }
            }
        }
        boolean real = rounding instanceof Rounding.F32;
        Epilogue epilogue = new Epilogue(real ? new Epilogue.Requantize.F32(proven, narrow)
                : new Epilogue.Requantize.Fixed(Epilogue.FixedRounding.GEMMLOWP_DOUBLE, false, proven, narrow), false,
                Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
        EpilogueValues values = new EpilogueValues(real ? factors : null, multipliers, shifts, new int[most + 1],
                range.zero(),
                range.min(), range.max(), null, null, 1f);
        return pool(cx, spec(PoolSpec.Kind.AVERAGE, w, x.view(), out.view(), includePad, epilogue),
                new PoolParameters(from.zeroPoint(0), values), in, out);
    }
}
