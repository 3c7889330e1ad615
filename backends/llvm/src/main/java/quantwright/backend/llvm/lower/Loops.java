package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.loops.LoopNest;
import quantwright.backend.llvm.loops.MapBody;
import quantwright.backend.llvm.loops.MapKernel;
import quantwright.backend.llvm.loops.Stored;
import quantwright.ir.type.Shape;

/** Puts placed values into loop nests. */
final class Loops {
    private Loops() {
    }

    /** How a value's elements lie in memory. */
    static Stored stored(Placement p) {
        return new Stored(p.type().storage(), p.flip());
    }

    /** Whether loops can handle the elements of every value. */
    static boolean handles(Placement... values) {
        return java.util.Arrays.stream(values).allMatch(p -> Stored.isSupported(p.type().storage()));
    }

    /** Strides of a value broadcast to {@code shape} by NumPy's rule. */
    static long[] broadcast(Placement p, Shape shape) {
        long[] strides = new long[shape.rank()];
        int lead = strides.length - p.strides().length;
        for (int i = lead; i < strides.length; i++) {
            strides[i] = p.type().dim(i - lead) == 1 ? 0 : p.strides()[i - lead];
        }
        return strides;
    }

    /** Whether a result takes an operand's memory. */
    static boolean isInPlace(Placement operand, Placement out) {
        return operand.space() == Placement.Space.ARENA && out.space() == Placement.Space.ARENA
                && operand.offset() == out.offset();
    }

    /** An elementwise call; operands broadcast to the result's shape. */
    static KernelCall map(LoweringContext cx, MapBody body, byte[] constants, Placement out, Placement... operands) {
        long[][] strides = new long[operands.length][];
        for (int i = 0; i < operands.length; i++) {
            strides[i] = broadcast(operands[i], out.type().shape());
        }
        return map(cx, body, constants, out, List.of(operands), strides);
    }

    /** An elementwise call over the result's shape with given strides of the operands. */
    static KernelCall map(LoweringContext cx, MapBody body, byte[] constants, Placement out, List<Placement> operands,
            long[][] strides) {
        List<Placement> all = new ArrayList<>(operands);
        all.add(out);
        long[][] each = java.util.Arrays.copyOf(strides, all.size());
        each[all.size() - 1] = out.strides();
        MapKernel kernel = new MapKernel(LoopNest.of(out.type().shape().toArray(), each),
                all.stream().map(Loops::stored).toList(), body, cx.kernels().isa().lanes(),
                operands.stream().anyMatch(o -> isInPlace(o, out)));
        return new KernelCall(kernel.name(), kernel, kernel::emit, constants,
                all.stream().map(Movement::whole).toList());
    }
}
