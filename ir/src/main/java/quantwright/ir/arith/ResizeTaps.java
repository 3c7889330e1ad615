package quantwright.ir.arith;

import quantwright.ir.op.ResizeCoordinates;
import quantwright.ir.op.ResizeNearest;

/**
 * What a resize reads along one axis: for each output position its input positions and the weight of the upper one. The
 * interpreter and the kernel generators take their constants from here.
 *
 * <p>Position of output {@code o} in the input, in f32, {@code s} rows out per row in (ONNX
 * coordinate_transformation_mode): half pixel {@code (o + 0.5) / s - 0.5}; PyTorch's half pixel the same, 0 if there is
 * one output; asymmetric {@code o / s}; align corners {@code o * (in - 1) / (out - 1)}, 0 if there is one output.
 *
 * @param lower nearest position, or the lower neighbour
 * @param upper upper neighbour; the lower one again at the border
 * @param fraction f32 weight of the upper neighbour; 0 for nearest
 * @param weight TFLite's integer weight of the upper neighbour, out of 1024; 0 for the others
 */
public record ResizeTaps(int[] lower, int[] upper, float[] fraction, int[] weight) {
    /** Fractional bits of TFLite's integer weights. */
    private static final int TFLITE_BITS = 10;

    /** Where output {@code o} of {@code out} lies among {@code in} inputs. */
    public static float position(int o, int in, int out, float scale, ResizeCoordinates coordinates) {
        return switch (coordinates) {
            case HALF_PIXEL -> (o + 0.5f) / scale - 0.5f;
            case PYTORCH_HALF_PIXEL -> out > 1 ? (o + 0.5f) / scale - 0.5f : 0f;
            case ASYMMETRIC -> o / scale;
            case ALIGN_CORNERS -> out > 1 ? (float) o * (in - 1) / (out - 1) : 0f;
        };
    }

    /** Nearest neighbours, clamped to the input. */
    public static ResizeTaps nearest(int in, int out, float scale, ResizeCoordinates coordinates,
            ResizeNearest rounding) {
        int[] at = new int[out];
        for (int o = 0; o < out; o++) {
            float x = position(o, in, out, scale, coordinates);
            double picked = switch (rounding) {
                case ROUND_PREFER_FLOOR -> Math.ceil(x - 0.5);
                case ROUND_PREFER_CEIL -> Math.floor(x + 0.5);
                case FLOOR -> Math.floor(x);
                case CEIL -> Math.ceil(x);
            };
            at[o] = (int) Math.clamp(picked, 0, in - 1.0);
        }
        return new ResizeTaps(at, at, new float[out], new int[out]);
    }

    /**
     * Linear interpolation: the position is clamped to {@code [0, in - 1]}, its floor is the lower neighbour, the rest
     * in f32 the upper one's fraction. Quantized tensors interpolate by {@link ResizeWeights} instead.
     */
    public static ResizeTaps linear(int in, int out, float scale, ResizeCoordinates coordinates) {
        int[] lower = new int[out];
        int[] upper = new int[out];
        float[] fraction = new float[out];
        for (int o = 0; o < out; o++) {
            float x = Math.clamp(position(o, in, out, scale, coordinates), 0f, in - 1f);
            lower[o] = (int) x;
            upper[o] = Math.min(lower[o] + 1, in - 1);
            fraction[o] = x - lower[o];
        }
        return new ResizeTaps(lower, upper, fraction, new int[out]);
    }

    /**
     * TFLite's integer bilinear weights: {@code step = (1024 * in + out / 2) / out} (with {@code in - 1} and
     * {@code out - 1} for aligned corners), position {@code o * step}, plus {@code step / 2 - 512} for half pixels,
     * all in integers. Source: TFLite {@code ResizeBilinearInteger}.
     */
    public static ResizeTaps linearTflite(int in, int out, ResizeCoordinates coordinates) {
        boolean corners = coordinates == ResizeCoordinates.ALIGN_CORNERS && out > 1;
        boolean half = coordinates == ResizeCoordinates.HALF_PIXEL
                || coordinates == ResizeCoordinates.PYTORCH_HALF_PIXEL && out > 1;
        int from = corners ? in - 1 : in;
        int to = corners ? out - 1 : out;
        int step = (int) (((1L << TFLITE_BITS) * from + to / 2) / to);
        int[] lower = new int[out];
        int[] upper = new int[out];
        float[] fraction = new float[out];
        int[] weight = new int[out];
        int one = 1 << TFLITE_BITS;
        for (int o = 0; o < out; o++) {
            int x = o * step + (half ? step / 2 - one / 2 : 0);
            lower[o] = Math.clamp(x / one, 0, in - 1);
            upper[o] = Math.min((x + one - 1) / one, in - 1);
            weight[o] = x - lower[o] * one;
            fraction[o] = weight[o] / (float) one;
        }
        return new ResizeTaps(lower, upper, fraction, weight);
    }

    /**
     * Float interpolation between four neighbours, each product and sum rounded to f32: along the columns of both rows,
     * {@code a * (1 - fx) + b * fx}, then the same between the rows with {@code fy}.
     */
    public static float blend(float topLeft, float topRight, float bottomLeft, float bottomRight, float fy, float fx) {
        float top = topLeft * (1f - fx) + topRight * fx;
        float bottom = bottomLeft * (1f - fx) + bottomRight * fx;
        return top * (1f - fy) + bottom * fy;
    }

    /**
     * TFLite's integer interpolation of stored values: the four products with {@code (1024 - wy, wy)} by
     * {@code (1024 - wx, wx)}, summed and divided by 2^20, ties away from zero.
     */
    public static int blendTflite(int topLeft, int topRight, int bottomLeft, int bottomRight, int wy, int wx) {
        long one = 1L << TFLITE_BITS;
        long top = topLeft * (one - wx) + (long) topRight * wx;
        long bottom = bottomLeft * (one - wx) + (long) bottomRight * wx;
        return (int) IntegerRounding.shiftRight(top * (one - wy) + bottom * wy, 2 * TFLITE_BITS,
                Rounding.Mode.HALF_AWAY);
    }
}
