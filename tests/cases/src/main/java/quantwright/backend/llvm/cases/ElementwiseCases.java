package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quantwright.backend.llvm.kernel.ElementwiseParameters;
import quantwright.backend.llvm.kernel.ElementwiseParameters.FixedScale;
import quantwright.backend.llvm.kernel.ElementwiseSpec;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Op;
import quantwright.backend.llvm.kernel.ElementwiseTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;

public final class ElementwiseCases {
    private ElementwiseCases() {
    }

    private static final float[] SPECIAL = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f,
            1e30f, -1e30f,
        0.5f, -0.5f, 1.5f, 2.5f, Float.MIN_VALUE};

    private record Case(String name, ElementwiseSpec spec, ElementwiseParameters p, List<byte[]> inputs, byte[] out) { }

    /** {@code each} random cases of every operation against the definition; returns how many that were. */
    public static int check(KernelMachine machine, VectorIsa isa, int each) throws Throwable {
        try (var runner = new KernelRunner(machine)) {
            var cases = new ArrayList<Case>();
            for (Op op : operations()) {
                for (int i = 0; i < each; i++) {
                    Case c = random(new Random(op.hashCode() * 31L + i), "k" + cases.size(), op, i);
                    runner.add(c.name, KernelRunner.selected(new ElementwiseTemplate(isa), c.spec), c.p);
                    cases.add(c);
                }
            }
            runner.build();
            for (Case c : cases) {
                run(runner, c, isa.byteFlip());
            }
            return runner.size();
        }
    }

    private static List<Op> operations() {
        var list = new ArrayList<Op>(List.of(new Op.Add(), new Op.Mul(), new Op.FixedAdd(20), new Op.FixedMul(),
            new Op.Requantize(), new Op.Lookup(), new Op.Copy(Element.ENCODED, Element.ENCODED),
            new Op.Copy(Element.I8, Element.ENCODED), new Op.Copy(Element.ENCODED, Element.I8),
                    new Op.Quantize(Element.ENCODED),
            new Op.Quantize(Element.I8), new Op.Dequantize(Element.ENCODED), new Op.Dequantize(Element.I8)));
        for (FloatActivation a : FloatActivation.values()) {
            list.add(new Op.FloatUnary(a));
            list.add(new Op.FloatBinary(true, a));
            list.add(new Op.FloatBinary(false, a));
        }
        return list;
    }

    private static Case random(Random r, String name, Op op, int i) {
        int h = Cases.pick(r, 1, 2, 3);
        int w = Cases.pick(r, 1, 5, 7);
        int c = Cases.pick(r, 1, 3, 16, 21, 64, 100, 200);
        var views = new ArrayList<TensorView>();
        var data = new ArrayList<byte[]>();
        for (int k = 0; k <= op.arity(); k++) {
            int bytes = k < op.arity() ? op.input().bytes() : op.output().bytes();
            int pitch = (c + (i % 3 == 1 ? k : 0)) * bytes;
            long row = (long) pitch * w + (i % 3 == 2 ? pitch : 0);
            views.add(new TensorView(h, w, c, row, pitch));
            byte[] d = new byte[(int) (row * (h - 1) + (long) pitch * (w - 1) + (long) c * bytes)];
            r.nextBytes(d);
            if (bytes == 4) {
                var b = ByteBuffer.wrap(d).order(ByteOrder.LITTLE_ENDIAN);
                for (int at = 0; at + 4 <= d.length; at += 4) {
                    b.putFloat(at, r.nextInt(6) == 0 ? SPECIAL[r.nextInt(SPECIAL.length)] : (r.nextInt(800) - 400) * 0.125f);
                }
            }
            data.add(d);
        }
        byte[] table = new byte[256];
        r.nextBytes(table);
        FixedScale[] fixed = new FixedScale[3];
        for (int k = 0; k < 3; k++) {
            fixed[k] = new FixedScale((1 << 30) + r.nextInt(1 << 30),
                    k == 2 ? 31 + 18 + r.nextInt(3) : 31 + r.nextInt(r.nextBoolean() ? 3 : 32));
        }
        if (op instanceof Op.FixedMul) {
            fixed[0] = new FixedScale(fixed[0].multiplier(), 31 + r.nextInt(9));
        }
        var p = new ElementwiseParameters(Cases.pick(r, 0, -128, 127, 9), r.nextFloat() * 2, Cases.pick(r, 0, -128,
                127, -30),
            op instanceof Op.Mul ? 0f : r.nextFloat() * 2, Cases.pick(r, 0, -128, 127, 44), Cases.pick(r, -128, -20),
            Cases.pick(r, 127, 100), Cases.pick(r, 1, 3) * 0.25f, table, fixed, -3.25f, 7.5f, 0.1f);
        return new Case(name, new ElementwiseSpec(op, views.subList(0, op.arity()), views.get(op.arity())), p,
            data.subList(0, op.arity()), data.get(op.arity()));
    }

    private static void run(KernelRunner runner, Case c, int flip) throws Throwable {
        var pointers = new ArrayList<MemorySegment>();
        for (byte[] in : c.inputs) {
            pointers.add(runner.place(in, (byte) 0x5a));
        }
        MemorySegment out = runner.place(c.out, (byte) 0x33);
        pointers.add(out);
        pointers.add(runner.constants(c.name));
        runner.call(c.name, pointers.toArray(MemorySegment[]::new));
        byte[] expected = c.out.clone();
        var e = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN);
        TensorView o = c.spec.out();
        for (int i = 0; i < o.height() * o.width() * o.channels(); i++) {
            int k = i % o.channels();
            int x = i / o.channels() % o.width();
            int y = i / o.channels() / o.width();
            int at = (int) o.offset(y, x) + k * c.spec.op().output().bytes();
            if (c.spec.op().output() == Element.F32) {
                float v = floating(c, y, x, k, flip);
                if (Float.isNaN(v)) {
                    // only the payload of a NaN is free
                    v = out.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
                    assertEquals(Float.NaN, v, c.spec.toString());
                }
                e.putInt(at, Float.floatToRawIntBits(v));
            } else {
                int q = integer(c, y, x, k, flip);
                e.put(at, (byte) (c.spec.op().output() == Element.ENCODED ? q ^ flip : q));
            }
        }
        byte[] actual = out.toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i]) {
                assertEquals(expected[i], actual[i], "byte " + i + " of " + c.spec + c.p);
            }
        }
        runner.checkGuards(c.spec.toString());
    }

    private static int q(Case c, int input, int y, int x, int k, int flip) {
        byte b = c.inputs.get(input)[(int) c.spec.inputs().get(input).offset(y, x) + k];
        return (byte) (c.spec.op().input() == Element.ENCODED ? b ^ flip : b);
    }

    private static float value(Case c, int input, int y, int x, int k) {
        return ByteBuffer.wrap(c.inputs.get(input)).order(ByteOrder.LITTLE_ENDIAN)
            .getFloat((int) c.spec.inputs().get(input).offset(y, x) + 4 * k);
    }

    private static int clampRound(ElementwiseParameters p, float x) {
        return (int) Math.rint(Math.max(p.min() - p.zero(), Math.min(p.max() - p.zero(), x))) + p.zero();
    }

    private static int gemmlowp(int x, FixedScale s) {
        return FixedOracle.roundingDivideByPot(FixedOracle.doublingHighMul(x, s.multiplier()), s.shift() - 31);
    }

    private static int integer(Case c, int y, int x, int k, int flip) {
        ElementwiseParameters p = c.p;
        int clampedZero = Math.max(p.min(), Math.min(p.max(), p.zero()));
        return switch (c.spec.op()) {
            case Op.Add a -> clampRound(p, (q(c, 0, y, x, k, flip) - p.zero1()) * p.m1()
                + (q(c, 1, y, x, k, flip) - p.zero2()) * p.m2());
            case Op.Mul m -> clampRound(p, (q(c, 0, y, x, k, flip) - p.zero1()) * (q(c, 1, y, x, k,
                    flip) - p.zero2()) * p.m1());
            case Op.Requantize r -> clampRound(p, (q(c, 0, y, x, k, flip) - p.zero1()) * p.m1());
            case Op.FixedMul m -> Math.max(p.min(), Math.min(p.max(), p.zero() + gemmlowp(
                (q(c, 0, y, x, k, flip) - p.zero1()) * (q(c, 1, y, x, k, flip) - p.zero2()), p.fixed()[0])));
            case Op.FixedAdd a -> {
                int s1 = gemmlowp((q(c, 0, y, x, k, flip) - p.zero1()) << a.leftShift(), p.fixed()[0]);
                int s2 = gemmlowp((q(c, 1, y, x, k, flip) - p.zero2()) << a.leftShift(), p.fixed()[1]);
                yield Math.max(p.min(), Math.min(p.max(), p.zero() + gemmlowp(s1 + s2, p.fixed()[2])));
            }
            case Op.Lookup l -> p.table()[q(c, 0, y, x, k, flip) + 128];
            case Op.Copy copy -> q(c, 0, y, x, k, flip);
            case Op.Quantize quantize -> {
                float v = value(c, 0, y, x, k) / p.scale();
                yield Float.isNaN(v) ? clampedZero : clampRound(p, v);
            }
            default -> throw new AssertionError();
        };
    }

    private static float floating(Case c, int y, int x, int k, int flip) {
        return switch (c.spec.op()) {
            case Op.Dequantize d -> (q(c, 0, y, x, k, flip) - c.p.zero1()) * c.p.scale();
            case Op.FloatUnary u -> activation(value(c, 0, y, x, k), u.activation(), c.p);
            case Op.FloatBinary b -> {
                float s = value(c, 0, y, x, k);
                float t = value(c, 1, y, x, k);
                yield activation(b.multiply() ? s * t : s + t, b.activation(), c.p);
            }
            default -> throw new AssertionError();
        };
    }

    static float activation(float x, FloatActivation a, ElementwiseParameters p) {
        return switch (a) {
            case NONE -> x;
            case RELU -> x < 0 ? 0 : x;
            case CLIP -> x < p.floatMin() ? p.floatMin() : x > p.floatMax() ? p.floatMax() : x;
            case LEAKY_RELU -> x < 0 ? x * p.slope() : x;
        };
    }
}
