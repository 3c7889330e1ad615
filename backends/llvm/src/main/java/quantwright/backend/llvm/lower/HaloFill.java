package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.FillKernel;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.ir.Value;
import quantwright.ir.type.Layout;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** Fills the border of a value with what padding means: 0.0, or the zero point in the value's encoding. */
final class HaloFill {
    private HaloFill() {
    }

    /** The calls that fill the border of {@code value}; none if it has none. */
    static List<KernelCall> calls(Value value, Placement placement) {
        TensorType type = value.type();
        Layout.Halo halo = type.layout().map(Layout::halo).orElse(Layout.Halo.NONE);
        if (halo.equals(Layout.Halo.NONE)) {
            return List.of();
        }
        long row = placement.strides()[1];
        long pixel = placement.strides()[2];
        int height = type.dim(1);
        int width = type.dim(2);
        int elements = (int) (pixel / placement.elementBytes());
        int rowElements = (int) (row / placement.elementBytes());
        List<KernelCall> calls = new ArrayList<>();
        // Everything before the first interior element: the top rows and the first left border.
        int before = halo.top() * rowElements + halo.left() * elements;
        add(calls, placement, -(long) before * placement.elementBytes(), before);
        // The right border of a row and the left border of the next are neighbours.
        int side = (halo.left() + halo.right()) * elements;
        if (side > 0 && height > 1) {
            calls.add(fill(placement, width * pixel, new int[] {height - 1, side},
                    new long[] {row, placement.elementBytes()}));
        }
        int after = halo.right() * elements + halo.bottom() * rowElements;
        add(calls, placement, (height - 1) * row + width * pixel, after);
        return calls;
    }

    private static void add(List<KernelCall> calls, Placement placement, long offset, int count) {
        if (count > 0) {
            calls.add(fill(placement, offset, new int[] {count}, new long[] {placement.elementBytes()}));
        }
    }

    private static KernelCall fill(Placement p, long offset, int[] extents, long[] strides) {
        FillKernel kernel = new FillKernel(LoopNest.of(extents, strides), p.elementBytes(), bits(p));
        Placement at = new Placement(p.space(), p.index(), p.offset() + offset, p.type(), p.strides(), p.flip());
        return new KernelCall(kernel.name(), kernel, kernel::emit, new byte[0], List.of(at));
    }

    private static long bits(Placement p) {
        return p.type().element() instanceof QuantizedType q ? q.zeroPoint(0) ^ p.flip() : 0;
    }
}
