package quantwright.backend.avx;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.backend.llvm.CodeOptions;
import quantwright.backend.llvm.CodeTarget;
import quantwright.backend.llvm.LlvmToolchain;
import quantwright.backend.llvm.cases.KernelRunner;
import quantwright.backend.llvm.kernel.ConvParameters;
import quantwright.backend.llvm.kernel.ConvSpec;
import quantwright.backend.llvm.kernel.ConvTemplate;
import quantwright.backend.llvm.kernel.DepthwiseSpec;
import quantwright.backend.llvm.kernel.DepthwiseTemplate;
import quantwright.backend.llvm.kernel.ElementwiseSpec.FloatActivation;
import quantwright.backend.llvm.kernel.Epilogue;
import quantwright.backend.llvm.kernel.EpilogueValues;
import quantwright.backend.llvm.kernel.FloatConvSpec;
import quantwright.backend.llvm.kernel.FloatConvTemplate;
import quantwright.backend.llvm.kernel.FloatEpilogue;
import quantwright.backend.llvm.kernel.FloatParameters;
import quantwright.backend.llvm.kernel.Kernel;
import quantwright.backend.llvm.kernel.KernelSpec;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.backend.llvm.kernel.VectorIsa;
import quantwright.backend.llvm.kernel.Window;
import quantwright.backend.llvm.object.SharedObject;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.backend.llvm.text.Value;

/**
 * Prints GMAC/s of layer shapes of known networks beside a loop of {@code vpdpbusd} on registers alone, interleaved
 * minima, one thread. Not part of the ordinary tests: {@code mvn -q -pl backends/x86 -am -Dtest=KernelBenchmark
 * -Dsurefire.failIfNoSpecifiedTests=false test}, for AVX2 with {@code -Dquantwright.bench.avx2=true}.
 */
final class KernelBenchmark {
    private static final int ROUNDS = 12;
    private static final int PEAK_LOOPS = 100_000;
    private final boolean avx2;
    private final VectorIsa isa;
    private final CodeTarget target;
    private final ModuleBuilder module;
    private final Map<String, byte[]> constants = new HashMap<>();
    private SharedObject kernels;
    private final List<Layer> layers = new ArrayList<>();
    private final Random random = new Random(1);

    private record Layer(String label, KernelSpec spec, String kernel, TensorView in, TensorView out, Window window) { }

    KernelBenchmark() {
        avx2 = Boolean.getBoolean("quantwright.bench.avx2");
        isa = avx2 ? new Avx2Isa(false) : new Avx512Isa(true);
        target = CodeTarget.x86(avx2 ? X86Machines.AVX2 : X86Machines.AVX512, "generic");
        module = new ModuleBuilder(TargetAttributes.of(target));
    }

    @Test
    void table() throws Throwable {
        networks();
        run();
    }

    private void networks() {
        conv("MobileNetV2 224 3x3/2", 224, 3, 32, 3, 2);
        conv("MobileNetV2 112 1x1", 112, 16, 96, 1, 1);
        conv("MobileNetV2 56 1x1", 56, 24, 144, 1, 1);
        conv("MobileNetV2 28 1x1", 28, 192, 32, 1, 1);
        conv("MobileNetV2 14 1x1", 14, 96, 576, 1, 1);
        conv("MobileNetV2 7 1x1", 7, 960, 320, 1, 1);
        conv("MobileNetV2 dense", 1, 1280, 1001, 1, 1);
        depthwise("MobileNetV2 112 dw", 112, 32, 1);
        depthwise("MobileNetV2 56 dw", 56, 144, 1);
        depthwise("MobileNetV2 56 dw/2", 56, 144, 2);
        depthwise("MobileNetV2 14 dw", 14, 576, 1);
        depthwise("MobileNetV2 7 dw", 7, 960, 1);
        conv("ResNet50 224 7x7/2", 224, 3, 64, 7, 2);
        conv("ResNet50 56 3x3", 56, 64, 64, 3, 1);
        conv("ResNet50 14 3x3", 14, 256, 256, 3, 1);
        conv("ResNet50 7 3x3", 7, 512, 512, 3, 1);
        conv("ResNet50 7 1x1", 7, 2048, 512, 1, 1);
        conv("ResNet8 32 3x3", 32, 3, 16, 3, 1);
        conv("ResNet8 32 3x3", 32, 16, 16, 3, 1);
        conv("ResNet8 16 3x3", 16, 32, 32, 3, 1);
        conv("ResNet8 8 3x3", 8, 64, 64, 3, 1);
        conv("DS-CNN 1x1", 11, 64, 64, 1, 1);
        depthwise("DS-CNN dw", 11, 64, 1);
        floats("ResNet50 56 3x3 f32", 56, 64, 64, 3, 1);
        floats("MobileNetV2 14 1x1 f32", 14, 96, 576, 1, 1);
        floats("ResNet8 32 3x3 f32", 32, 16, 16, 3, 1);
    }

    private <P> void add(String label, KernelSpec spec, Kernel<P> kernel, P parameters, TensorView in, TensorView out,
            Window w) {
        String name = "k" + layers.size();
        kernel.emit(module, name, ModuleBuilder.Linkage.EXTERNAL);
        constants.put(name, kernel.constants(parameters));
        repeated(name, calls(spec));
        String shape = " " + in.channels() + "->" + out.channels();
        layers.add(new Layer(label + shape, spec, kernel.name(), in, out, w));
    }

    /** A function that calls a kernel several times, so that timing sees no call from Java. */
    private void repeated(String kernel, int times) {
        var f = module.function(kernel + "_repeated", ModuleBuilder.Linkage.EXTERNAL, IrType.VOID,
            Parameter.aliased("in"), Parameter.aliased("out"), Parameter.aliased("constants"));
        f.loop(0, times, 1, i -> f.call(kernel, IrType.VOID, f.param(0), f.param(1), f.param(2)));
        f.ret();
    }

    private static int calls(KernelSpec spec) {
        return Math.clamp(100_000_000L / spec.work(), 1, 2000);
    }

    private ConvParameters parameters(int weights, int outputs) {
        byte[] w = new byte[weights];
        random.nextBytes(w);
        return new ConvParameters(w, new int[outputs], 3, EpilogueValues.f32(new float[] {1e-4f}, 0, -128, 127));
    }

    private void conv(String label, int size, int inputs, int outputs, int kernel, int stride) {
        int pad = (kernel - 1) / 2;
        int result = (size + stride - 1) / stride;
        var w = Window.square(kernel, stride, pad);
        var spec = new ConvSpec(TensorView.withHalo(size, size, inputs, 1, pad, pad),
            TensorView.dense(result, result, outputs, 1), null, w, 1, Epilogue.f32(true, false));
        add(label, spec, KernelRunner.selected(new ConvTemplate(isa, false), spec),
            parameters(outputs * kernel * kernel * inputs, outputs), spec.in(), spec.out(), w);
    }

    private void depthwise(String label, int size, int channels, int stride) {
        int result = (size + stride - 1) / stride;
        var w = Window.square(3, stride, 1);
        var spec = new DepthwiseSpec(TensorView.withHalo(size, size, channels, 1, 1, 1),
            TensorView.dense(result, result, channels, 1), null, w, Epilogue.f32(true, false));
        add(label, spec, KernelRunner.selected(new DepthwiseTemplate(isa, false), spec), parameters(channels * 9,
                channels),
            spec.in(), spec.out(), w);
    }

    private void floats(String label, int size, int inputs, int outputs, int kernel, int stride) {
        int pad = (kernel - 1) / 2;
        int result = (size + stride - 1) / stride;
        var w = Window.square(kernel, stride, pad);
        var spec = new FloatConvSpec(TensorView.withHalo(size, size, inputs, 4, pad, pad),
            TensorView.dense(result, result, outputs, 4), null, w, 1, FloatEpilogue.of(FloatActivation.RELU));
        add(label, spec, KernelRunner.selected(new FloatConvTemplate(isa), spec),
            FloatParameters.of(new float[outputs * kernel * kernel * inputs], null), spec.in(), spec.out(), w);
    }

    /** A loop of 24 independent dot products on registers: what the core can do at most. */
    private String peak() {
        var module = new ModuleBuilder(TargetAttributes.of(target));
        var f = module.function("peak", ModuleBuilder.Linkage.EXTERNAL, IrType.VOID, Parameter.writable("p"));
        IrType t = IrType.I32.vec(16);
        Value x = f.load(t, f.at(f.param(0)));
        Value[] acc = new Value[24];
        for (int i = 0; i < acc.length; i++) {
            acc[i] = f.load(t, f.at(f.param(0)).plus(64L * i));
        }
        acc = f.loop(0, PEAK_LOOPS, 1, acc, (i, a) -> Arrays.stream(a)
            .map(v -> f.intrinsic("llvm.x86.avx512.vpdpbusd.512", t, v, x, x)).toArray(Value[]::new));
        for (int i = 0; i < acc.length; i++) {
            f.store(acc[i], f.at(f.param(0)).plus(64L * i));
        }
        f.ret();
        return module.text();
    }

    private void run() throws Throwable {
        X86Machines.of(target.extensions()).assume();
        kernels = LlvmToolchain.open().build(List.of(module.text()), target, CodeOptions.AS_WRITTEN);
        try (var code = avx2 ? null : LlvmToolchain.open().build(List.of(peak()), target,
                CodeOptions.AS_WRITTEN);
                Arena arena = Arena.ofConfined()) {
            double peak = Double.MAX_VALUE;
            double[] best = new double[layers.size()];
            Arrays.fill(best, Double.MAX_VALUE);
            for (int round = 0; round < ROUNDS; round++) {
                if (code != null) {
                    MethodHandle handle = code.function("peak", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
                    MemorySegment scratch = arena.allocate(24 * 64, 64);
                    for (int i = 0; i < ROUNDS; i++) {
                        long start = System.nanoTime();
                        handle.invoke(scratch);
                        peak = Math.min(peak, System.nanoTime() - start);
                    }
                }
                for (int i = 0; i < best.length; i++) {
                    best[i] = Math.min(best[i], time("k" + i, layers.get(i)));
                }
            }
            double limit = code == null ? Double.NaN : 24.0 * 64 * PEAK_LOOPS / peak;
            System.out.printf("vpdpbusd on registers: %.1f GMAC/s%n", limit);
            for (int i = 0; i < best.length; i++) {
                Layer l = layers.get(i);
                double rate = l.spec.work() / best[i];
                System.out.printf("%-34s %-38s %9.2f us %7.1f GMAC/s %5.1f %%%n", l.label, l.kernel, best[i] / 1e3,
                        rate,
                    100 * rate / limit);
            }
        }
    }

    private double time(String name, Layer l) throws Throwable {
        var handle = kernels.function(name + "_repeated", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
            ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            long bytes = l.in.rowPitch() * (l.in.height() + l.window.height()) + 4096;
            MemorySegment in = arena.allocate(bytes, 64).asSlice(l.in.offset(l.window.padTop(), l.window.padLeft()));
            MemorySegment out = arena.allocate(l.out.rowPitch() * l.out.height() + 64, 64);
            byte[] numbers = constants.get(name);
            MemorySegment block = arena.allocate(Math.max(64, numbers.length), 64);
            MemorySegment.copy(numbers, 0, block, ValueLayout.JAVA_BYTE, 0, numbers.length);
            handle.invoke(in, out, block);
            long start = System.nanoTime();
            handle.invoke(in, out, block);
            return (System.nanoTime() - start) / (double) calls(l.spec);
        }
    }
}
