package quantwright.backend.jvm;

import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.*;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** All other ops on odd shapes against the interpreter. */
class RandomOpsTest {
    private final Cases cases = new Cases(11);

    private int[] shape() {
        return switch (cases.random.nextInt(3)) {
            case 0 -> new int[] {1, cases.dim(7), cases.dim(9), cases.dim(40)};
            case 1 -> new int[] {cases.dim(3), cases.dim(1500)};
            default -> new int[] {cases.dim(2), cases.dim(5), cases.dim(5), cases.dim(5)};
        };
    }

    private int[] narrowed(int[] full) {
        int[] s = full.clone();
        for (int i = 0; i < s.length; i++) {
            s[i] = cases.random.nextInt(3) == 0 ? 1 : s[i];
        }
        return s;
    }

    private QuantizedType.PerTensor i8() {
        return cases.quantized(cases.pick(List.of(ScalarType.I8, ScalarType.U8)));
    }

    private Rounding rounding() {
        return cases.pick(RandomProductsTest.ROUNDINGS);
    }

    @Test
    void floatFunctions() {
        for (UnaryKind kind : UnaryKind.values()) {
            if (kind != UnaryKind.NOT) {
                cases.check(kind.toString(), cases.node(new Unary(kind), cases.input(ScalarType.F32, shape())));
            }
        }
        for (Op op : List.of(new Clip(-0.3f, 0.7f), new Clip(0f, 6f), new Clip(-0f, 6f),
                new Clip(-1f, 0f), new Clip(0f, 0f), new LeakyRelu(0.1f), new LeakyRelu(0f), new LeakyRelu(-0.5f),
                 new Elu(1.3f), new HardSigmoid(0.2f, 0.5f))) {
            cases.check(op.toString(), cases.node(op, cases.input(ScalarType.F32, shape())));
        }
        for (BinaryKind kind : BinaryKind.values()) {
            int[] full = shape();
            cases.check(kind.toString(), cases.node(new Binary(kind), cases.input(ScalarType.F32, full),
                    cases.input(ScalarType.F32, narrowed(full))));
        }
    }

    @Test
    void quantizedArithmetic() {
        for (int i = 0; i < 40; i++) {
            int[] full = shape();
            Value a = cases.input(i8(), full);
            Value b = cases.input(i8(), narrowed(full));
            QuantizedType.PerTensor result = i8();
            Clamp clamp = Clamp.full(result.storage());
            Value sum = cases.node(new QAdd(cases.random.nextBoolean(), rounding(), clamp), result, a, b);
            Value product = cases.node(new QMul(rounding(), clamp), result, a, b);
            Value scaled = cases.node(new Requantize(rounding()), i8(), sum);
            Value joined = cases.node(new QConcat(1, rounding()), result, sum, product, scaled);
            Value clamped = cases.node(new QClamp(new Clamp(3, 60)), joined);
            Value real = cases.node(new Dequantize(), clamped);
            cases.check("arithmetic " + i, joined, cases.node(new Quantize(), i8(), real), real);
        }
    }

    @Test
    void tablesAndReinterpretation() {
        for (int i = 0; i < 8; i++) {
            ScalarType storage = cases.pick(List.of(ScalarType.I8, ScalarType.U8));
            Value x = cases.input(i8(), shape());
            Value table = cases.constant(cases.random(TensorType.of(storage, 256)));
            Value looked = cases.node(new QLookup(), cases.quantized(storage), x, table);
            Value flipped = cases.node(new QReinterpret(), cases.quantized(storage == ScalarType.I8 ? ScalarType.U8
                    : ScalarType.I8), looked);
            cases.check("table " + i, flipped, cases.node(new QReinterpret(), storage, looked));
        }
    }

    @Test
    void pools() {
        for (int i = 0; i < 30; i++) {
            Window2d w = new Window2d(cases.dim(3), cases.dim(3), cases.dim(2), cases.dim(2), 1, 1, cases.dim(2) - 1,
                    0, cases.dim(2) - 1, 0);
            int[] dims = {cases.dim(2), cases.dim(9) + 3, cases.dim(9) + 3, cases.dim(40)};
            Value x = cases.input(ScalarType.F32, dims);
            QuantizedType.PerTensor type = i8();
            Value q = cases.input(type, dims);
            boolean padded = cases.random.nextBoolean();
            // Without NaN and negative zeros, whose rows take another path.
            Value ordinary = cases.node(new Dequantize(), q);
            cases.check("pool " + i, cases.node(new MaxPool(w), x), cases.node(new MaxPool(w), ordinary),
                    cases.node(new MaxPool(w), q),
                    cases.node(new AvgPool(w, padded, 0, 0), x),
                    cases.node(new QAvgPool(w, padded, 0, 0, AverageRule.SCALED, rounding(), Clamp.full(type.storage())),
                            QuantizedType.perTensor(type.storage(), 0.03f, 5), q),
                    cases.node(new QAvgPool(w, padded, 0, 0, AverageRule.TFLITE_DIVISION, Rounding.GEMMLOWP,
                            Clamp.full(type.storage())), type, q));
        }
    }

    @Test
    void reductionsAndSoftmax() {
        for (int i = 0; i < 30; i++) {
            int[] dims = {cases.dim(3), cases.dim(9), cases.dim(9), cases.dim(30)};
            Value x = cases.input(ScalarType.F32, dims);
            QuantizedType.PerTensor type = i8();
            Value q = cases.input(type, dims);
            Ints axes = cases.pick(List.of(Ints.of(1, 2), Ints.of(-1), Ints.of(0, 3), Ints.of(1)));
            Ints neighbours = cases.pick(List.of(Ints.of(1, 2), Ints.of(3), Ints.of(2, 3)));
            Clamp clamp = Clamp.full(type.storage());
            QuantizedType.PerTensor softened = QuantizedType.perTensor(type.storage(), 1f / 256,
                    (int) type.storage().minValue());
            cases.check("rows " + i, cases.node(new Reduce(cases.pick(List.of(ReduceKind.values())), axes,
                            cases.random.nextBoolean()), x),
                    cases.node(new Softmax(cases.random.nextInt(4), cases.pick(List.of(1f, 0.7f))), x),
                    cases.node(new LogSoftmax(cases.random.nextInt(4)), x),
                    cases.node(new QMean(neighbours, true, AverageRule.SCALED, rounding(), clamp),
                            QuantizedType.perTensor(type.storage(), 0.03f, 5), q),
                    cases.node(new QMean(neighbours, true, AverageRule.TFLITE_MEAN, Rounding.GEMMLOWP, clamp),
                            QuantizedType.perTensor(type.storage(), 0.05f, 9), q),
                    cases.node(new QSoftmax(3, 1f, SoftmaxRule.INTEGER_TABLE), softened, q),
                    cases.node(new QSoftmax(3, 1.5f, SoftmaxRule.TFLITE), softened, q));
        }
    }

    /** Long rows: ordinary ones, ones with exponentials below the normal numbers, and ones with special values. */
    @Test
    void softmaxOfLongRows() {
        for (int length : List.of(17, 64, 257, 600)) {
            Value x = cases.input(ScalarType.F32, 40, length);
            Tensor wide = Tensor.zeros(TensorType.of(ScalarType.F32, 40, length));
            for (int i = 0; i < wide.size(); i++) {
                wide.floats()[i] = (float) cases.random.nextGaussian() * (i / length);
            }
            cases.check("softmax of " + length, cases.node(new Softmax(1, 1f), x),
                    cases.node(new Softmax(1, 1f), cases.node(new Binary(BinaryKind.ADD),
                            cases.node(new Clip(-1f, 1f), x), cases.constant(wide))));
        }
    }

    @Test
    void squares() {
        Value x = cases.input(ScalarType.F32, 3, 50);
        Tensor two = Tensor.zeros(TensorType.of(ScalarType.F32));
        two.floats()[0] = 2f;
        cases.check("squares", cases.node(new Binary(BinaryKind.POW), x, cases.constant(two)),
                cases.node(new Binary(BinaryKind.MUL), x, cases.constant(two)));
    }

    @Test
    void movement() {
        for (int i = 0; i < 20; i++) {
            int[] dims = {cases.dim(2), 2 * cases.dim(4), 2 * cases.dim(4), 4 * cases.dim(5)};
            Value x = cases.input(cases.random.nextBoolean() ? ScalarType.F32 : i8(), dims);
            Value turned = cases.node(new Transpose(Ints.of(0, 3, 1, 2)), x);
            Value padded = cases.node(new Pad(Ints.of(0, 1, 0, 1), Ints.of(0, 0, 1, 0),
                    cases.pick(List.of(PadMode.CONSTANT, PadMode.EDGE)), 0.4f), x);
            Value part = cases.node(new Slice(Ints.of(0, 1, 0, 1), Ints.of(dims[0], dims[1] / 2, dims[2], 2),
                    Ints.of(1, 2, 1, 1)), x);
            Value larger = cases.node(new Resize(new ResizeSpec(ResizeMode.NEAREST, ResizeCoordinates.ASYMMETRIC,
                    ResizeNearest.FLOOR, 2 * dims[1], 3 * dims[2], 2f, 3f)), x);
            Value picked = cases.node(new Gather(1), x, cases.constant(indices(dims[1])));
            cases.check("movement " + i, turned, padded, part, larger, picked,
                    cases.node(new DepthToSpace(2, cases.random.nextBoolean()), x),
                    cases.node(new SpaceToDepth(2), x), cases.node(new ChannelShuffle(2), x),
                    cases.node(new Concat(3), x, x), cases.node(new Identity(), x), x);
        }
    }

    private Tensor indices(int extent) {
        Tensor indices = Tensor.zeros(TensorType.of(ScalarType.I64, 3));
        for (int i = 0; i < 3; i++) {
            indices.longs()[i] = cases.random.nextInt(-extent, extent);
        }
        return indices;
    }

    @Test
    void interpolation() {
        for (int i = 0; i < 12; i++) {
            int[] dims = {cases.dim(2), cases.dim(6) + 1, cases.dim(6) + 1, cases.dim(20)};
            int h = cases.dim(12);
            int w = cases.dim(12);
            ResizeSpec spec = new ResizeSpec(ResizeMode.LINEAR, cases.pick(List.of(ResizeCoordinates.values())),
                    ResizeNearest.FLOOR, h, w, (float) h / dims[1], (float) w / dims[2]);
            QuantizedType.PerTensor type = i8();
            Value q = cases.input(type, dims);
            cases.check("resize " + i, cases.node(new Resize(spec), cases.input(ScalarType.F32, dims)),
                    cases.node(new QResize(spec, Rounding.FLOAT32), type, q),
                    cases.node(new QResize(spec, Rounding.GEMMLOWP), type, q));
        }
    }

    @Test
    void conditions() {
        for (CompareKind kind : CompareKind.values()) {
            int[] dims = shape();
            Value a = cases.input(ScalarType.F32, dims);
            Value b = cases.input(ScalarType.F32, narrowed(dims));
            Value holds = cases.node(new Compare(kind), a, b);
            cases.check(kind.toString(), holds, cases.node(new Where(), holds, a, b),
                    cases.node(new Cast(ScalarType.I32), a), cases.node(new Cast(ScalarType.F32),
                    cases.input(ScalarType.I64, dims)));
        }
    }
}
