package quantwright.backend.avx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;

class ConvKernelTest {
    private record Case(String name, ConvSpec spec, ConvParameters parameters, Tensors in, Tensors residual, byte[] out,
            int outOrigin) { }

    @Test
    void vnniEqualsTheDefinition() throws Throwable {
        check(new Avx512Isa(true), KernelRunner.AVX512, 1, 120);
    }

    @Test
    void theInnerLoopIsVnniOnFullRegistersWithoutSpills() {
        try (var runner = new KernelRunner(KernelRunner.AVX512)) {
            var spec = new ConvSpec(TensorView.withHalo(16, 16, 32, 1, 1, 1), TensorView.dense(16, 16, 32, 1), null,
                Window.square(3, 1, 1), 1, Epilogue.f32(true, false));
            var kernel = ((KernelTemplate.Selection.Selected<ConvParameters>) new ConvTemplate(new Avx512Isa(true), false)
                .select(spec)).kernel();
            runner.add("k", kernel, new ConvParameters(new byte[32 * 9 * 32], null, 0,
                EpilogueValues.f32(new float[] {1f}, 0, -128, 127)));
            String code = runner.assembly();
            assertTrue(code.matches("(?s).*vpdpbusd\\s+%zmm\\d+, %zmm\\d+, %zmm\\d+.*"), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("zmm") && l.contains("(%rsp)")), code);
            assertTrue(code.lines().noneMatch(l -> l.contains("call")), code);
        }
    }

    private static void check(VectorIsa isa, java.util.Set<quantwright.backend.llvm.CpuFeature> features, long seed, int count)
            throws Throwable {
        try (var runner = new KernelRunner(features)) {
            var cases = new ArrayList<Case>();
            for (int i = 0; i < count; i++) {
                Case c = random(new Random(seed * 1000 + i), "k" + i, isa.byteFlip());
                var selected = assertInstanceOf(KernelTemplate.Selection.Selected.class,
                    new ConvTemplate(isa, false).select(c.spec), c.spec.toString());
                @SuppressWarnings("unchecked")
                var s = (KernelTemplate.Selection.Selected<ConvParameters>) selected;
                runner.add(c.name, s.kernel(), c.parameters);
                cases.add(c);
            }
            runner.build();
            for (Case c : cases) {
                run(runner, c, isa);
            }
        }
    }

    static void run(KernelRunner runner, Case c, VectorIsa isa) throws Throwable {
        ConvSpec s = c.spec;
        MemorySegment in = runner.place(c.in.memory, (byte) 0x5a).asSlice(c.in.origin);
        MemorySegment out = runner.place(c.out, (byte) 0x33);
        var pointers = new ArrayList<MemorySegment>(List.of(in));
        if (c.residual != null) {
            pointers.add(runner.place(c.residual.memory, (byte) 0x11).asSlice(c.residual.origin));
        }
        pointers.add(out.asSlice(c.outOrigin));
        pointers.add(runner.constants(c.name));
        runner.call(c.name, pointers.toArray(MemorySegment[]::new));
        byte[] expected = c.out.clone();
        var e = java.nio.ByteBuffer.wrap(expected).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int y = 0; y < s.out().height(); y++) {
            for (int x = 0; x < s.out().width(); x++) {
                for (int oc = 0; oc < s.out().channels(); oc++) {
                    int acc = ConvOracle.accumulator(s, c.parameters, c.in::at, y, x, oc);
                    int q = ConvOracle.finish(s.epilogue(), c.parameters.epilogue(), acc, oc,
                        c.residual == null ? 0 : c.residual.at(y, x, oc));
                    int at = c.outOrigin + (int) s.out().offset(y, x) + oc * s.epilogue().store().bytes();
                    switch (s.epilogue().store()) {
                        case ENCODED -> e.put(at, (byte) (q ^ isa.byteFlip()));
                        case I8 -> e.put(at, (byte) q);
                        case F32, I32 -> e.putInt(at, q);
                    }
                }
            }
        }
        byte[] actual = out.toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i]) {
                assertEquals(expected[i], actual[i], "byte " + i + " of " + s);
            }
        }
        runner.checkGuards(s.toString());
    }

    private static int pick(Random r, int... values) {
        return values[r.nextInt(values.length)];
    }

    static Case random(Random r, String name, int flip) {
        int kernel = pick(r, 1, 1, 1, 2, 3, 3, 5);
        int kw = kernel == 1 ? 1 : pick(r, kernel, kernel, 4);
        int stride = pick(r, 1, 1, 2, 3);
        int dilation = kernel > 1 ? pick(r, 1, 1, 1, 2) : 1;
        int groups = pick(r, 1, 1, 1, 1, 2, 3);
        int icg = pick(r, 1, 2, 3, 4, 8, 16, 17, 24, 40, 64, 100);
        int ocg = pick(r, 2, 3, 4, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 72, 96, 130);
        int oh = pick(r, 1, 2, 3, 5, 8);
        int ow = pick(r, 1, 2, 3, 7, 12, 13, 16, 20, 33);
        int padTop = r.nextInt(kernel);
        int padLeft = r.nextInt(kw);
        int needH = (oh - 1) * stride + (kernel - 1) * dilation + 1;
        int needW = (ow - 1) * stride + (kw - 1) * dilation + 1;
        int h = Math.max(1, needH - padTop - r.nextInt(kernel));
        int w = Math.max(1, needW - padLeft - r.nextInt(kw));
        int zero = pick(r, 0, -128, 127, 5, -3);
        int ic = icg * groups;
        int oc = ocg * groups;
        boolean extremes = r.nextInt(4) == 0;
        Tensors in = Tensors.random(r, h, w, ic, ic + pick(r, 0, 0, 5), padTop, padLeft, Math.max(0, needH - padTop - h),
            Math.max(0, needW - padLeft - w), zero, flip, extremes);
        byte[] weights = new byte[oc * kernel * kw * icg];
        r.nextBytes(weights);
        if (extremes) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (byte) (r.nextBoolean() ? 127 : -128);
            }
        }
        int[] bias = new int[oc];
        for (int i = 0; i < oc; i++) {
            bias[i] = r.nextInt(20000) - 10000;
        }
        Epilogue e = epilogue(r);
        EpilogueValues v = values(r, e, oc, kernel * kw * icg);
        int elem = e.store().bytes();
        int outPitch = (oc + pick(r, 0, 0, 3)) * elem;
        int halo = pick(r, 0, 0, 1);
        var out = new TensorView(oh, ow, oc, (long) (ow + halo) * outPitch, outPitch);
        byte[] outMemory = new byte[(int) (out.rowPitch() * oh)];
        r.nextBytes(outMemory);
        Tensors residual = e.hasResidual()
            ? Tensors.random(r, oh, ow, oc, oc + pick(r, 0, 2), 0, 0, 0, pick(r, 0, 1), 0, flip, extremes) : null;
        var spec = new ConvSpec(in.view, out, residual == null ? null : residual.view,
            new Window(kernel, kw, stride, stride, dilation, dilation, padTop, padLeft), groups, e);
        return new Case(name, spec, new ConvParameters(weights, r.nextInt(8) == 0 ? null : bias, zero, v), in, residual, outMemory,
            0);
    }

    private static Epilogue epilogue(Random r) {
        boolean narrow = r.nextBoolean();
        boolean proven = r.nextInt(3) > 0;
        Epilogue.Requantize f = new Epilogue.Requantize.F32(proven, narrow);
        return switch (r.nextInt(8)) {
            case 0 -> Epilogue.raw();
            case 1 -> new Epilogue(f, true, Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
            case 2 -> new Epilogue(f, false, Epilogue.Residual.F32, Epilogue.Store.ENCODED);
            case 3 -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.F32);
            case 4 -> new Epilogue(f, r.nextBoolean(), Epilogue.Residual.NONE, Epilogue.Store.I8);
            case 5 -> new Epilogue(new Epilogue.Requantize.Fixed(
                Epilogue.FixedRounding.values()[r.nextInt(Epilogue.FixedRounding.values().length)], r.nextBoolean(), proven,
                narrow), r.nextBoolean(), Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
            default -> new Epilogue(f, false, Epilogue.Residual.NONE, Epilogue.Store.ENCODED);
        };
    }

    private static EpilogueValues values(Random r, Epilogue e, int channels, int k) {
        boolean narrow = switch (e.requantize()) {
            case Epilogue.Requantize.F32 f -> f.narrow();
            case Epilogue.Requantize.Fixed f -> f.narrow();
            case Epilogue.Requantize.None n -> false;
        };
        int zero = pick(r, 0, -128, 127, 17);
        int min = narrow ? Math.max(-128, zero - 20) : -128;
        int max = narrow ? Math.min(127, zero + 90) : 127;
        int n = r.nextBoolean() ? channels : 1;
        boolean proven = e.requantize() instanceof Epilogue.Requantize.F32 f && f.proven();
        float[] factors = new float[n];
        int[] multipliers = new int[n];
        int[] shifts = new int[n];
        int[] lefts = new int[n];
        boolean left = e.requantize() instanceof Epilogue.Requantize.Fixed f && f.leftShift();
        for (int i = 0; i < n; i++) {
            double spread = 60.0 / (5500 * Math.sqrt(k)) * (0.5 + r.nextDouble());
            factors[i] = (float) (proven || r.nextInt(3) > 0 ? spread : 1e6 * spread);
            lefts[i] = left ? r.nextInt(3) : 0;
            int exponent = Math.getExponent(spread);
            multipliers[i] = (int) Math.rint(spread * Math.pow(2, 30 - exponent));
            shifts[i] = Math.max(31, 30 - exponent + lefts[i]);
        }
        byte[] table = null;
        if (e.table()) {
            table = new byte[256];
            r.nextBytes(table);
        }
        var add = e.hasResidual() ? new EpilogueValues.Add(zero, r.nextFloat() * 1.5f, pick(r, 0, -128, 127), r.nextFloat(),
            pick(r, -128, 3, 127), pick(r, -128, -5), pick(r, 127, 100)) : null;
        return new EpilogueValues(factors, multipliers, shifts, lefts, zero, min, max, table, add, 0.0173f);
    }
}
