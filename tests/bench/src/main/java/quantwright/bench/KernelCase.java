package quantwright.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import quantwright.backend.llvm.kernel.Activations;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.ElementwiseParameters;
import quantwright.backend.llvm.kernel.ElementwiseSpec;
import quantwright.backend.llvm.kernel.ElementwiseSpec.Element;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatDepthwiseSpec;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.FloatParameters;
import quantwright.backend.llvm.kernel.InterleaveSpec;
import quantwright.backend.llvm.kernel.InterleaveTemplate;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.KernelTemplate;
import quantwright.backend.llvm.kernel.PackedSums;
import quantwright.backend.llvm.kernel.PoolParameters;
import quantwright.backend.llvm.kernel.PoolSpec;
import quantwright.backend.llvm.kernel.SmallSums;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.Window;

/**
 * One kernel instance to measure.
 *
 * @param <P> the kernel's numbers
 * @param id unique, without blanks
 * @param multiplies whether {@code work} counts multiply-accumulates; else elements
 * @param work of one call
 * @param kernel what the catalogue gives for the instance
 * @param parameters its numbers, pseudo-random
 * @param inputs buffers read
 * @param output buffer written
 */
record KernelCase<P>(String id, boolean multiplies, long work, Kernel<P> kernel, P parameters, List<Buffer> inputs,
                     Buffer output) {
    /**
     * Memory of a tensor.
     *
     * @param bytes in all, halo and slack included
     * @param origin offset of element 0
     * @param floats holds f32
     */
    record Buffer(long bytes, long origin, boolean floats) {
        static Buffer of(TensorView v, int elementBytes, int above, int left, int below) {
            long origin = above * v.rowPitch() + left * v.pixelPitch();
            return new Buffer(origin + (v.height() + below + 1) * v.rowPitch() + 64, origin, elementBytes == 4);
        }

        static Buffer of(TensorView v, int elementBytes) {
            return of(v, elementBytes, 0, 0, 0);
        }
    }

    /** Every case of a catalogue, by id: each {@link Layer} in int8, by i16 and in float, then what networks do in between. */
    static Map<String, KernelCase<?>> all(CpuKernels kernels) {
        Map<String, KernelCase<?>> cases = new LinkedHashMap<>();
        for (Layer layer : Layer.all()) {
            put(cases, integer(kernels, layer, 8));
        }
        for (Layer layer : Layer.all()) {
            if (!layer.depthwise()) {
                put(cases, words(kernels, layer, 8));
            }
        }
        for (Layer layer : Layer.all()) {
            put(cases, real(kernels, layer));
        }
        elementwise(kernels).forEach(c -> put(cases, c));
        pools(kernels).forEach(c -> put(cases, c));
        TensorView image = TensorView.dense(224, 224, 3, 1);
        put(cases, new KernelCase<>("i8:planes-to-pixels:224x224x3", false, 224 * 224 * 3,
                first(kernels.interleaves(), new InterleaveSpec(image, 1, 224 * 224, 224, true)),
                new InterleaveTemplate.None(),
                List.of(Buffer.of(image, 1)), Buffer.of(image, 1)));
        return cases;
    }

    private static void put(Map<String, KernelCase<?>> cases, KernelCase<?> c) {
        if (cases.put(c.id, c) != null) {
            throw new IllegalStateException("two kernel cases " + c.id);
        }
    }

    /** The first template of a family that takes a spec. */
    private static <S extends KernelSpec, P> Kernel<P> first(List<KernelTemplate<S, P>> family, S spec) {
        List<String> reasons = new ArrayList<>();
        for (KernelTemplate<S, P> template : family) {
            switch (template.select(spec)) {
                case KernelTemplate.Selection.Selected<P>(Kernel<P> kernel) -> {
                    return kernel;
                }
                case KernelTemplate.Selection.Rejected<P>(String reason) -> reasons.add(reason);
            }
        }
        throw new IllegalStateException("no kernel for " + spec + ": " + reasons);
    }

    /**
     * A layer by 8-bit activations.
     *
     * @param bits of a weight: 8, or 4, 2 or 1 for a layer that is not depthwise
     */
    static KernelCase<ConvParameters> integer(CpuKernels kernels, Layer l, int bits) {
        return integer(kernels, l, bits, 0);
    }

    /** The same, of a 1x1 window, with a multiplier for each {@code group} inputs; 0 for none. */
    static KernelCase<ConvParameters> integer(CpuKernels kernels, Layer l, int bits, int group) {
        return integer(kernels, l, bits, group, Activations.BYTES);
    }

    /** A layer, not depthwise, by activations and results of 16 bits. */
    static KernelCase<ConvParameters> words(CpuKernels kernels, Layer l, int bits) {
        // Sums of random weights, which are larger than a network's, pass i32 from here.
        return integer(kernels, l, bits, 0, (l.weights() / l.outputs() << bits - 1) < 1 << 17 ? Activations.WORDS
                : Activations.WORDS_LONG);
    }

    private static KernelCase<ConvParameters> integer(CpuKernels kernels, Layer l, int bits, int group,
            Activations activations) {
        Random random = new Random(l.id().hashCode());
        byte[] weights = new byte[l.weights()];
        random.nextBytes(weights);
        for (int i = 0; i < weights.length; i++) {
            // Our own weights are symmetric.
            weights[i] = (byte) (bits == 1 ? weights[i] >> 7 | 1 : Math.max(weights[i] >> 8 - bits, 1 - (1 << bits - 1)));
        }
        boolean safePairs = kernels.safePairs(weights, weights.length / l.outputs());
        float[] factors = new float[l.outputs()];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = (0.5f + random.nextFloat()) * l.outputs() / (100f * l.weights());
        }
        byte[] multipliers = new byte[group == 0 ? 0 : l.outputs() * Math.ceilDiv(l.weights() / l.outputs(), group)];
        random.nextBytes(multipliers);
        ConvParameters p = new ConvParameters(weights, new int[l.outputs()], 0, multipliers,
                EpilogueValues.f32(factors, -128, -128, 127));
        int width = activations.bytes();
        Epilogue e = new Epilogue(new Epilogue.Requantize.F32(true, false, width == 1 && group == 0
                && small(weights, factors)), false, Epilogue.Residual.NONE, width == 1 ? Epilogue.Store.ENCODED
                : Epilogue.Store.I16);
        KernelSpec spec;
        Kernel<ConvParameters> kernel;
        if (l.depthwise()) {
            DepthwiseSpec s = new DepthwiseSpec(l.in(1), l.out(1), null, l.window(), e, safePairs);
            kernel = first(kernels.depthwise(), s);
            spec = s;
        } else {
            ConvSpec s = new ConvSpec(l.in(width), l.out(width), null, l.window(), 1, e, safePairs, bits, group,
                    group > 0 && groupsFit(weights, multipliers, l.outputs(), group, bits), activations);
            kernel = first(kernels.convolutions(), s);
            spec = s;
        }
        String id = width == 2 ? "i16:" : bits == 8 ? "i8:" : "w" + bits + ":";
        return new KernelCase<>(id + l.id(), true, spec.work(), kernel, p, List.of(input(l, width)),
                Buffer.of(l.out(width), width));
    }

    /** Whether the compiler would prove that the sums of all groups fit as packed weights scale them. */
    private static boolean groupsFit(byte[] weights, byte[] multipliers, int outputs, int group, int bits) {
        int each = weights.length / outputs;
        int groups = multipliers.length / outputs;
        long most = 0;
        for (int o = 0; o < outputs; o++) {
            long sum = 0;
            for (int k = 0; k < each; k++) {
                sum += Math.abs(weights[o * each + k]) * (multipliers[o * groups + k / group] & 0xffL);
            }
            most = Math.max(most, sum);
        }
        return PackedSums.fit(255.0 * most, bits);
    }

    /** Whether the sums of all outputs are small, without a bias and with a zero point of 0. */
    private static boolean small(byte[] weights, float[] factors) {
        int per = weights.length / factors.length;
        for (int o = 0; o < factors.length; o++) {
            int sum = 0;
            for (int k = 0; k < per; k++) {
                sum += Math.abs(weights[o * per + k]);
            }
            if (!SmallSums.fit(128.0 * sum, factors[o])) {
                return false;
            }
        }
        return true;
    }

    private static KernelCase<FloatParameters> real(CpuKernels kernels, Layer l) {
        Random random = new Random(l.id().hashCode());
        float[] weights = new float[l.weights()];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextFloat() - 0.5f;
        }
        FloatParameters p = FloatParameters.of(weights, new float[l.outputs()]);
        FloatEpilogue e = FloatEpilogue.of(FloatActivation.RELU);
        KernelSpec spec;
        Kernel<FloatParameters> kernel;
        if (l.depthwise()) {
            FloatDepthwiseSpec s = new FloatDepthwiseSpec(l.in(4), l.out(4), null, l.window(), e);
            kernel = first(kernels.floatDepthwise(), s);
            spec = s;
        } else {
            FloatConvSpec s = new FloatConvSpec(l.in(4), l.out(4), null, l.window(), 1, e);
            kernel = first(kernels.floatConvolutions(), s);
            spec = s;
        }
        return new KernelCase<>("f32:" + l.id(), true, spec.work(), kernel, p, List.of(input(l, 4)),
                Buffer.of(l.out(4), 4));
    }

    private static Buffer input(Layer l, int elementBytes) {
        return Buffer.of(l.in(elementBytes), elementBytes, l.verticalPadding() / 2, l.horizontalPadding() / 2,
                l.verticalPadding());
    }

    private static List<KernelCase<?>> elementwise(CpuKernels kernels) {
        Map<String, ElementwiseSpec.Op> ops = new LinkedHashMap<>();
        ops.put("i8:add", new ElementwiseSpec.Op.Add());
        ops.put("i8:mul", new ElementwiseSpec.Op.Mul());
        ops.put("i8:add-fixed", new ElementwiseSpec.Op.FixedAdd(20));
        ops.put("i8:requantize", new ElementwiseSpec.Op.Requantize());
        ops.put("i8:lookup", new ElementwiseSpec.Op.Lookup());
        ops.put("f32:quantize", new ElementwiseSpec.Op.Quantize(Element.ENCODED));
        ops.put("i8:dequantize", new ElementwiseSpec.Op.Dequantize(Element.ENCODED));
        ops.put("f32:add", new ElementwiseSpec.Op.FloatBinary(false, FloatActivation.NONE));
        ops.put("f32:relu", new ElementwiseSpec.Op.FloatUnary(FloatActivation.RELU));
        List<KernelCase<?>> cases = new ArrayList<>();
        ops.forEach((name, op) -> {
            int from = op.input().bytes();
            int to = op.output().bytes();
            TensorView in = TensorView.dense(56, 56, 64, from);
            TensorView out = TensorView.dense(56, 56, 64, to);
            ElementwiseSpec spec = new ElementwiseSpec(op, Collections.nCopies(op.arity(), in), out);
            cases.add(new KernelCase<>(name + ":56x56x64", false, spec.work(), first(kernels.elementwise(), spec),
                    anyNumbers(), Collections.nCopies(op.arity(), Buffer.of(in, from)), Buffer.of(out, to)));
        });
        return cases;
    }

    /** Numbers that every elementwise operation finds its own among. */
    private static ElementwiseParameters anyNumbers() {
        byte[] table = new byte[256];
        new Random(1).nextBytes(table);
        var scale = new ElementwiseParameters.FixedScale(1 << 30, 32);
        return new ElementwiseParameters(3, 0.7f, -5, 0.4f, 1, -128, 127, 0.05f, table,
                new ElementwiseParameters.FixedScale[] {scale, scale, scale}, 0f, 6f, 0.1f);
    }

    private static List<KernelCase<?>> pools(CpuKernels kernels) {
        TensorView plane = TensorView.dense(7, 7, 1280, 1);
        TensorView one = TensorView.dense(1, 1, 1280, 1);
        PoolSpec global = PoolSpec.global(plane, one, Epilogue.f32(true, false));
        TensorView big = TensorView.dense(112, 112, 64, 1);
        TensorView half = TensorView.dense(56, 56, 64, 1);
        PoolSpec max = new PoolSpec(PoolSpec.Kind.MAX, big, half, Window.square(3, 2, 1), 0, 0, false, null);
        return List.of(
                new KernelCase<>("i8:mean:7x7x1280", false, global.work(), first(kernels.pools(), global),
                        new PoolParameters(0, EpilogueValues.f32(new float[] {1f / 49}, 0, -128, 127)),
                        List.of(Buffer.of(plane, 1)), Buffer.of(one, 1)),
                new KernelCase<>("i8:maxpool3x3s2:112x112x64", false, max.work(), first(kernels.pools(), max),
                        new PoolParameters(0, null), List.of(Buffer.of(big, 1)), Buffer.of(half, 1)));
    }
}
