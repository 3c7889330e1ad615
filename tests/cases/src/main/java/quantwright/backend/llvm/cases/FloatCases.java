package quantwright.backend.llvm.cases;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Random;
import quantwright.backend.llvm.kernel.ElementwiseParameters;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatDepthwiseSpec;
import quantwright.backend.llvm.kernel.FloatDepthwiseTemplate;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.FloatParameters;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;

public final class FloatCases {
    private FloatCases() {
    }

    /** A float tensor with a halo of 0.0 (or none), whatever lies in the gaps. */
    private record Plane(TensorView view, int top, int left, byte[] memory, int origin) {
        float at(int y, int x, int c) {
            return ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN)
                .getFloat(origin + (int) view.offset(y, x) + 4 * c);
        }

        static Plane random(Random r, int h, int w, int c, int pitch, int top, int left, int bottom, int right) {
            int width = w + left + right;
            var view = new TensorView(h, w, c, 4L * width * pitch, 4L * pitch);
            byte[] memory = new byte[4 * (h + top + bottom) * width * pitch + 64];
            r.nextBytes(memory);
            var b = ByteBuffer.wrap(memory).order(ByteOrder.LITTLE_ENDIAN);
            for (int y = 0; y < h + top + bottom; y++) {
                for (int x = 0; x < width; x++) {
                    boolean inside = y >= top && y < top + h && x >= left && x < left + w;
                    for (int k = 0; k < c; k++) {
                        b.putFloat(4 * ((y * width + x) * pitch + k), inside ? (float) r.nextGaussian() : 0f);
                    }
                }
            }
            return new Plane(view, top, left, memory, 4 * (top * width + left) * pitch);
        }
    }

    private record Case(String name, boolean depthwise, FloatConvSpec spec, FloatParameters p, Plane in, Plane residual,
            byte[] out) { }

    /** {@code count} random convolutions, dense layers and depthwise convolutions against the definition. */
    public static int check(KernelMachine machine, VectorIsa isa, int count) throws Throwable {
        try (var runner = new KernelRunner(machine)) {
            var cases = new ArrayList<Case>();
            for (int i = 0; i < count; i++) {
                Case c = random(new Random(900 + i), "k" + i);
                Kernel<FloatParameters> kernel = c.depthwise ? KernelRunner.selected(new FloatDepthwiseTemplate(isa),
                    new FloatDepthwiseSpec(c.spec.in(), c.spec.out(), c.spec.residual(), c.spec.window(),
                        c.spec.epilogue())) : KernelRunner.selected(new FloatConvTemplate(isa), c.spec);
                if (i % 2 == 0) {
                    runner.add(c.name, kernel, c.p);
                } else {
                    runner.addSliced(c.name, kernel, c.p, c.residual == null ? 3 : 4);
                }
                cases.add(c);
            }
            runner.build();
            for (Case c : cases) {
                run(runner, c, isa.byteFlip());
            }
            return runner.size();
        }
    }

    private static void run(KernelRunner runner, Case c, int flip) throws Throwable {
        var pointers = new ArrayList<MemorySegment>();
        pointers.add(runner.place(c.in.memory, (byte) 0x5a).asSlice(c.in.origin));
        if (c.residual != null) {
            pointers.add(runner.place(c.residual.memory, (byte) 0x11).asSlice(c.residual.origin));
        }
        MemorySegment out = runner.place(c.out, (byte) 0x33);
        pointers.add(out);
        pointers.add(runner.constants(c.name));
        runner.call(c.name, pointers.toArray(MemorySegment[]::new));
        byte[] expected = c.out.clone();
        var e = ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN);
        TensorView o = c.spec.out();
        for (int y = 0; y < o.height(); y++) {
            for (int x = 0; x < o.width(); x++) {
                for (int k = 0; k < o.channels(); k++) {
                    float v = value(c, y, x, k);
                    int at = (int) o.offset(y, x) + k * c.spec.epilogue().store().bytes();
                    if (c.spec.epilogue().store() == Element.F32) {
                        e.putInt(at, Float.floatToRawIntBits(v));
                    } else {
                        float s = v / c.p.scale();
                        int q = c.p.zero() + (Float.isNaN(s) ? 0 : (int) Math.rint(Math.max(-128 - c.p.zero(),
                            Math.min(127 - c.p.zero(), s))));
                        e.put(at, (byte) (c.spec.epilogue().store() == Element.ENCODED ? q ^ flip : q));
                    }
                }
            }
        }
        byte[] actual = out.toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i]) {
                assertEquals(expected[i], actual[i], "byte " + i + " of " + c.spec);
            }
        }
        runner.checkGuards(c.spec.toString());
    }

    private static float value(Case c, int y, int x, int oc) {
        FloatConvSpec s = c.spec;
        Window w = s.window();
        int icg = s.in().channels() / s.groups();
        int group = oc / (s.out().channels() / s.groups());
        float acc = c.p.bias() == null ? 0f : c.p.bias()[oc];
        for (int ky = 0; ky < w.height(); ky++) {
            for (int kx = 0; kx < w.width(); kx++) {
                for (int i = 0; i < icg; i++) {
                    float a = c.in.at(y * w.strideHeight() + ky * w.dilationHeight() - w.padTop(),
                        x * w.strideWidth() + kx * w.dilationWidth() - w.padLeft(), group * icg + i);
                    acc = Math.fma(a, c.p.weights()[((oc * w.height() + ky) * w.width() + kx) * icg + i], acc);
                }
            }
        }
        acc = activation(acc, s.epilogue().before(), c.p.before());
        if (s.epilogue().residual()) {
            acc = activation(acc + c.residual.at(y, x, oc), s.epilogue().after(), c.p.after());
        }
        return acc;
    }

    private static float activation(float x, FloatActivation a, FloatParameters.Bounds b) {
        return ElementwiseCases.activation(x, a, ElementwiseParameters.activation(b.min(), b.max(), b.slope()));
    }

    private static Case random(Random r, String name) {
        boolean depthwise = r.nextInt(3) == 0;
        int kernel = Cases.pick(r, 1, 1, 2, 3, 3, 5);
        int kw = kernel == 1 ? 1 : Cases.pick(r, kernel, kernel, 4);
        int stride = Cases.pick(r, 1, 1, 2);
        int dilation = kernel > 1 ? Cases.pick(r, 1, 1, 2) : 1;
        int c = Cases.pick(r, 2, 3, 16, 24, 29, 33, 40, 64);
        int groups = depthwise ? c : Cases.pick(r, 1, 1, 1, 2);
        int ic = depthwise ? c : groups * Cases.pick(r, 1, 3, 8, 17);
        int oc = depthwise ? c : groups * Cases.pick(r, 2, 4, 10, 16, 24, 48, 70);
        int oh = Cases.pick(r, 1, 2, 3, 7);
        int ow = Cases.pick(r, 1, 3, 7, 12, 20);
        int padTop = r.nextInt(kernel);
        int padLeft = r.nextInt(kw);
        int needH = (oh - 1) * stride + (kernel - 1) * dilation + 1;
        int needW = (ow - 1) * stride + (kw - 1) * dilation + 1;
        int h = Math.max(1, needH - padTop - r.nextInt(kernel));
        int w = Math.max(1, needW - padLeft - r.nextInt(kw));
        Plane in = Plane.random(r, h, w, ic, ic + Cases.pick(r, 0, 0, 5), padTop, padLeft, Math.max(0,
                needH - padTop - h),
            Math.max(0, needW - padLeft - w));
        boolean residual = r.nextInt(3) == 0;
        FloatActivation[] all = FloatActivation.values();
        var e = new FloatEpilogue(all[r.nextInt(all.length)], residual, residual ? all[r.nextInt(all.length)]
            : FloatActivation.NONE, Cases.pick(r, 0, 0, 1, 2) == 0 ? Element.F32 : Element.values()[r.nextInt(2)]);
        float[] weights = new float[oc * kernel * kw * (ic / groups)];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) r.nextGaussian();
        }
        float[] bias = new float[oc];
        for (int i = 0; i < oc; i++) {
            bias[i] = (float) r.nextGaussian();
        }
        var p = new FloatParameters(weights, r.nextInt(5) == 0 ? null : bias, new FloatParameters.Bounds(-0.5f, 2f,
                0.1f),
            new FloatParameters.Bounds(0f, 6f, 0.3f), 0.05f, Cases.pick(r, 0, -128, 127, 3));
        int pitch = (oc + Cases.pick(r, 0, 0, 3)) * e.store().bytes();
        var out = new TensorView(oh, ow, oc, (long) pitch * (ow + Cases.pick(r, 0, 1)), pitch);
        byte[] memory = new byte[(int) out.rowPitch() * oh];
        r.nextBytes(memory);
        Plane second = residual ? Plane.random(r, oh, ow, oc, oc + Cases.pick(r, 0, 2), 0, 0, 0, 0) : null;
        var spec = new FloatConvSpec(in.view, out, residual ? second.view : null,
            new Window(kernel, kw, stride, stride, dilation, dilation, padTop, padLeft), groups, e);
        return new Case(name, depthwise, spec, p, in, second, memory);
    }
}
