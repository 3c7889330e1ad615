package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.eval;
import static quantwright.ir.interp.Ops.f32;
import static quantwright.ir.interp.Ops.random;
import static quantwright.ir.interp.Ops.vector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Shape;

class FloatConvTest {
    /** Textbook convolution; exact chain of f32 multiply-adds with every tap taken, the padded ones as zeros. */
    private static float[] reference(Conv2d op, Tensor x, Tensor w, Tensor bias, Shape out) {
        Window2d v = op.window();
        Shape xs = x.type().shape();
        Shape ws = w.type().shape();
        float[] y = new float[(int) out.elementCount()];
        int outPerGroup = ws.dim(0) / op.groups();
        for (int i = 0; i < y.length; i++) {
            int o = i % out.dim(3);
            int ox = i / out.dim(3) % out.dim(2);
            int oy = i / out.dim(3) / out.dim(2) % out.dim(1);
            int n = i / out.dim(3) / out.dim(2) / out.dim(1);
            float acc = bias == null ? 0 : bias.floats()[o];
            for (int kh = 0; kh < v.kernelH(); kh++) {
                for (int kw = 0; kw < v.kernelW(); kw++) {
                    for (int ic = 0; ic < ws.dim(3); ic++) {
                        int row = oy * v.strideH() - v.padTop() + kh * v.dilationH();
                        int column = ox * v.strideW() - v.padLeft() + kw * v.dilationW();
                        boolean inside = row >= 0 && row < xs.dim(1) && column >= 0 && column < xs.dim(2);
                        int channel = o / outPerGroup * ws.dim(3) + ic;
                        float a = inside
                                ? x.floats()[((n * xs.dim(1) + row) * xs.dim(2) + column) * xs.dim(3) + channel] : 0;
                        int tap = ((o * v.kernelH() + kh) * v.kernelW() + kw) * ws.dim(3) + ic;
                        acc = Math.fma(a, w.floats()[tap], acc);
                    }
                }
            }
            y[i] = acc;
        }
        return y;
    }

    @ParameterizedTest
    @CsvSource({
        // h, w, c, outputs, groups, kernel, stride, dilation, pad, bias
        "5, 7, 3, 4, 1, 3, 1, 1, 1, true",
        "6, 5, 8, 5, 1, 3, 2, 1, 0, false",
        "9, 8, 2, 3, 1, 3, 1, 2, 2, true",
        "4, 4, 6, 6, 1, 1, 1, 1, 0, true",
        "5, 6, 6, 6, 6, 3, 1, 1, 1, true",
        "5, 6, 3, 12, 3, 3, 2, 1, 1, true",
        "5, 6, 8, 12, 2, 3, 1, 1, 1, true",
        "7, 7, 4, 4, 4, 3, 1, 2, 2, false",
        "3, 3, 5, 2, 1, 5, 1, 1, 3, true"})
    void matchesTheTextbookBitForBit(int h, int w, int c, int outputs, int groups, int kernel, int stride, int dilation,
                                     int pad, boolean withBias) {
        Window2d window = new Window2d(kernel, kernel, stride, stride, dilation, dilation, pad, pad, pad, pad);
        Conv2d op = new Conv2d(window, groups);
        Tensor x = random(1, 2, h, w, c);
        Tensor weights = random(2, outputs, kernel, kernel, c / groups);
        Tensor bias = withBias ? random(3, outputs) : null;
        Tensor y = withBias ? eval(op, x, weights, bias) : eval(op, x, weights);
        assertArrayEquals(reference(op, x, weights, bias, y.type().shape()), y.floats());
    }

    @Test
    void handComputed() {
        // Asymmetric padding; 2x2 kernel of 1, 10, 100, 1000.
        Tensor y = eval(new Conv2d(Window2d.of(2, 2, 1, 1).padded(1, 0, 0, 1), 1), f32(dims(1, 2, 2, 1), 1, 2, 3, 4),
                f32(dims(1, 2, 2, 1), 1, 10, 100, 1000), vector(0.5));
        assertArrayEquals(new float[] {2100.5f, 200.5f, 4321.5f, 402.5f}, y.floats());
    }

    @Test
    void paddedTapsTakePart() {
        // bias -0 plus fma(+0, 1, -0) is +0: leaving the padded taps out would keep the sign.
        Tensor y = eval(new Conv2d(Window2d.of(1, 3, 1, 1).padded(0, 1, 0, 1), 1), f32(dims(1, 1, 1, 1), -0.0),
                f32(dims(1, 1, 3, 1), 1, 1, 1), vector(-0.0));
        assertEquals(0, Float.floatToRawIntBits(y.floats()[0]));
    }

    @Test
    void denseFusesEachMultiplyAdd() {
        // 1 + 2^-12 squared is 1 + 2^-11 + 2^-24: the last bit survives only in a fused sum with -1.
        double e = 1 + 0x1p-12;
        Tensor y = eval(new Dense(), f32(dims(1, 1), e), f32(dims(1, 1), e), vector(-1));
        assertEquals((float) (0x1p-11 + 0x1p-24), y.floats()[0]);
        Tensor z = eval(new Dense(), f32(dims(2, 3), 1, 2, 3, 4, 5, 6), f32(dims(2, 3), 1, 0, 1, 0, 1, 0),
                vector(10, 20));
        assertArrayEquals(new float[] {14, 22, 20, 25}, z.floats());
    }

    @Test
    void matmulBroadcastsBatches() {
        Tensor a = f32(dims(2, 1, 2), 1, 2, 3, 4);
        Tensor b = f32(dims(2, 2), 5, 6, 7, 8);
        assertArrayEquals(new float[] {19, 22, 43, 50}, eval(new MatMul(false), a, b).floats());
        assertArrayEquals(new float[] {17, 23, 39, 53}, eval(new MatMul(true), a, b).floats());
        assertEquals(Shape.of(2, 1, 2), eval(new MatMul(true), a, b).type().shape());
    }

    @Test
    void closeToDoubleOnALongSum() {
        Tensor x = random(5, 1, 1000);
        Tensor w = random(6, 7, 1000);
        float[] y = eval(new Dense(), x, w).floats();
        for (int o = 0; o < 7; o++) {
            double sum = 0;
            for (int k = 0; k < 1000; k++) {
                sum += (double) x.floats()[k] * w.floats()[o * 1000 + k];
            }
            assertEquals(sum, y[o], 1e-4);
        }
    }
}
