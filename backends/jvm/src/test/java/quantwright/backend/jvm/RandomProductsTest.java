package quantwright.backend.jvm;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Convolutions and matrix products of odd shapes, in every rounding, against the interpreter. */
class RandomProductsTest {
    static final List<Rounding> ROUNDINGS = List.of(Rounding.FLOAT32, Rounding.FLOAT32, Rounding.GEMMLOWP,
            Rounding.DOUBLE_HALF_UP, Rounding.SINGLE_ROUNDING,
            new Rounding.Fixed(31, Rounding.Mode.HALF_EVEN, Rounding.Intermediate.I32),
            new Rounding.Fixed(15, Rounding.Mode.TOWARD_ZERO, Rounding.Intermediate.I64),
            new Rounding.Fixed(32, Rounding.Mode.FLOOR, Rounding.Intermediate.I64));
    private final Cases cases = new Cases(7);

    private Window2d window() {
        return new Window2d(cases.dim(3), cases.dim(3), cases.dim(2), cases.dim(2), cases.dim(2), cases.dim(2),
                cases.dim(3) - 1, cases.dim(3) - 1, cases.dim(3) - 1, cases.dim(3) - 1);
    }

    /** Shapes of x and w for a plain, a grouped or a depthwise convolution. */
    private record Shapes(int[] x, int[] w, int groups) {
    }

    private Shapes shapes(Window2d window) {
        int h = cases.dim(12) + 4;
        int wide = cases.dim(12) + 4;
        return switch (cases.random.nextInt(4)) {
            case 0 -> {
                int groups = cases.dim(3) + 1;
                int in = cases.dim(9);
                yield new Shapes(new int[] {cases.dim(2), h, wide, groups * in}, new int[] {groups * cases.dim(40),
                    window.kernelH(), window.kernelW(), in}, groups);
            }
            case 1 -> {
                int channels = cases.dim(70) + 1;
                yield new Shapes(new int[] {cases.dim(2), h, wide, channels}, new int[] {channels * cases.dim(3),
                    window.kernelH(), window.kernelW(), 1}, channels);
            }
            default -> {
                int in = cases.pick(List.of(1, 3, 5, 16, 33, 90));
                yield new Shapes(new int[] {cases.dim(2), h, wide, in}, new int[] {cases.pick(List.of(1, 7, 16, 31,
                        32, 50, 130, 300)), window.kernelH(), window.kernelW(), in}, 1);
            }
        };
    }

    private QuantizedType weights(int outputs, boolean zeroPoint) {
        if (cases.random.nextInt(3) == 0) {
            return QuantizedType.perTensor(ScalarType.I8, 0.01f, zeroPoint ? cases.random.nextInt(-128, 128) : 0);
        }
        float[] scales = new float[outputs];
        for (int i = 0; i < outputs; i++) {
            scales[i] = (float) Math.exp(cases.random.nextGaussian() - 5);
        }
        return QuantizedType.perAxis(ScalarType.I8, 0, scales);
    }

    private Value bias(int outputs, boolean real) {
        Tensor bias = Tensor.zeros(TensorType.of(real ? ScalarType.F32 : ScalarType.I32, outputs));
        int bits = cases.pick(List.of(4, 12, 20, 26));
        for (int i = 0; i < outputs; i++) {
            if (real) {
                bias.floats()[i] = (float) cases.random.nextGaussian();
            } else {
                bias.ints()[i] = cases.random.nextInt() >> 31 - bits;
            }
        }
        return cases.constant(bias);
    }

    private Value product(ElementType result, quantwright.ir.op.Op op, Value x, Value w, int outputs) {
        return cases.random.nextInt(4) == 0 ? cases.node(op, result, x, w)
                : cases.node(op, result, x, w, bias(outputs, false));
    }

    private ElementType result() {
        return cases.random.nextInt(6) == 0 ? ScalarType.I32 : cases.quantized(cases.pick(List.of(ScalarType.I8,
                ScalarType.U8)));
    }

    private Clamp clamp(ElementType result) {
        if (cases.random.nextBoolean() || result == ScalarType.I32) {
            return Clamp.full(result.storage());
        }
        int low = cases.random.nextInt(0, 50);
        return new Clamp(low, low + cases.random.nextInt(70));
    }

    @Test
    void integerConvolutions() {
        for (int i = 0; i < 60; i++) {
            Window2d window = window();
            Shapes s = shapes(window);
            Value x = cases.input(cases.quantized(cases.pick(List.of(ScalarType.I8, ScalarType.U8))), s.x);
            Value w = cases.constant(cases.random(TensorType.of(weights(s.w[0], true), s.w)));
            ElementType result = result();
            cases.check("q.conv2d " + i, product(result, new QConv2d(window, s.groups, cases.pick(ROUNDINGS),
                    clamp(result)), x, w, s.w[0]));
        }
    }

    /** Activations of 8 and 16 bits by weights of 16 bits and fewer, in each rounding that has a form for them. */
    @Test
    void otherWidths() {
        List<Rounding> wide = ROUNDINGS.stream().filter(r -> !(r instanceof Rounding.Fixed f)
                || f.intermediate() == Rounding.Intermediate.I64).toList();
        for (int i = 0; i < 60; i++) {
            Window2d window = window();
            Shapes s = shapes(window);
            ScalarType weight = List.of(ScalarType.I8, ScalarType.I4, ScalarType.I2, ScalarType.SIGN1, ScalarType.I16)
                    .get(i % 5);
            boolean isWide = i % 2 == 0 || weight == ScalarType.I16;
            Value x = cases.input(cases.quantized(isWide ? ScalarType.I16 : ScalarType.I8), s.x);
            Value w = cases.constant(cases.random(TensorType.of(QuantizedType.perTensor(weight, 0.01f, 0), s.w)));
            ElementType result = cases.quantized(cases.pick(List.of(ScalarType.I8, ScalarType.I16)));
            cases.check("q.conv2d " + i + weight, product(result, new QConv2d(window, s.groups,
                    cases.pick(isWide ? wide : ROUNDINGS), Clamp.full(result.storage())), x, w, s.w[0]));
            Value a = cases.input(cases.quantized(ScalarType.I16), 2, 5, s.w[0]);
            Value b = cases.input(cases.quantized(isWide ? ScalarType.I16 : ScalarType.I8), 2, s.w[0], 9);
            cases.check("q.matmul " + i, cases.node(new QMatMul(false, cases.pick(wide),
                    Clamp.full(result.storage())), result, a, b));
        }
    }

    @Test
    void floatConvolutions() {
        for (int i = 0; i < 40; i++) {
            Window2d window = window();
            Shapes s = shapes(window);
            Value x = cases.input(ScalarType.F32, s.x);
            Value w = cases.constant(cases.random(TensorType.of(ScalarType.F32, s.w)));
            Conv2d op = new Conv2d(window, s.groups);
            cases.check("conv2d " + i, cases.random.nextBoolean() ? cases.node(op, x, w)
                    : cases.node(op, x, w, bias(s.w[0], true)));
        }
    }

    /** Sums beyond 2^24, and so many steps of k that they go over in several blocks. */
    @Test
    void longSumsOfLargeIntegers() {
        for (int k : new int[] {255, 256, 257, 700, 1500}) {
            QuantizedType type = QuantizedType.perTensor(ScalarType.I8, 0.02f, -128);
            Tensor ones = Tensor.zeros(TensorType.of(QuantizedType.perTensor(ScalarType.I8, 0.01f, 0), 40, k));
            Arrays.fill(ones.bytes(), (byte) -128);
            ones.bytes()[3] = 127;
            for (Rounding rounding : ROUNDINGS) {
                Value x = cases.input(type, 3, k);
                cases.check("k " + k + " " + rounding, cases.node(new QDense(rounding, Clamp.full(ScalarType.I8)),
                        QuantizedType.perTensor(ScalarType.I8, 900f, 100), x, cases.constant(ones),
                        bias(40, false)));
                Value image = cases.input(type, 1, 9, 9, k);
                Tensor few = Tensor.zeros(TensorType.of(QuantizedType.perTensor(ScalarType.I8, 0.01f, 0), 5, 1, 1, k));
                Arrays.fill(few.bytes(), (byte) 127);
                cases.check("pixels, k " + k + " " + rounding, cases.node(new QConv2d(Window2d.of(1, 1, 1, 1), 1,
                        rounding, Clamp.full(ScalarType.I32)), ScalarType.I32, image, cases.constant(few)));
            }
        }
    }

    @Test
    void denseLayers() {
        for (int i = 0; i < 30; i++) {
            int k = cases.dim(600);
            int n = cases.dim(200);
            ElementType result = result();
            Value x = cases.input(cases.quantized(ScalarType.I8), cases.dim(9), k);
            Value w = cases.constant(cases.random(TensorType.of(weights(n, true), n, k)));
            cases.check("q.dense " + i, product(result, new QDense(cases.pick(ROUNDINGS), clamp(result)), x, w, n));
            Value real = cases.input(ScalarType.F32, cases.dim(3), cases.dim(5), k);
            Value weights = cases.constant(cases.random(TensorType.of(ScalarType.F32, n, k)));
            cases.check("dense " + i, cases.node(new Dense(), real, weights, bias(n, true)));
        }
    }

    @Test
    void productsOfActivations() {
        for (int i = 0; i < 30; i++) {
            int m = cases.dim(40);
            int n = cases.dim(40);
            int k = cases.dim(300);
            boolean transposed = cases.random.nextBoolean();
            int[] b = transposed ? new int[] {2, n, k} : new int[] {2, k, n};
            ElementType result = result();
            cases.check("q.matmul " + i, cases.node(new QMatMul(transposed, cases.pick(ROUNDINGS), clamp(result)),
                    result, cases.input(cases.quantized(ScalarType.I8), 2, m, k),
                    cases.input(cases.quantized(ScalarType.U8), b)));
            cases.check("matmul " + i, cases.node(new MatMul(transposed), cases.input(ScalarType.F32, 3, 2, m, k),
                    cases.input(ScalarType.F32, b)));
        }
    }
}
