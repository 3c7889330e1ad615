package quantwright.backend.llvm.cases;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Products by weights whose scales have a multiplier for each group of inputs, against the interpreter. */
public abstract class GroupedProductsCases {
    private static final List<ScalarType> STORAGE = List.of(ScalarType.I8, ScalarType.I4, ScalarType.I2, ScalarType.SIGN1);
    private final Differential d;

    protected GroupedProductsCases(GraphMachine machine) {
        d = new Differential(53, machine);
    }

    @BeforeEach
    void assume() {
        d.assume();
    }

    @AfterEach
    void finish() {
        d.finish();
    }

    private QuantizedType groups(ScalarType storage, int outputs, int inputs, int rank, int size) {
        float[] scales = new float[outputs];
        int[] multipliers = new int[outputs * Math.ceilDiv(inputs, size)];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) Math.exp(d.random.nextGaussian() - 8);
        }
        for (int i = 0; i < multipliers.length; i++) {
            // Few enough for sums of 8-bit weights to be proven.
            multipliers[i] = 1 + d.random.nextInt(storage == ScalarType.I8 ? 60 : QuantizedType.PerGroup.MOST);
        }
        return new QuantizedType.PerGroup(storage, ScalarType.F32, 0, rank - 1, size, Floats.of(scales),
                Ints.of(multipliers));
    }

    private Value bias(int outputs) {
        Tensor bias = Tensor.zeros(TensorType.of(ScalarType.I32, outputs));
        for (int i = 0; i < outputs; i++) {
            bias.ints()[i] = d.random.nextInt() >> 8;
        }
        return d.constant(bias);
    }

    private ElementType result(int i) {
        return i % 6 == 5 ? ScalarType.I32 : QuantizedType.perTensor(ScalarType.I8, 0.3f, -7);
    }

    private static Rounding rounding(int i) {
        return i % 5 == 4 ? Rounding.SINGLE_ROUNDING : Rounding.FLOAT32;
    }

    @Test
    void multipliesRows() {
        for (int i = 0; i < 24; i++) {
            d.begin();
            int size = d.pick(List.of(32, 32, 64, 128));
            int inputs = d.pick(List.of(33, 64, 96, 100, 128, 129, 200, 255));
            int outputs = d.pick(List.of(1, 3, 8, 16, 24, 40, 100));
            ElementType out = result(i);
            Value w = d.constant(d.random(new TensorType(groups(STORAGE.get(i % 4), outputs, inputs, 2, size),
                    TensorType.of(ScalarType.I8, outputs, inputs).shape())));
            Value x = d.input(d.i8(), d.pick(List.of(1, 1, 2, 7)), inputs);
            d.output(d.node(new QDense(rounding(i), Clamp.full(out.storage())), out, x, w, bias(outputs)));
            d.check("dense layer " + i + " in groups of " + size);
        }
    }

    @Test
    void multipliesPixels() {
        for (int i = 0; i < 16; i++) {
            d.begin();
            int size = d.pick(List.of(32, 64));
            int inputs = d.pick(List.of(40, 64, 96, 130));
            int outputs = d.pick(List.of(2, 16, 33, 70));
            int stride = d.dim(2);
            ElementType out = result(i);
            Value w = d.constant(d.random(new TensorType(groups(STORAGE.get(i % 4), outputs, inputs, 4, size),
                    TensorType.of(ScalarType.I8, outputs, 1, 1, inputs).shape())));
            Value x = d.input(d.i8(), 1, 1 + d.dim(7), 1 + d.dim(9), inputs);
            Value y = d.node(new QConv2d(Window2d.of(1, 1, stride, stride), 1, rounding(i), Clamp.full(out.storage())),
                    out, x, w, bias(outputs));
            d.output(y);
            d.check("pointwise convolution " + i + " in groups of " + size);
        }
    }

    private static QuantizedType words() {
        return QuantizedType.perTensor(ScalarType.I16, 0.002f, 0);
    }

    /** Groups end where a kernel's loads do, or not; sums pass i32 or not. */
    @Test
    void multipliesWords() {
        for (int i = 0; i < 24; i++) {
            d.begin();
            int size = d.pick(List.of(32, 32, 64, 20));
            int inputs = d.pick(List.of(33, 64, 100, 129, 300, 700));
            int outputs = d.pick(List.of(1, 3, 16, 24, 40));
            QuantizedType out = i % 2 == 0 ? QuantizedType.perTensor(ScalarType.I16, 0.1f, 5)
                    : QuantizedType.perTensor(ScalarType.I8, 30f, 5);
            Value w = d.constant(d.random(new TensorType(groups(STORAGE.get(i % 4), outputs, inputs, 2, size),
                    TensorType.of(ScalarType.I8, outputs, inputs).shape())));
            Value x = d.input(words(), d.pick(List.of(1, 1, 2, 7)), inputs);
            d.output(d.node(new QDense(Rounding.FLOAT32, Clamp.full(out.storage())), out, x, w, bias(outputs)));
            d.check("words " + i + " in groups of " + size);
        }
    }

    /** Groups that end within a load, and windows, are left to loops. */
    @Test
    void multipliesWhatNoKernelTakes() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            int size = d.pick(List.of(3, 5, 20));
            int outputs = d.dim(20);
            Window2d window = Window2d.of(1 + i % 3, 1 + i % 2, 1, 1);
            Value w = d.constant(d.random(new TensorType(groups(STORAGE.get(i % 4), outputs, 24, 4, size),
                    TensorType.of(ScalarType.I8, outputs, window.kernelH(), window.kernelW(), 24).shape())));
            Value x = d.input(d.i8(), 1, 5, 6, 24);
            ElementType out = result(i);
            d.output(d.node(new QConv2d(window, 1, rounding(i), Clamp.full(out.storage())), out, x, w));
            d.check("convolution " + i + " in groups of " + size);
        }
    }
}
