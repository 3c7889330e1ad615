package quantwright.ir.op;

import quantwright.ir.type.Shape;

/** Result shape of a concatenation. */
final class ConcatShapes {
    private ConcatShapes() {
    }

    /** Constraint 2: operands agree but for the axis; gives the joined shape. */
    static Shape concat(OpContext cx, int axis) {
        Shape first = cx.shape(0);
        int at = cx.axis(axis, first.rank(), 2);
        long extent = 0;
        for (int i = 0; i < cx.count(); i++) {
            Shape s = cx.shape(i);
            cx.require(s.rank() == first.rank() && s.with(at, first.dim(at)).equals(first), 2,
                    "operand " + i + " of shape " + s + " does not join " + first + " along axis " + at);
            extent += s.dim(at);
        }
        cx.require(extent <= Integer.MAX_VALUE, 2, "joined extent is too large");
        return first.with(at, (int) extent);
    }
}
