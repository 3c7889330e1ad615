package quantwright.ir.interp;

import java.util.stream.IntStream;
import quantwright.ir.data.Tensor;

/**
 * A tensor with some axes moved to the end, so that what an op combines lies in consecutive rows.
 *
 * @param tensor the moved tensor
 * @param permutation axis of the original that each axis of {@code tensor} is
 * @param length elements of one row
 */
record Rows(Tensor tensor, int[] permutation, int length) {
    /** Rows along one axis, which may count from the end. */
    static Rows along(Tensor x, int axis) {
        return along(x, new int[] {axis});
    }

    /** Rows over several axes, in the tensor's own order of them. */
    static Rows along(Tensor x, int[] axes) {
        int rank = x.type().rank();
        boolean[] inRow = new boolean[rank];
        int length = 1;
        for (int axis : axes) {
            int at = axis < 0 ? axis + rank : axis;
            inRow[at] = true;
            length *= x.type().dim(at);
        }
        int[] permutation = IntStream.concat(IntStream.range(0, rank).filter(i -> !inRow[i]),
                IntStream.range(0, rank).filter(i -> inRow[i])).toArray();
        return new Rows(StridedCopy.permute(x, permutation), permutation, length);
    }

    /** A tensor of the moved shape with its axes moved back. */
    Tensor back(Tensor moved) {
        int[] inverse = new int[permutation.length];
        for (int i = 0; i < inverse.length; i++) {
            inverse[permutation[i]] = i;
        }
        return StridedCopy.permute(moved, inverse);
    }
}
