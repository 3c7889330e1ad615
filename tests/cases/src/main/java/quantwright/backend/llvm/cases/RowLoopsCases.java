package quantwright.backend.llvm.cases;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Pools, reductions, softmax and tables on random shapes against the interpreter. */
public abstract class RowLoopsCases {
    private final Differential d;

    protected RowLoopsCases(GraphMachine machine) {
        d = new Differential(99, machine);
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
        int kh = d.dim(4);
        int kw = d.dim(4);
        return new Window2d(kh, kw, d.dim(3), d.dim(3), d.dim(2), d.dim(2), d.random.nextInt(kh), d.random.nextInt(kw),
                d.random.nextInt(kh), d.random.nextInt(kw));
    }

    private int[] image() {
        return new int[] {d.dim(2), 7 + d.dim(6), 7 + d.dim(6), d.dim(2) == 1 ? d.dim(8) : d.dim(70)};
    }

    @Test
    void poolsFloats() {
        for (int i = 0; i < 10; i++) {
            d.begin();
            Value x = d.input(ScalarType.F32, image());
            d.output(d.node(new MaxPool(window()), x));
            d.output(d.node(new AvgPool(window(), i % 2 == 0, 0, 0), x));
            d.check("float pools " + i);
        }
    }

    @Test
    void poolsIntegers() {
        for (int i = 0; i < 16; i++) {
            d.begin();
            ScalarType storage = d.pick(List.of(ScalarType.I8, ScalarType.I8, ScalarType.U8, ScalarType.I16));
            QuantizedType.PerTensor type = d.quantized(storage);
            Value f = d.input(ScalarType.F32, image());
            Value x = d.node(new Quantize(), type, f);
            d.output(d.node(new Dequantize(), d.node(new MaxPool(window()), x)));
            Rounding rounding = i % 2 == 0 ? Rounding.FLOAT32 : Rounding.GEMMLOWP;
            QuantizedType out = d.i8();
            d.output(d.node(new Dequantize(), d.node(new QAvgPool(window(), i % 3 == 0, 0, 0, AverageRule.SCALED,
                    rounding,
                    Clamp.full(ScalarType.I8)), out, x)));
            d.output(d.node(new Dequantize(), d.node(new QAvgPool(window(), i % 3 == 0, 0, 0,
                    AverageRule.TFLITE_DIVISION,
                    rounding, Clamp.full(storage)), type, x)));
            d.check("integer pools " + i);
        }
    }

    @Test
    void reduces() {
        for (int i = 0; i < 14; i++) {
            d.begin();
            int[] shape = {d.dim(3), d.dim(6), d.dim(9), d.dim(50)};
            int[][] choices = {{3}, {1, 2}, {0}, {2, 3}, {1}, {0, 1, 2, 3}, {1, 3}};
            Ints axes = Ints.of(choices[i % choices.length]);
            Value x = d.input(ScalarType.F32, shape);
            for (ReduceKind kind : ReduceKind.values()) {
                d.output(d.node(new Reduce(kind, axes, i % 2 == 0), x));
            }
            Value n = d.input(i % 2 == 0 ? ScalarType.I64 : ScalarType.I32, shape);
            for (ReduceKind kind : List.of(ReduceKind.SUM, ReduceKind.MAX, ReduceKind.MIN, ReduceKind.PROD)) {
                d.output(d.node(new Reduce(kind, axes, i % 2 == 0), n));
            }
            d.check("reduce " + Arrays.toString(shape) + axes);
        }
    }

    @Test
    void meansOfQuantizedValues() {
        for (int i = 0; i < 18; i++) {
            d.begin();
            int[] shape = {d.dim(2), d.dim(8), d.dim(8), d.dim(60)};
            int[][] choices = {{1, 2}, {3}, {1}, {1, 2}};
            Ints axes = Ints.of(choices[i % choices.length]);
            Value x = d.node(new Quantize(), d.i8(), d.input(ScalarType.F32, shape));
            AverageRule rule = i % 3 == 0 ? AverageRule.SCALED : AverageRule.TFLITE_MEAN;
            Rounding rounding = i % 2 == 0 && rule == AverageRule.SCALED ? Rounding.FLOAT32 : Rounding.GEMMLOWP;
            d.output(d.node(new Dequantize(), d.node(new QMean(axes, i % 5 != 0, rule, rounding,
                    Clamp.full(ScalarType.I8)), d.i8(), x)));
            d.check("mean " + Arrays.toString(shape) + axes + rule);
        }
    }

    @Test
    void softmaxes() {
        for (int i = 0; i < 10; i++) {
            d.begin();
            int[] shape = i == 0 ? new int[] {1, 1001} : new int[] {d.dim(3), d.dim(5), d.dim(40)};
            int axis = i < 5 ? -1 : d.random.nextInt(shape.length);
            Value x = d.input(ScalarType.F32, shape);
            d.output(d.node(new Softmax(axis, i % 2 == 0 ? 1f : 0.7f), x));
            d.output(d.node(new LogSoftmax(axis), x));
            Tensor t = d.random(TensorType.of(ScalarType.F32, shape));
            for (int k = 0; k < t.size() && i < 7; k++) {
                t.floats()[k] = (float) d.random.nextGaussian() * 5;
            }
            d.check("softmax " + Arrays.toString(shape) + axis, List.of(t));
        }
    }

    @Test
    void quantizedSoftmaxes() {
        for (int i = 0; i < 10; i++) {
            d.begin();
            int[] shape = i == 0 ? new int[] {1, 1001} : new int[] {d.dim(3), d.dim(5), d.dim(40)};
            ScalarType storage = i % 3 == 0 ? ScalarType.U8 : ScalarType.I8;
            Value x = d.input(QuantizedType.perTensor(storage, i == 1 ? 3f : 0.1f, 0), shape);
            QuantizedType out = QuantizedType.perTensor(storage, 1f / 256, (int) storage.minValue());
            Value y = d.node(new QSoftmax(i < 5 ? -1 : d.random.nextInt(shape.length), 1f,
                    i % 2 == 0 ? SoftmaxRule.INTEGER_TABLE : SoftmaxRule.TFLITE), out, x);
            d.output(d.node(new Dequantize(), y));
            d.check("quantized softmax " + Arrays.toString(shape));
        }
    }

    @Test
    void looksUp() {
        for (int i = 0; i < 8; i++) {
            d.begin();
            ScalarType from = i % 2 == 0 ? ScalarType.I8 : ScalarType.U8;
            ScalarType to = i % 4 < 2 ? ScalarType.I8 : ScalarType.U8;
            Value x = d.input(d.quantized(from), d.dim(4), d.dim(70));
            Value table = d.constant(d.random(TensorType.of(to, 256)));
            d.output(d.node(new Dequantize(), d.node(new QLookup(), d.quantized(to), x, table)));
            d.check("lookup " + from + " " + to);
        }
    }

    @Test
    void looksUpSixteenBits() {
        ScalarType[] types = {ScalarType.I16, ScalarType.U16, ScalarType.I8, ScalarType.U8};
        for (int i = 0; i < 14; i++) {
            d.begin();
            // All pairs but those of two bytes.
            ScalarType from = types[i / 4];
            ScalarType to = types[i % 4];
            if (from.bits() + to.bits() == 16) {
                continue;
            }
            Value x = d.input(d.quantized(from), d.dim(4), d.dim(70));
            Value table = d.constant(d.random(TensorType.of(to, 1 << from.bits())));
            d.output(d.node(new Dequantize(), d.node(new QLookup(), d.quantized(to), x, table)));
            d.check("lookup " + from + " " + to);
        }
    }
}
