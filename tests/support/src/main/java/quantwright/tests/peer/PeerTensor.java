package quantwright.tests.peer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A tensor as a peer runtime holds it.
 *
 * @param name the model's name for it
 * @param type element type in the peer's words, upper case: {@code FLOAT32}, {@code INT8}, {@code UINT8}, ...
 * @param dims extents
 * @param data little-endian elements in C order
 * @param scales quantization scales, empty for none, one for per-tensor
 * @param zeroPoints as many as scales
 * @param axis the axis of per-axis scales
 */
public record PeerTensor(String name, String type, long[] dims, byte[] data, float[] scales, int[] zeroPoints,
                         int axis) {
    /** The elements of a {@code FLOAT32} tensor. */
    public float[] floats() {
        if (!type.equals("FLOAT32")) {
            throw new IllegalStateException(name + " is " + type);
        }
        var out = new float[data.length / 4];
        ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(out);
        return out;
    }

    /** Index of the largest element of an 8-bit or f32 tensor, the first of equals. */
    public int argMax() {
        int best = 0;
        if (type.equals("FLOAT32")) {
            var values = floats();
            for (int i = 1; i < values.length; i++) {
                best = values[i] > values[best] ? i : best;
            }
            return best;
        }
        int flip = switch (type) {
            case "UINT8" -> 0x80;
            case "INT8" -> 0;
            default -> throw new IllegalStateException(name + " is " + type);
        };
        for (int i = 1; i < data.length; i++) {
            best = (byte) (data[i] ^ flip) > (byte) (data[best] ^ flip) ? i : best;
        }
        return best;
    }

    @Override
    public String toString() {
        return name + ": " + type + Arrays.toString(dims)
            + (scales.length == 0 ? "" : " scale " + scales[0] + (scales.length > 1 ? "..." : "")
                + " zero " + zeroPoints[0]);
    }
}
