package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static quantwright.ir.interp.Ops.as;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.eval;
import static quantwright.ir.interp.Ops.f32;
import static quantwright.ir.interp.Ops.integers;
import static quantwright.ir.interp.Ops.longs;
import static quantwright.ir.interp.Ops.vector;

import java.util.List;
import org.junit.jupiter.api.Test;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

class QuantEvaluatorTest {
    private static final Rounding F32 = new Rounding.F32();
    private static final Rounding GEMMLOWP =
            new Rounding.Fixed(31, Rounding.Mode.GEMMLOWP_DOUBLE, Rounding.Intermediate.I32);
    private static final Clamp I8 = Clamp.full(ScalarType.I8);

    private static QuantizedType.PerTensor i8(float scale, int zero) {
        return QuantizedType.perTensor(ScalarType.I8, scale, zero);
    }

    @Test
    void quantizeRoundsHalfToEvenAndClamps() {
        Tensor x = vector(0, 2, 3, 1000, -254, -1000, Double.NaN, Double.POSITIVE_INFINITY);
        // test_quantizelinear: scale 2, zero point 128; 3 / 2 rounds to 2.
        assertArrayEquals(new long[] {128, 129, 130, 255, 1, 0, 128, 255},
                longs(as(new Quantize(), QuantizedType.perTensor(ScalarType.U8, 2, 128), x)));
        assertArrayEquals(new long[] {-8, 7, 0, 2},
                longs(as(new Quantize(), QuantizedType.perTensor(ScalarType.I4, 1, 0), vector(-9, 9, 0.5, 1.5))));
    }

    @Test
    void perAxisAndPerBlockParameters() {
        QuantizedType axis = new QuantizedType.PerAxis(ScalarType.U8, ScalarType.F32, 1, Floats.of(2, 4, 5),
                Ints.of(84, 24, 196));
        // test_quantizelinear_axis, its first rows.
        Tensor x = f32(dims(1, 3, 2, 1), -162, 10, -100, 232, -20, -50);
        Tensor q = as(new Quantize(), axis, x);
        assertArrayEquals(new long[] {3, 89, 0, 82, 192, 186}, longs(q));
        assertArrayEquals(new float[] {-162, 10, -96, 232, -20, -50}, eval(new Dequantize(), q).floats());
        QuantizedType block = new QuantizedType.PerBlock(ScalarType.I8, ScalarType.F32, 1, 2,
                Floats.of(1, 10, 100, 1000), Ints.of(0, 1, 2, 3));
        Tensor b = integers(block, dims(2, 3), 5, 6, 7, 8, 9, 10);
        assertArrayEquals(new float[] {5, 6, 60, 600, 700, 7000}, eval(new Dequantize(), b).floats());
        QuantizedType middle = new QuantizedType.PerBlock(ScalarType.I8, ScalarType.F32, 0, 2,
                Floats.of(1, 10, 100, 1000), Ints.of(0, 0, 0, 0));
        assertArrayEquals(new float[] {1, 10, 1, 10, 100, 1000},
                eval(new Dequantize(), integers(middle, dims(3, 2), 1, 1, 1, 1, 1, 1)).floats());
    }

    @Test
    void dequantizeToSixteenBitFloats() {
        QuantizedType type = new QuantizedType.PerTensor(ScalarType.I8, ScalarType.F16, 0.5f, 1);
        Tensor y = eval(new Dequantize(), integers(type, dims(1), 4));
        assertEquals(ScalarType.F16, y.type().element());
        assertEquals(1.5f, Float.float16ToFloat(y.shorts()[0]));
    }

    @Test
    void requantizeAndConcat() {
        Tensor x = integers(i8(0.5f, 1), dims(3), 4, 6, -128);
        // 1.5, 2.5, -64.5 at scale 1, half to even; gemmlowp's high multiply takes halves up.
        assertArrayEquals(new long[] {2, 2, -64}, longs(as(new Requantize(F32), i8(1, 0), x)));
        assertArrayEquals(new long[] {2, 3, -64}, longs(as(new Requantize(GEMMLOWP), i8(1, 0), x)));
        assertSame(x, as(new Requantize(F32), i8(0.5f, 1), x));
        Tensor y = integers(i8(1, 0), dims(1), 7);
        assertArrayEquals(new long[] {2, 2, -64, 7}, longs(as(new QConcat(0, F32), i8(1, 0), x, y)));
    }

    @Test
    void additionAndMultiplication() {
        Tensor a = integers(i8(0.5f, 0), dims(2, 1), 3, 100);
        Tensor b = integers(i8(0.25f, 4), dims(1, 2), 8, -4);
        // Reals 1.5, 50 and 1, -2; result scale 0.5, zero -1.
        assertArrayEquals(new long[] {4, -2, 101, 95}, longs(as(new QAdd(false, F32, I8), i8(0.5f, -1), a, b)));
        assertArrayEquals(new long[] {0, 6, 97, 103}, longs(as(new QAdd(true, F32, I8), i8(0.5f, -1), a, b)));
        assertArrayEquals(new long[] {4, -2, 101, 95}, longs(as(new QAdd(false, GEMMLOWP, I8), i8(0.5f, -1), a, b)));
        assertArrayEquals(new long[] {4, 0, 90, 90},
                longs(as(new QAdd(false, F32, new Clamp(0, 90)), i8(0.5f, -1), a, b)));
        // Products 1.5, -3, 50, -100 in units of 1, zero 5.
        assertArrayEquals(new long[] {7, 2, 55, -95}, longs(as(new QMul(F32, I8), i8(1, 5), a, b)));
        assertArrayEquals(new long[] {7, 2, 55, -95}, longs(as(new QMul(GEMMLOWP, I8), i8(1, 5), a, b)));
    }

    @Test
    void tablesAndClamps() {
        long[] entries = new long[256];
        for (int i = 0; i < 256; i++) {
            entries[i] = 127 - i;
        }
        Tensor table = integers(ScalarType.I8, dims(256), entries);
        assertArrayEquals(new long[] {127, -1, -128},
                longs(as(new QLookup(), i8(1, 0), integers(i8(1, 0), dims(3), -128, 0, 127), table)));
        assertArrayEquals(new long[] {127, -1, -128}, longs(as(new QLookup(), i8(1, 0),
                integers(QuantizedType.perTensor(ScalarType.U8, 1, 0), dims(3), 0, 128, 255), table)));
        assertArrayEquals(new long[] {-3, 2, 6},
                longs(eval(new QClamp(new Clamp(-3, 6)), integers(i8(1, 0), dims(3), -9, 2, 9))));
    }

    @Test
    void reinterpretMovesBetweenSignedAndUnsigned() {
        Tensor u = integers(QuantizedType.perTensor(ScalarType.U8, 1, 128), dims(3), 0, 128, 255);
        Tensor i = as(new QReinterpret(), i8(1, 0), u);
        assertArrayEquals(new long[] {-128, 0, 127}, longs(i));
        assertArrayEquals(new long[] {0, 128, 255}, longs(as(new QReinterpret(), u.type().element(), i)));
        assertArrayEquals(new long[] {-128, 0, 127}, longs(as(new QReinterpret(), ScalarType.I8, i)));
    }

    @Test
    void softmaxByBothRules() {
        Tensor x = integers(i8(0.1f, 3), dims(2, 3), 10, 20, 30, -128, 127, 127);
        QuantizedType out = i8(1f / 256, -128);
        for (SoftmaxRule rule : SoftmaxRule.values()) {
            // exp of -2, -1, 0 over their sum: 0.0900, 0.2447, 0.6652 in units of 1/256.
            assertArrayEquals(new long[] {23 - 128, 63 - 128, 170 - 128, -128, 0, 0},
                    longs(as(new QSoftmax(-1, 1, rule), out, x)), rule.toString());
        }
        Tensor column = integers(i8(0.1f, 3), dims(3, 1), 10, 20, 30);
        assertEquals(List.of(23L - 128, 63L - 128, 170L - 128), java.util.Arrays.stream(longs(
                as(new QSoftmax(0, 1, SoftmaxRule.INTEGER_TABLE), out, column))).boxed().toList());
    }
}
