package quantwright.backend.llvm.lower;

import java.util.Arrays;
import quantwright.backend.llvm.kernel.TensorView;
import quantwright.ir.type.TensorType;

/**
 * Where a value lies: in the arena, in a caller's buffer or among the constants.
 *
 * @param space which memory
 * @param index which input or output; 0 for the arena and the constants
 * @param offset byte offset of element 0 from the memory's start
 * @param type element and shape
 * @param strides bytes from one index to the next, for each axis
 * @param flip what each stored byte is XORed with, 0 for none
 */
record Placement(Space space, int index, long offset, TensorType type, long[] strides, int flip) {
    /** The memories a kernel can be pointed at. */
    enum Space { ARENA, INPUT, OUTPUT, CONSTANT }

    /** Row-major byte strides without gaps. */
    static long[] denseStrides(TensorType type) {
        long bytes = elementBytes(type);
        return Arrays.stream(type.shape().strides()).map(s -> s * bytes).toArray();
    }

    /** Bytes of one stored element; sub-byte types are not placed in arenas. */
    static int elementBytes(TensorType type) {
        return Math.max(1, type.storage().bits() / 8);
    }

    /** Bytes of one stored element. */
    int elementBytes() {
        return elementBytes(type);
    }

    /** Whether elements follow each other in row-major order without gaps. */
    boolean isDense() {
        long expected = elementBytes();
        for (int i = strides.length - 1; i >= 0; i--) {
            if (type.dim(i) != 1 && strides[i] != expected) {
                return false;
            }
            expected *= type.dim(i);
        }
        return true;
    }

    /** Images along the outermost axis of a rank-4 value; 1 for other ranks. */
    int images() {
        return type.rank() == 4 ? type.dim(0) : 1;
    }

    /** Bytes from one image to the next. */
    long imageStride() {
        return type.rank() == 4 ? strides[0] : 0;
    }

    /**
     * One image as rows, pixels and channels. A value of rank below 4 has one row: all outer axes are its pixels, the last is
     * its channels; it must be dense.
     */
    TensorView view() {
        if (type.rank() == 4) {
            return new TensorView(type.dim(1), type.dim(2), type.dim(3), strides[1], strides[2]);
        }
        int channels = type.rank() == 0 ? 1 : type.dim(-1);
        int pixels = (int) (type.shape().elementCount() / Math.max(1, channels));
        return TensorView.dense(1, pixels, channels, elementBytes());
    }

    /** All elements as one pixel row of one channel; only if dense. */
    TensorView flat() {
        return TensorView.dense(1, 1, (int) type.shape().elementCount(), elementBytes());
    }
}
