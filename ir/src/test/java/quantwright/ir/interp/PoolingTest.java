package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static quantwright.ir.interp.Ops.as;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.eval;
import static quantwright.ir.interp.Ops.f32;
import static quantwright.ir.interp.Ops.integers;
import static quantwright.ir.interp.Ops.longs;

import org.junit.jupiter.api.Test;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

class PoolingTest {
    private static final Rounding F32 = new Rounding.F32();
    private static final Rounding GEMMLOWP =
            new Rounding.Fixed(31, Rounding.Mode.GEMMLOWP_DOUBLE, Rounding.Intermediate.I32);
    private static final Clamp FULL = Clamp.full(ScalarType.I8);

    @Test
    void maximumSkipsThePadding() {
        Tensor x = f32(dims(1, 2, 2, 1), -1, -2, -3, Double.NaN);
        assertArrayEquals(new float[] {-1, -1, -2, -1, -1, -2, -3, -3, Float.NEGATIVE_INFINITY},
                eval(new MaxPool(Window2d.of(2, 2, 1, 1).padded(1, 1, 1, 1)), x).floats());
        Tensor q = integers(QuantizedType.perTensor(ScalarType.I8, 1, 100), dims(1, 1, 2, 1), -128, -5);
        assertArrayEquals(new long[] {-128, -5, -5},
                longs(eval(new MaxPool(Window2d.of(1, 2, 1, 1).padded(0, 1, 0, 1)), q)));
        Tensor u = integers(QuantizedType.perTensor(ScalarType.U8, 1, 0), dims(1, 1, 2, 1), 200, 100);
        assertArrayEquals(new long[] {200}, longs(eval(new MaxPool(Window2d.of(1, 2, 1, 1)), u)));
    }

    @Test
    void dilatedMaximum() {
        // ONNX test_maxpool_2d_dilations: 4x4 of 1..16, kernel 2, dilation 2.
        Tensor x = f32(dims(1, 4, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        assertArrayEquals(new float[] {11, 12, 15, 16},
                eval(new MaxPool(new Window2d(2, 2, 1, 1, 2, 2, 0, 0, 0, 0)), x).floats());
    }

    @Test
    void ceilModeAverages() {
        // ONNX test_averagepool_2d_ceil: 4x4 of 1..16, kernel 3, stride 2, one row and column added by ceil mode.
        Tensor x = f32(dims(1, 4, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        Window2d w = Window2d.of(3, 3, 2, 2).padded(0, 0, 1, 1);
        assertArrayEquals(new float[] {6, 7.5f, 12, 13.5f}, eval(new AvgPool(w, false, 0, 0), x).floats());
        // Counting the padding, what only ceil mode added still does not count.
        assertArrayEquals(new float[] {6, 7.5f, 12, 13.5f}, eval(new AvgPool(w, true, 1, 1), x).floats());
        assertArrayEquals(new float[] {6, 5, 8, 6},
                eval(new AvgPool(w, true, 0, 0), x).floats());
    }

    @Test
    void countIncludePad() {
        Tensor x = f32(dims(1, 1, 2, 1), 3, 6);
        Window2d w = Window2d.of(1, 3, 1, 1).padded(0, 1, 0, 1);
        assertArrayEquals(new float[] {3, 3}, eval(new AvgPool(w, true, 0, 0), x).floats());
        assertArrayEquals(new float[] {4.5f, 4.5f}, eval(new AvgPool(w, false, 0, 0), x).floats());
    }

    @Test
    void quantizedAverages() {
        QuantizedType.PerTensor in = QuantizedType.perTensor(ScalarType.I8, 0.5f, 10);
        Tensor x = integers(in, dims(1, 1, 3, 1), 11, 14, 20);
        Window2d w = Window2d.of(1, 2, 1, 1);
        // (1 + 4) / 2 * 0.5 / 0.25 = 5; (4 + 10) / 2 * 2 = 14.
        assertArrayEquals(new long[] {5, 14}, longs(as(
                new QAvgPool(w, false, 0, 0, AverageRule.SCALED, F32, FULL),
                QuantizedType.perTensor(ScalarType.I8, 0.25f, 0), x)));
        // TFLite divides raw sums, halves away from zero: 25/2, 34/2.
        assertArrayEquals(new long[] {13, 17}, longs(as(
                new QAvgPool(w, false, 0, 0, AverageRule.TFLITE_DIVISION, GEMMLOWP, FULL), in, x)));
        // Padding counted: (1)/2, (1+4)/2, (4+10)/2, 10/2, in units of 0.5, half to even.
        assertArrayEquals(new long[] {10, 12, 17, 15}, longs(as(
                new QAvgPool(w.padded(0, 1, 0, 1), true, 0, 0, AverageRule.SCALED, F32, FULL), in, x)));
    }

    @Test
    void quantizedMeans() {
        QuantizedType.PerTensor in = QuantizedType.perTensor(ScalarType.I8, 0.5f, -3);
        Tensor x = integers(in, dims(1, 2, 2, 2), 1, 10, 3, 20, 5, 30, 8, 41);
        // (4 + 6 + 8 + 11) / 4 = 7.25; (13 + 23 + 33 + 44) / 4 = 28.25; zero -3 again.
        assertArrayEquals(new long[] {4, 25}, longs(as(
                new QMean(Ints.of(1, 2), true, AverageRule.SCALED, F32, FULL), in, x)));
        // TFLite rounds twice: 17 / 4 + 3 as round(round(8.5) / 2) + 3, or 29 / 4 as round(round(14.5) / 2).
        assertArrayEquals(new long[] {5, 26}, longs(as(
                new QMean(Ints.of(1, 2), true, AverageRule.TFLITE_MEAN, GEMMLOWP, FULL), in, x)));
        assertArrayEquals(new long[] {5, 26}, longs(as(
                new QMean(Ints.of(2, 1), false, AverageRule.TFLITE_MEAN, GEMMLOWP, FULL), in, x)));
        assertArrayEquals(new long[] {15}, longs(as(
                new QMean(Ints.of(0, 1, 2, 3), false, AverageRule.SCALED, F32, FULL), in, x)));
    }
}
