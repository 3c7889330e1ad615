package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static quantwright.ir.interp.Ops.as;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.integers;
import static quantwright.ir.interp.Ops.longs;
import static quantwright.ir.interp.Ops.random;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

class QuantizedProductTest {
    private static final Rounding F32 = new Rounding.F32();
    private static final Clamp I8 = Clamp.full(ScalarType.I8);
    private static final Clamp I32 = Clamp.full(ScalarType.I32);

    private static QuantizedType weights(ScalarType storage, int outputs, int zero) {
        float[] scales = new float[outputs];
        int[] zeros = new int[outputs];
        for (int i = 0; i < outputs; i++) {
            scales[i] = 0.01f * (i + 1);
            zeros[i] = zero == 0 ? 0 : zero + i;
        }
        return new QuantizedType.PerAxis(storage, ScalarType.F32, 0, Floats.of(scales), Ints.of(zeros));
    }

    /** Textbook sum over the window, the padding fed the zero point, in i64. */
    private static long sum(QConv2d op, Tensor x, Tensor w, Shape out, int i) {
        Window2d v = op.window();
        Shape xs = x.type().shape();
        Shape ws = w.type().shape();
        int o = i % out.dim(3);
        int ox = i / out.dim(3) % out.dim(2);
        int oy = i / out.dim(3) / out.dim(2) % out.dim(1);
        int n = i / out.dim(3) / out.dim(2) / out.dim(1);
        int zx = x.type().quantized().zeroPoint(0);
        int zw = w.type().quantized().scaleCount() == 1 ? w.type().quantized().zeroPoint(0)
                : w.type().quantized().zeroPoint(o);
        long acc = 0;
        for (int kh = 0; kh < v.kernelH(); kh++) {
            for (int kw = 0; kw < v.kernelW(); kw++) {
                for (int ic = 0; ic < ws.dim(3); ic++) {
                    int row = oy * v.strideH() - v.padTop() + kh * v.dilationH();
                    int column = ox * v.strideW() - v.padLeft() + kw * v.dilationW();
                    boolean inside = row >= 0 && row < xs.dim(1) && column >= 0 && column < xs.dim(2);
                    int channel = o / (ws.dim(0) / op.groups()) * ws.dim(3) + ic;
                    int at = ((n * xs.dim(1) + row) * xs.dim(2) + column) * xs.dim(3) + channel;
                    long q = inside ? x.integer(at) : zx;
                    acc += (q - zx) * (w.integer(((o * v.kernelH() + kh) * v.kernelW() + kw) * ws.dim(3) + ic) - zw);
                }
            }
        }
        return acc;
    }

    @ParameterizedTest
    @CsvSource({
        // x storage, x zero, w storage, w zero, c, outputs, groups, kernel, stride, dilation, pad
        "I8, -7, I8, 0, 3, 4, 1, 3, 1, 1, 1",
        "U8, 130, I8, 0, 5, 6, 1, 3, 2, 1, 1",
        "U8, 3, U8, 100, 4, 3, 1, 2, 1, 1, 0",
        "I8, 5, I8, -4, 6, 6, 6, 3, 1, 1, 1",
        "I8, 5, I8, 2, 4, 8, 4, 3, 1, 2, 2",
        "I8, -128, I4, 0, 8, 6, 2, 3, 1, 1, 1",
        "I16, 0, I8, 0, 3, 4, 1, 3, 1, 1, 1",
        "I16, 0, I8, 0, 4, 4, 4, 3, 1, 1, 1"})
    void convolutionMatchesTheTextbook(ScalarType xs, int zx, ScalarType ws, int zw, int c, int outputs, int groups,
                                       int kernel, int stride, int dilation, int pad) {
        Window2d window = new Window2d(kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad);
        Tensor x = random(1, QuantizedType.perTensor(xs, 0.02f, zx), 2, 6, 7, c);
        Tensor w = random(2, weights(ws, outputs, zw), outputs, kernel, kernel, c / groups);
        Tensor bias = integers(ScalarType.I32, dims(outputs));
        for (int o = 0; o < outputs; o++) {
            bias.ints()[o] = 1000 * o - 700;
        }
        QConv2d raw = new QConv2d(window, groups, F32, I32);
        Tensor sums = as(raw, ScalarType.I32, x, w, bias);
        QConv2d op = new QConv2d(window, groups, F32, new Clamp(-100, 127));
        Tensor y = as(op, QuantizedType.perTensor(ScalarType.I8, 3f, 10), x, w, bias);
        for (int i = 0; i < y.size(); i++) {
            int o = i % outputs;
            long acc = sum(raw, x, w, y.type().shape(), i) + bias.ints()[o];
            assertEquals(acc, sums.ints()[i]);
            float factor = (float) ((double) 0.02f * (double) (0.01f * (o + 1)) / 3.0);
            long expected = Math.clamp((long) Math.rint((float) acc * factor) + 10, -100, 127);
            assertEquals(expected, y.integer(i), "element " + i);
        }
    }

    @Test
    void rawSumsWrapModuloTwoToThe32() {
        int k = 1 << 18;
        Tensor x = Tensor.zeros(TensorType.of(QuantizedType.perTensor(ScalarType.U8, 1, 0), 1, k));
        Tensor w = Tensor.zeros(TensorType.of(QuantizedType.perTensor(ScalarType.U8, 1, 0), 1, k));
        java.util.Arrays.fill(x.bytes(), (byte) 255);
        java.util.Arrays.fill(w.bytes(), (byte) 255);
        assertEquals((int) (255L * 255 * k), as(new QDense(F32, I32), ScalarType.I32, x, w).ints()[0]);
    }

    @Test
    void denseUnderEachRounding() {
        Tensor x = integers(QuantizedType.perTensor(ScalarType.I8, 0.5f, 0), dims(1, 2), 3, 7);
        Tensor w = integers(QuantizedType.perTensor(ScalarType.I8, 0.25f, 0), dims(3, 2), 1, 1, -1, -1, 2, -1);
        QuantizedType out = QuantizedType.perTensor(ScalarType.I8, 0.5f, 0);
        // Sums 10, -10, -1 times a quarter: 2.5, -2.5, -0.25.
        assertArrayEquals(new long[] {2, -2, 0}, longs(as(new QDense(F32, I8), out, x, w)));
        assertArrayEquals(new long[] {3, -2, 0}, longs(as(new QDense(new Rounding.Fixed(31, Rounding.Mode.HALF_UP,
                Rounding.Intermediate.I64), I8), out, x, w)));
        assertArrayEquals(new long[] {3, -3, 0}, longs(as(new QDense(new Rounding.Fixed(31, Rounding.Mode.HALF_AWAY,
                Rounding.Intermediate.I64), I8), out, x, w)));
        assertArrayEquals(new long[] {2, -3, -1}, longs(as(new QDense(new Rounding.Fixed(31, Rounding.Mode.FLOOR,
                Rounding.Intermediate.I64), I8), out, x, w)));
        Tensor bias = integers(ScalarType.I32, dims(3), 2, 2, 2);
        assertArrayEquals(new long[] {3, -2, 0}, longs(as(new QDense(F32, I8), out, x, w, bias)));
    }

    @Test
    void fixedPointIsExactlyTheRoundedProduct() {
        Tensor x = random(7, QuantizedType.perTensor(ScalarType.I8, 0.03f, 4), 3, 64);
        Tensor w = random(8, weights(ScalarType.I8, 5, 0), 5, 64);
        Tensor sums = as(new QDense(F32, I32), ScalarType.I32, x, w);
        Tensor y = as(new QDense(new Rounding.Fixed(31, Rounding.Mode.HALF_UP, Rounding.Intermediate.I64), I8),
                QuantizedType.perTensor(ScalarType.I8, 7f, -9), x, w);
        for (int i = 0; i < y.size(); i++) {
            double factor = (double) 0.03f * (double) (0.01f * (i % 5 + 1)) / 7.0;
            int exponent = Math.getExponent(factor) + 1;
            long multiplier = Math.round(Math.scalb(factor, 31 - exponent));
            BigDecimal exact = BigDecimal.valueOf(sums.ints()[i]).multiply(BigDecimal.valueOf(multiplier))
                    .multiply(new BigDecimal(Math.scalb(1.0, exponent - 31)));
            long rounded = exact.add(new BigDecimal("0.5")).setScale(0, RoundingMode.FLOOR).longValueExact();
            assertEquals(Math.clamp(rounded - 9, -128, 127), y.integer(i));
        }
    }

    @Test
    void matmulPerRowAndColumn() {
        QuantizedType rows = new QuantizedType.PerAxis(ScalarType.U8, ScalarType.F32, 0, Floats.of(0.5f, 1f),
                Ints.of(1, 2));
        QuantizedType columns = new QuantizedType.PerAxis(ScalarType.I8, ScalarType.F32, 1, Floats.of(1f, 2f, 4f),
                Ints.of(0, 1, -1));
        Tensor a = integers(rows, dims(2, 2), 3, 5, 4, 1);
        Tensor b = integers(columns, dims(2, 3), 1, 2, 3, 4, 5, 6);
        // Centred: a = [2 4; 2 -1], b = [1 1 4; 4 4 7].
        assertArrayEquals(new long[] {18, 18, 36, -2, -2, 1},
                longs(as(new QMatMul(false, F32, I32), ScalarType.I32, a, b)));
        // Times 0.5 or 1, times 1, 2 or 4.
        assertArrayEquals(new long[] {9, 18, 72, -2, -4, 4},
                longs(as(new QMatMul(false, F32, I8), QuantizedType.perTensor(ScalarType.I8, 1, 0), a, b)));
        Tensor t = integers(new QuantizedType.PerAxis(ScalarType.I8, ScalarType.F32, 0, Floats.of(1f, 2f, 4f),
                Ints.of(0, 1, -1)), dims(3, 2), 1, 4, 2, 5, 3, 6);
        assertArrayEquals(new long[] {9, 18, 72, -2, -4, 4},
                longs(as(new QMatMul(true, F32, I8), QuantizedType.perTensor(ScalarType.I8, 1, 0), a, t)));
        assertThrows(IllegalArgumentException.class,
                () -> as(new QMatMul(false, F32, I32), ScalarType.I32, t, a));
    }

    @Test
    void matmulBroadcastsBatches() {
        QuantizedType type = QuantizedType.perTensor(ScalarType.I8, 1, 1);
        Tensor a = integers(type, dims(2, 1, 2), 2, 3, 4, 5);
        Tensor b = integers(type, dims(2, 2), 2, 3, 4, 5);
        assertArrayEquals(new long[] {7, 10, 15, 22}, longs(as(new QMatMul(false, F32, I32), ScalarType.I32, a, b)));
    }
}
