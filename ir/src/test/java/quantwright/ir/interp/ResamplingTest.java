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
import quantwright.ir.op.QResize;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeCoordinates;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeNearest;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** Expected values are those of ONNX's node tests of Resize where a test is named. */
class ResamplingTest {
    private static final Tensor SQUARE = f32(dims(1, 2, 2, 1), 1, 2, 3, 4);

    private static ResizeSpec linear(ResizeCoordinates coordinates, int h, int w, float scaleH, float scaleW) {
        return new ResizeSpec(ResizeMode.LINEAR, coordinates, ResizeNearest.FLOOR, h, w, scaleH, scaleW);
    }

    private static ResizeSpec nearest(ResizeCoordinates coordinates, ResizeNearest rounding, int h, int w, float scaleH,
                                      float scaleW) {
        return new ResizeSpec(ResizeMode.NEAREST, coordinates, rounding, h, w, scaleH, scaleW);
    }

    @Test
    void upsampleLinearHalfPixel() {
        // test_resize_upsample_scales_linear
        assertArrayEquals(new float[] {1, 1.25f, 1.75f, 2, 1.5f, 1.75f, 2.25f, 2.5f, 2.5f, 2.75f, 3.25f, 3.5f, 3, 3.25f,
            3.75f, 4}, eval(new Resize(linear(ResizeCoordinates.HALF_PIXEL, 4, 4, 2, 2)), SQUARE).floats());
    }

    @Test
    void upsampleLinearAlignCorners() {
        // test_resize_upsample_scales_linear_align_corners
        float[] y = eval(new Resize(linear(ResizeCoordinates.ALIGN_CORNERS, 4, 4, 2, 2)), SQUARE).floats();
        assertArrayEquals(new float[] {1, 1.3333334f, 1.6666667f, 2, 1.6666667f, 2, 2.3333333f, 2.6666667f, 2.3333333f,
            2.6666667f, 3, 3.3333333f, 3, 3.3333333f, 3.6666667f, 4}, y, 1e-6f);
    }

    @Test
    void downsampleLinear() {
        Tensor x = f32(dims(1, 2, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8);
        // test_resize_downsample_scales_linear
        assertArrayEquals(new float[] {2.6666665f, 4.3333331f},
                eval(new Resize(linear(ResizeCoordinates.HALF_PIXEL, 1, 2, 0.6f, 0.6f)), x).floats(), 1e-6f);
        // test_resize_downsample_sizes_linear_pytorch_half_pixel
        Tensor y = f32(dims(1, 4, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
        assertArrayEquals(new float[] {1.6666666f, 7, 12.333333f},
                eval(new Resize(linear(ResizeCoordinates.PYTORCH_HALF_PIXEL, 3, 1, 0.75f, 0.25f)), y).floats(), 1e-5f);
    }

    @Test
    void nearestNeighbours() {
        Tensor x = f32(dims(1, 2, 4, 1), 1, 2, 3, 4, 5, 6, 7, 8);
        // test_resize_downsample_scales_nearest
        assertArrayEquals(new float[] {1, 3}, eval(new Resize(nearest(ResizeCoordinates.HALF_PIXEL,
                ResizeNearest.ROUND_PREFER_FLOOR, 1, 2, 0.6f, 0.6f)), x).floats());
        // test_resize_upsample_scales_nearest
        assertArrayEquals(new float[] {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 3, 3, 3, 4, 4, 4},
                eval(new Resize(nearest(ResizeCoordinates.HALF_PIXEL, ResizeNearest.ROUND_PREFER_FLOOR, 4, 6, 2, 3)),
                        SQUARE).floats());
        // Positions 0.5 and 2.5: ties.
        float[][] picks = {{1, 3}, {2, 4}, {1, 3}, {2, 4}};
        for (ResizeNearest rounding : ResizeNearest.values()) {
            assertArrayEquals(picks[rounding.ordinal()], eval(new Resize(nearest(ResizeCoordinates.HALF_PIXEL, rounding,
                    1, 2, 1, 0.5f)), f32(dims(1, 1, 4, 1), 1, 2, 3, 4)).floats(), rounding.toString());
        }
        Tensor i = integers(ScalarType.I32, dims(1, 1, 2, 1), 7, 8);
        assertArrayEquals(new long[] {7, 7, 8, 8}, longs(eval(new Resize(nearest(ResizeCoordinates.ASYMMETRIC,
                ResizeNearest.FLOOR, 1, 4, 1, 2)), i)));
    }

    @Test
    void quantizedInterpolation() {
        QuantizedType.PerTensor type = QuantizedType.perTensor(ScalarType.I8, 0.1f, 5);
        Tensor x = integers(type, dims(1, 1, 2, 1), -10, 5);
        ResizeSpec spec = linear(ResizeCoordinates.HALF_PIXEL, 1, 4, 1, 2);
        // -10, -6.25, 1.25, 5
        assertArrayEquals(new long[] {-10, -6, 1, 5}, longs(as(new QResize(spec, new Rounding.F32()), type, x)));
        Rounding fixed = new Rounding.Fixed(31, Rounding.Mode.GEMMLOWP_DOUBLE, Rounding.Intermediate.I32);
        assertArrayEquals(new long[] {-10, -6, 1, 5}, longs(as(new QResize(spec, fixed), type, x)));
        // A tie, -2.5: half up against TFLite's half away from zero.
        ResizeSpec middle = linear(ResizeCoordinates.ASYMMETRIC, 1, 4, 1, 2);
        assertArrayEquals(new long[] {-10, -2, 5, 5}, longs(as(new QResize(middle, new Rounding.F32()), type, x)));
        assertArrayEquals(new long[] {-10, -3, 5, 5}, longs(as(new QResize(middle, fixed), type, x)));
        Tensor u = integers(QuantizedType.perTensor(ScalarType.U8, 1, 0), dims(1, 2, 1, 1), 255, 0);
        assertArrayEquals(new long[] {255, 191, 64, 0}, longs(as(
                new QResize(linear(ResizeCoordinates.HALF_PIXEL, 4, 1, 2, 1), fixed), u.type().element(), u)));
    }
}
