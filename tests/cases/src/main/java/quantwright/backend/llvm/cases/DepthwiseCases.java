package quantwright.backend.llvm.cases;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;

public final class DepthwiseCases {
    private DepthwiseCases() {
    }

    private record Case(String name, DepthwiseSpec spec, ConvParameters parameters, Tensors in, Tensors residual,
            byte[] out) { }

    /**
     * Random cases, every other one in slices against the definition.
     *
     * @param safe whether weights are kept from -128, so that pairs of products are safe
     * @return how many
     */
    public static int check(KernelMachine machine, List<KernelTemplate<DepthwiseSpec, ConvParameters>> templates, int flip,
            boolean safe, long seed, int count) throws Throwable {
        try (var runner = new KernelRunner(machine)) {
            var cases = new ArrayList<Case>();
            for (int i = 0; i < count; i++) {
                Case c = random(new Random(seed * 1000 + i), "k" + i, flip, safe);
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

    private static void run(KernelRunner runner, Case c, int flip) throws Throwable {
        DepthwiseSpec s = c.spec;
        var pointers = new ArrayList<>(List.of(runner.place(c.in.memory, (byte) 0x5a).asSlice(c.in.origin)));
        MemorySegment out = runner.place(c.out, (byte) 0x33);
        if (c.residual != null) {
            pointers.add(runner.place(c.residual.memory, (byte) 0x11).asSlice(c.residual.origin));
        }
        pointers.add(out);
        pointers.add(runner.constants(c.name));
        runner.call(c.name, pointers.toArray(MemorySegment[]::new));
        // a depthwise convolution is a convolution with as many groups as channels
        var grouped = new ConvSpec(s.in(), s.out(), s.residual(), s.window(), s.in().channels(), s.epilogue());
        Cases.compare(s.toString(), out, c.out, s.out(), s.epilogue(), flip, (y, x, oc) -> ConvOracle.finish(
            s.epilogue(), c.parameters.epilogue(), ConvOracle.accumulator(grouped, c.parameters, c.in::at, y, x, oc),
                    oc,
            c.residual == null ? 0 : c.residual.at(y, x, oc)));
        runner.checkGuards(s.toString());
    }

    private static Case random(Random r, String name, int flip, boolean safe) {
        int kernel = Cases.pick(r, 1, 2, 3, 3, 3, 5, 7);
        int kw = Cases.pick(r, kernel, kernel, kernel, 4);
        int stride = Cases.pick(r, 1, 1, 2, 3);
        int dilation = Cases.pick(r, 1, 1, 1, 2);
        int c = Cases.pick(r, 1, 3, 8, 16, 24, 32, 40, 48, 64, 72, 96, 100, 144, 200);
        int oh = Cases.pick(r, 1, 2, 3, 5, 7, 8);
        int ow = Cases.pick(r, 1, 2, 3, 7, 12, 13, 16, 33);
        int padTop = r.nextInt(kernel);
        int padLeft = r.nextInt(kw);
        int needH = (oh - 1) * stride + (kernel - 1) * dilation + 1;
        int needW = (ow - 1) * stride + (kw - 1) * dilation + 1;
        int h = Math.max(1, needH - padTop - r.nextInt(kernel));
        int w = Math.max(1, needW - padLeft - r.nextInt(kw));
        int zero = Cases.pick(r, 0, -128, 127, 5, -3);
        boolean extremes = r.nextInt(4) == 0;
        Tensors in = Tensors.random(r, h, w, c, c + Cases.pick(r, 0, 0, 5), padTop, padLeft, Math.max(0,
                needH - padTop - h),
            Math.max(0, needW - padLeft - w), zero, flip, extremes);
        byte[] weights = new byte[c * kernel * kw];
        r.nextBytes(weights);
        if (extremes) {
            for (int i = 0; i < weights.length; i++) {
                weights[i] = (byte) (r.nextBoolean() ? 127 : -128);
            }
        }
        if (safe) {
            Cases.withoutMinimum(weights);
        }
        int bits = Cases.pick(r, 8, 8, 8, 4, 2, 1);
        for (int i = 0; bits < 8 && i < weights.length; i++) {
            weights[i] = (byte) (bits == 1 ? weights[i] >> 7 | 1 : weights[i] >> 8 - bits);
        }
        int[] bias = r.ints(c, -10000, 10000).toArray();
        Epilogue e = Cases.epilogue(r);
        EpilogueValues v = Cases.values(r, e, c, kernel * kw);
        int outPitch = (c + Cases.pick(r, 0, 0, 3)) * e.store().bytes();
        var out = new TensorView(oh, ow, c, (long) (ow + Cases.pick(r, 0, 0, 1)) * outPitch, outPitch);
        byte[] outMemory = new byte[(int) (out.rowPitch() * oh)];
        r.nextBytes(outMemory);
        Tensors residual = e.hasResidual() ? Tensors.random(r, oh, ow, c, c + Cases.pick(r, 0, 2), 0, 0, 0,
            Cases.pick(r, 0, 1), 0, flip, extremes) : null;
        var spec = new DepthwiseSpec(in.view, out, residual == null ? null : residual.view,
            new Window(kernel, kw, stride, stride, dilation, dilation, padTop, padLeft),
            Cases.smallWhereProven(r, e, v, weights, bias, zero), safe || bits < 8, bits);
        return new Case(name, spec, new ConvParameters(weights, bias, zero, v), in, residual, outMemory);
    }
}
