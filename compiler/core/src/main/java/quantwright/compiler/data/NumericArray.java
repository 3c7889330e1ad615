package quantwright.compiler.data;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A dense array in C order, little-endian.
 *
 * @param type element type
 * @param shape extents, outermost first; empty for a scalar
 * @param data exactly the elements' bytes, read-only
 */
public record NumericArray(NumericType type, long[] shape, MemorySegment data) {
    /** Checks that the bytes are as many as the shape says. */
    public NumericArray {
        shape = shape.clone();
        if (data.byteSize() != elements(shape) * type.bytes()) {
            throw new IllegalArgumentException(
                "shape " + Arrays.toString(shape) + " of " + type + " does not take " + data.byteSize() + " bytes");
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /** {@return number of elements} */
    public long elements() {
        return elements(shape);
    }

    private static long elements(long[] shape) {
        long count = 1;
        for (long extent : shape) {
            count = Math.multiplyExact(count, extent);
        }
        return count;
    }
}
