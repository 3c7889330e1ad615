package quantwright.backend.llvm.cases;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;

/** Random integer convolutions and dense layers against the definition. */
public final class ConvCases {
    private ConvCases() {
    }

    /** A kernel, its numbers and its memory. */
    public record Case(String name, ConvSpec spec, ConvParameters parameters, Tensors in, Tensors residual,
            byte[] out) { }

    /**
     * Random cases, every other one in slices.
     *
     * @param safe whether weights are kept from -128, so that pairs of products are safe
     * @return how many
     */
    public static int check(KernelMachine machine, List<KernelTemplate<ConvSpec, ConvParameters>> templates, int flip,
            boolean safe, long seed, int count) {
        try (var runner = new KernelRunner(machine)) {
            var cases = new ArrayList<Case>();
            for (int i = 0; i < count; i++) {
                Case c = random(new Random(seed * 1000 + i), "k" + i, flip);
                if (i % 4 == 3) {
                    c = words(new Random(seed * 1000 + i), "k" + i, flip);
                } else if (safe) {
                    Cases.withoutMinimum(c.parameters.weights());
                    ConvSpec s = c.spec;
                    c = new Case(c.name, new ConvSpec(s.in(), s.out(), s.residual(), s.window(), s.groups(), s.epilogue(),
                        true, 8), c.parameters, c.in, c.residual, c.out);
                }
                Kernel<ConvParameters> kernel = KernelRunner.first(templates, c.spec);
                if (i % 2 == 0) {
                    runner.add(c.name, kernel, c.parameters);
                } else {
                    runner.addSliced(c.name, kernel, c.parameters, c.residual == null ? 3 : 4);
                }
                cases.add(c);
            }
            runner.build();
            for (Case c : cases) {
                run(runner, c, flip);
            }
            return runner.size();
        }
    }

    /** Runs a case of a runner that was built, and compares. */
    public static void run(KernelRunner runner, Case c, int flip) {
        ConvSpec s = c.spec;
        MemorySegment in = runner.place(c.in.memory, (byte) 0x5a).asSlice(c.in.origin);
        MemorySegment out = runner.place(c.out, (byte) 0x33);
        var pointers = new ArrayList<MemorySegment>(List.of(in));
        if (c.residual != null) {
            pointers.add(runner.place(c.residual.memory, (byte) 0x11).asSlice(c.residual.origin));
        }
        pointers.add(out);
        pointers.add(runner.constants(c.name));
        runner.call(c.name, pointers.toArray(MemorySegment[]::new));
        Cases.compare(c.name + " " + s, out, c.out, s.out(), s.epilogue(), flip, (y, x, oc) -> ConvOracle.finish(
            s.epilogue(), c.parameters.epilogue(), ConvOracle.accumulator(s, c.parameters, c.in::at, y, x, oc), oc,
            c.residual == null ? 0 : c.residual.at(y, x, oc)));
        runner.checkGuards(s.toString());
    }

    /** A random case of bytes. */
    public static Case random(Random r, String name, int flip) {
        return random(r, name, flip, 1, 8, Cases.epilogue(r));
    }

    /** A random case of words: activations and results of 16 bits, or one of them; weights of any width. */
    public static Case words(Random r, String name, int flip) {
        boolean input = r.nextInt(5) > 0;
        Case c = random(r, name, flip, input ? 2 : 1, input ? Cases.pick(r, 8, 8, 4, 2, 1) : 8,
            Cases.wordEpilogue(r, input, r.nextInt(3) == 0));
        return c.spec.activations() == Activations.WORDS_LONG
            && c.spec.epilogue().requantize() instanceof Epilogue.Requantize.Fixed ? words(r, name, flip) : c;
    }

    /** Whether a sum of products may pass i32. */
    private static boolean isLong(byte[] weights, int perOutput, int zero) {
        for (int o = 0; o < weights.length; o += perOutput) {
            long sum = 0;
            for (int k = 0; k < perOutput; k++) {
                sum += Math.abs(weights[o + k]);
            }
            if (sum * (32768 + Math.abs(zero)) + 10000 > Integer.MAX_VALUE) {
                return true;
            }
        }
        return false;
    }

    /**
     * A random case.
     *
     * @param bytes of an activation
     * @param bits  of a weight
     */
    private static Case random(Random r, String name, int flip, int bytes, int bits, Epilogue e) {
        int step = bytes == 1 ? 1 : 256;
        int kernel = Cases.pick(r, 1, 1, 1, 2, 3, 3, 5);
        int kw = kernel == 1 ? 1 : Cases.pick(r, kernel, kernel, 4);
        int stride = Cases.pick(r, 1, 1, 2, 3);
        int dilation = kernel > 1 ? Cases.pick(r, 1, 1, 1, 2) : 1;
        int groups = Cases.pick(r, 1, 1, 1, 1, 2, 3);
        // Sums long enough to pass i32.
        boolean deep = bytes == 2 && kernel == 1 && r.nextInt(2) == 0;
        int icg = deep ? Cases.pick(r, 520, 700, 1100) : Cases.pick(r, 1, 2, 3, 4, 8, 16, 17, 24, 40, 64, 100);
        int ocg = Cases.pick(r, 2, 3, 4, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 72, 96, 130);
        int oh = Cases.pick(r, 1, 2, 3, 5, 8);
        int ow = Cases.pick(r, 1, 2, 3, 7, 12, 13, 16, 20, 33);
        int padTop = r.nextInt(kernel);
        int padLeft = r.nextInt(kw);
        int needH = (oh - 1) * stride + (kernel - 1) * dilation + 1;
        int needW = (ow - 1) * stride + (kw - 1) * dilation + 1;
        int h = Math.max(1, needH - padTop - r.nextInt(kernel));
        int w = Math.max(1, needW - padLeft - r.nextInt(kw));
        int zero = Cases.pick(r, 0, -128 * step, 128 * step - 1, 5, -3);
        int ic = icg * groups;
        int oc = ocg * groups;
        boolean extremes = r.nextInt(4) == 0;
        Tensors in = Tensors.random(r, bytes, h, w, ic, ic + Cases.pick(r, 0, 0, 5), padTop, padLeft, Math.max(0,
                needH - padTop - h),
            Math.max(0, needW - padLeft - w), zero, bytes == 1 ? flip : 0, extremes);
        byte[] weights = new byte[oc * kernel * kw * icg];
        r.nextBytes(weights);
        if (extremes) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (byte) (r.nextBoolean() ? 127 : -128);
            }
        }
        for (int i = 0; bits < 8 && i < weights.length; i++) {
            weights[i] = (byte) (bits == 1 ? weights[i] >> 7 | 1 : weights[i] >> 8 - bits);
        }
        int[] bias = new int[oc];
        for (int i = 0; i < oc; i++) {
            bias[i] = r.nextInt(20000) - 10000;
        }
        EpilogueValues v = Cases.values(r, e, oc, kernel * kw * icg, bytes);
        int elem = e.store().bytes();
        int outPitch = (oc + Cases.pick(r, 0, 0, 3)) * elem;
        int halo = Cases.pick(r, 0, 0, 1);
        var out = new TensorView(oh, ow, oc, (long) (ow + halo) * outPitch, outPitch);
        byte[] outMemory = new byte[(int) (out.rowPitch() * oh)];
        r.nextBytes(outMemory);
        Tensors residual = e.hasResidual()
            ? Tensors.random(r, elem, oh, ow, oc, oc + Cases.pick(r, 0, 2), 0, 0, 0, Cases.pick(r, 0, 1), 0,
                    elem == 1 ? flip : 0,
                    extremes) : null;
        var spec = new ConvSpec(in.view, out, residual == null ? null : residual.view,
            new Window(kernel, kw, stride, stride, dilation, dilation, padTop, padLeft), groups, bytes == 1
                ? Cases.smallWhereProven(r, e, v, weights, bias, zero) : e, false, bits, 0, false, bytes == 1
                ? Activations.BYTES : e.store() != Epilogue.Store.I32 && isLong(weights, kernel * kw * icg, zero)
                ? Activations.WORDS_LONG : Activations.WORDS);
        return new Case(name, spec, new ConvParameters(weights, r.nextInt(8) == 0 ? null : bias, zero, v), in,
                residual, outMemory);
    }
}
