package quantwright.backend.llvm.cases;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Products the kernels refuse, weights computed or with zero points, against the interpreter. */
public abstract class ProductLoopsCases {
    private final Differential d;

    protected ProductLoopsCases(GraphMachine machine) {
        d = new Differential(31, machine);
    }

    @BeforeEach
    void assume() {
        d.assume();
    }

    @AfterEach
    void finish() {
        d.finish();
    }

    private Window2d window() {
        int kh = d.dim(3);
        int kw = d.dim(3);
        return new Window2d(kh, kw, d.dim(2), d.dim(2), d.dim(2), d.dim(2), d.random.nextInt(kh), d.random.nextInt(kw),
                d.random.nextInt(kh), d.random.nextInt(kw));
    }

    private List<Tensor> moderate() {
        List<Tensor> inputs = new ArrayList<>();
        for (Value v : d.graph.inputs()) {
            Tensor t = d.random(v.type());
            for (int i = 0; v.type().storage() == ScalarType.F32 && i < t.size(); i++) {
                t.floats()[i] = i % 7 == 0 ? -0f : (float) d.random.nextGaussian();
            }
            inputs.add(t);
        }
        return inputs;
    }

    @Test
    void multipliesByComputedFloats() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            int groups = d.dim(3);
            int channels = groups * d.dim(4);
            int outputs = groups * d.dim(20);
            Window2d w = window();
            Value weights = d.input(ScalarType.F32, outputs, w.kernelH(), w.kernelW(), channels / groups);
            Value x = d.input(ScalarType.F32, d.dim(2), 5 + d.dim(4), 5 + d.dim(4), channels);
            Value y = d.node(new Conv2d(w, groups), i % 2 == 0 ? new Value[] {x, weights}
                    : new Value[] {x, weights, d.input(ScalarType.F32, outputs)});
            d.output(d.node(new Unary(UnaryKind.RELU), y));
            Value rows = d.input(ScalarType.F32, d.dim(3), d.dim(4), 9);
            d.output(d.node(new Dense(), rows, d.input(ScalarType.F32, 17, 9), d.input(ScalarType.F32, 17)));
            d.check("float product " + i, moderate());
        }
    }

    @Test
    void multipliesByWeightsWithZeroPoints() {
        for (int i = 0; i < 10; i++) {
            d.begin();
            int groups = d.dim(2);
            int channels = groups * d.dim(6);
            int outputs = groups * d.dim(20);
            Window2d w = window();
            QuantizedType weightType = i % 2 == 0 ? d.quantized(i % 4 == 0
                    ? ScalarType.I8 : ScalarType.U8) : perAxis(outputs);
            TensorType type = TensorType.of(weightType, outputs, w.kernelH(), w.kernelW(), channels / groups);
            Value weights = i % 4 == 2 ? d.input(weightType, type.shape().toArray()) : d.constant(d.random(type));
            Value x = d.node(new Quantize(), d.i8(), d.input(ScalarType.F32, 1, 5 + d.dim(4), 5 + d.dim(4), channels));
            Rounding rounding = i % 3 == 0 ? Rounding.SINGLE_ROUNDING : Rounding.FLOAT32;
            ElementType out = i % 5 == 0 ? ScalarType.I32 : QuantizedType.perTensor(ScalarType.I8, 30f, -7);
            Value y = d.node(new QConv2d(w, groups, rounding, Clamp.full(out.storage())), out, x, weights);
            d.output(out == ScalarType.I32 ? y : d.node(new Dequantize(), y));
            d.check("integer product " + i, moderate());
        }
    }

    @Test
    void multipliesRowsByWeightsWithZeroPoints() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            int outputs = d.dim(40);
            TensorType type = TensorType.of(i % 2 == 0 ? d.i8() : perAxis(outputs), outputs, 13);
            Value x = d.node(new Quantize(), d.i8(), d.input(ScalarType.F32, d.dim(5), 13));
            Tensor bias = d.random(TensorType.of(ScalarType.I32, outputs));
            for (int o = 0; o < outputs; o++) {
                bias.ints()[o] >>= 12;
            }
            Value y = d.node(new QDense(i % 3 == 0 ? Rounding.GEMMLOWP : Rounding.FLOAT32, Clamp.full(ScalarType.I8)),
                    QuantizedType.perTensor(ScalarType.I8, 40f, 9), x, d.constant(d.random(type)), d.constant(bias));
            d.output(d.node(new Dequantize(), y));
            d.check("integer rows " + i, moderate());
        }
    }

    @Test
    void addsBytesAndWordsToProducts() {
        List<ScalarType> widths = List.of(ScalarType.I8, ScalarType.I16);
        for (int i = 0; i < 8; i++) {
            d.begin();
            int outputs = d.dim(40);
            int rows = d.dim(9);
            Value x = d.node(new Quantize(), d.i8(), d.input(ScalarType.F32, rows, 13));
            QuantizedType weights = QuantizedType.perTensor(ScalarType.I8, 0.02f, 0);
            ScalarType product = widths.get(i & 1);
            ScalarType other = widths.get(i >> 1 & 1);
            ScalarType sum = widths.get(i >> 2 & 1);
            Value y = d.node(new QDense(Rounding.FLOAT32, Clamp.full(product)), QuantizedType.perTensor(product, 0.5f, 0),
                    x, d.constant(d.random(TensorType.of(weights, outputs, 13))));
            Value added = d.node(new Quantize(), QuantizedType.perTensor(other, 0.125f, 0),
                    d.input(ScalarType.F32, rows, outputs));
            d.output(d.node(new Dequantize(), d.node(new QAdd(false, Rounding.FLOAT32, Clamp.full(sum)),
                    QuantizedType.perTensor(sum, 0.01f, 0), added, y)));
            d.check("product of " + product + " and " + other + " to " + sum, moderate());
        }
    }

    private QuantizedType symmetric(ScalarType storage, int outputs) {
        float[] scales = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            scales[o] = (float) Math.exp(d.random.nextGaussian() - 6);
        }
        return new QuantizedType.PerAxis(storage, ScalarType.F32, 0, Floats.of(scales), Ints.of(new int[outputs]));
    }

    /** Activations of 16 bits, by kernels and by loops, alone and with an addition; the longest sums pass i32. */
    @Test
    void multipliesWords() {
        List<ScalarType> storage = List.of(ScalarType.I8, ScalarType.I4, ScalarType.I2, ScalarType.SIGN1);
        for (int i = 0; i < 24; i++) {
            d.begin();
            int groups = i % 6 == 5 ? d.dim(4) : 1;
            int channels = groups * d.pick(List.of(1, 3, 8, 17, 24, 130));
            int outputs = groups * (i % 6 == 5 ? 1 : d.pick(List.of(2, 16, 20, 33)));
            Window2d w = window();
            QuantizedType in = QuantizedType.perTensor(ScalarType.I16, 0.001f, i % 3 == 0 ? 0 : 321);
            QuantizedType out = i % 4 == 3 ? QuantizedType.perTensor(ScalarType.I8, 1f, -7)
                    : QuantizedType.perTensor(ScalarType.I16, 0.01f, -7);
            TensorType type = new TensorType(symmetric(storage.get(i % 4), outputs),
                    TensorType.of(ScalarType.I8, outputs, w.kernelH(), w.kernelW(), channels / groups).shape());
            Value x = d.input(in, 1, 5 + d.dim(4), 5 + d.dim(4), channels);
            Rounding rounding = i % 5 == 0 ? Rounding.SINGLE_ROUNDING : Rounding.FLOAT32;
            Value y = d.node(new QConv2d(w, groups, rounding, Clamp.full(out.storage())), out, x, d.constant(d.random(type)));
            d.output(i % 2 == 0 ? y : d.node(new QAdd(false, Rounding.FLOAT32, Clamp.full(out.storage())), out, y,
                    d.input(out, y.type().shape().toArray())));
            d.check("words " + i);
        }
    }

    private QuantizedType perAxis(int outputs) {
        float[] scales = new float[outputs];
        int[] zeros = new int[outputs];
        for (int o = 0; o < outputs; o++) {
            scales[o] = (float) Math.exp(d.random.nextGaussian() - 2);
            zeros[o] = d.random.nextInt(-20, 20);
        }
        return new QuantizedType.PerAxis(ScalarType.I8, ScalarType.F32, 0, Floats.of(scales), Ints.of(zeros));
    }
}
