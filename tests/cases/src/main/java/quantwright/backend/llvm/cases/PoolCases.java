package quantwright.backend.llvm.cases;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Random;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.KernelTemplate.Selection.Selected;
import quantwright.backend.llvm.kernel.PoolParameters;
import quantwright.backend.llvm.kernel.PoolSpec;
import quantwright.backend.llvm.kernel.PoolTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;

public final class PoolCases {
    private PoolCases() {
    }

    private record Case(String name, PoolSpec spec, PoolParameters p, Tensors in, byte[] out) { }

    /** {@code count} random cases against the definition. */
    public static int check(KernelMachine machine, VectorIsa isa, int count) throws Throwable {
        try (var runner = new KernelRunner(machine)) {
            var cases = new ArrayList<Case>();
            for (int i = 0; cases.size() < count; i++) {
                Case c = random(new Random(500 + i), "k" + i, PoolSpec.Kind.values()[i % 3], isa.byteFlip());
                // Windows that a border cuts in many ways are left to plain loops.
                if (new PoolTemplate(isa).select(c.spec) instanceof Selected<PoolParameters>(var kernel)) {
                    runner.add(c.name, kernel, c.p);
                    cases.add(c);
                }
            }
            runner.build();
            for (Case c : cases) {
                MemorySegment out = runner.place(c.out, (byte) 0x33);
                runner.call(c.name, runner.place(c.in.memory, (byte) 0x5a).asSlice(c.in.origin), out,
                        runner.constants(c.name));
                Epilogue e = c.spec.epilogue() == null ? Epilogue.f32(true, false) : c.spec.epilogue();
                Cases.compare(c.spec.toString(), out, c.out, c.spec.out(), e, isa.byteFlip(), (y, x, k) -> expected(c,
                        y, x, k));
                runner.checkGuards(c.spec.toString());
            }
            return runner.size();
        }
    }

    private static Case random(Random r, String name, PoolSpec.Kind kind, int flip) {
        int kernel = Cases.pick(r, 1, 2, 3, 3, 5);
        int stride = Cases.pick(r, 1, 2, 3);
        int c = Cases.pick(r, 1, 3, 16, 24, 64, 70, 144, 200);
        boolean global = r.nextInt(4) == 0;
        int h = global ? Cases.pick(r, 4, 7, 20) : kernel + r.nextInt(9);
        int w = global ? Cases.pick(r, 4, 7, 17) : kernel + r.nextInt(9);
        int padTop = global ? 0 : r.nextInt(kernel);
        int padLeft = global ? 0 : r.nextInt(kernel);
        int padBottom = global ? 0 : r.nextInt(kernel);
        int padRight = global ? 0 : r.nextInt(kernel);
        Window window = global ? new Window(h, w, 1, 1, 1, 1, 0, 0)
            : new Window(kernel, kernel, stride, stride, 1, 1, padTop, padLeft);
        int oh = (h + padTop + padBottom - window.height()) / window.strideHeight() + 1;
        int ow = (w + padLeft + padRight - window.width()) / window.strideWidth() + 1;
        Tensors in = Tensors.random(r, h, w, c, c + Cases.pick(r, 0, 0, 5), 0, 0, 0, Cases.pick(r, 0, 1), 0, flip,
            r.nextInt(4) == 0);
        boolean fixed = r.nextInt(3) == 0;
        Epilogue e = kind != PoolSpec.Kind.AVERAGE ? null : new Epilogue(fixed
            ? new Epilogue.Requantize.Fixed(Epilogue.FixedRounding.GEMMLOWP_DOUBLE, false, true, true)
            : new Epilogue.Requantize.F32(r.nextBoolean(), true), r.nextInt(4) == 0, Epilogue.Residual.NONE,
            r.nextBoolean() ? Epilogue.Store.ENCODED : Epilogue.Store.I8);
        int most = window.height() * window.width();
        float[] factors = new float[most + 1];
        int[] multipliers = new int[most + 1];
        int[] shifts = new int[most + 1];
        float ratio = 0.5f + r.nextFloat();
        for (int i = 1; i <= most; i++) {
            factors[i] = ratio / i;
            int exponent = Math.getExponent(factors[i]);
            multipliers[i] = (int) Math.rint(factors[i] * Math.pow(2, 30 - exponent));
            shifts[i] = Math.max(31, 30 - exponent);
        }
        byte[] table = new byte[256];
        r.nextBytes(table);
        var values = new EpilogueValues(factors, multipliers, shifts, null, Cases.pick(r, 0, -128, 127, 7),
                Cases.pick(r, -128, -5),
            Cases.pick(r, 127, 60), table, null, 1f);
        int pitch = c + Cases.pick(r, 0, 0, 3);
        var out = new TensorView(oh, ow, c, (long) ow * pitch, pitch);
        byte[] memory = new byte[(int) (out.rowPitch() * oh)];
        r.nextBytes(memory);
        var spec = new PoolSpec(kind, in.view, out, window, padBottom, padRight, r.nextBoolean(), e);
        return new Case(name, spec, new PoolParameters(Cases.pick(r, 0, -128, 127, -9), values), in, memory);
    }

    private static int expected(Case c, int y, int x, int k) {
        PoolSpec s = c.spec;
        Window w = s.window();
        int max = -128;
        int sum = 0;
        int centred = 0;
        int taps = 0;
        int padded = 0;
        for (int ky = 0; ky < w.height(); ky++) {
            for (int kx = 0; kx < w.width(); kx++) {
                int iy = y * w.strideHeight() + ky - w.padTop();
                int ix = x * w.strideWidth() + kx - w.padLeft();
                if (iy >= 0 && iy < s.in().height() && ix >= 0 && ix < s.in().width()) {
                    int q = c.in.at(iy, ix, k);
                    max = Math.max(max, q);
                    sum += q;
                    centred += q - c.p.inputZero();
                    taps++;
                }
                padded++;
            }
        }
        int count = s.countIncludePad() ? padded : taps;
        EpilogueValues v = c.p.values();
        return switch (s.kind()) {
            case MAX -> max;
            case AVERAGE_DIVIDE -> {
                int a = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                yield Math.max(v.min(), Math.min(v.max(), a));
            }
            case AVERAGE -> ConvOracle.finish(s.epilogue(), v, centred, count, 0);
        };
    }
}
