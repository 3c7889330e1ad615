package quantwright.ir.op;

import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/** Result shapes of reductions. */
final class ReduceShapes {
    private ReduceShapes() {
    }

    /** Constraint 2: axes lie in the rank and are distinct; gives the reduced shape. */
    static Shape reduce(OpContext cx, Ints axes, boolean keepDims) {
        Shape x = cx.shape(0);
        boolean[] reduced = new boolean[x.rank()];
        for (int i = 0; i < axes.size(); i++) {
            int axis = cx.axis(axes.get(i), x.rank(), 2);
            cx.require(!reduced[axis], 2, "axis " + axis + " is named twice");
            reduced[axis] = true;
        }
        return Shape.of(java.util.stream.IntStream.range(0, x.rank()).filter(i -> keepDims || !reduced[i])
                .map(i -> reduced[i] ? 1 : x.dim(i)).toArray());
    }
}
