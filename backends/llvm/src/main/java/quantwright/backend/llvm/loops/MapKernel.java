package quantwright.backend.llvm.loops;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.ModuleBuilder;
import quantwright.backend.llvm.text.Parameter;
import quantwright.backend.llvm.text.Value;

/**
 * Applies an elementwise function over a loop nest. Vectors run along the loop that makes them cheapest; an operand
 * that is not contiguous there is taken lane by lane. Where vectors do not divide the loop the last one overlaps the
 * one before, which recomputes equal values, so that no scalar remainder is needed; in place, vectors are as wide as
 * divides the loop. Emits {@code void f(ptr operands..., ptr constants)}, the result last; the result overlaps no
 * operand unless it is one.
 *
 * @param nest loops; operands as {@code operands}
 * @param operands how each lies in memory, the result last
 * @param body the function
 * @param lanes most lanes of a vector
 * @param inPlace whether the result is the memory of an operand
 */
public record MapKernel(LoopNest nest, List<Stored> operands, MapBody body, int lanes, boolean inPlace) {
    private static final int BODY_COST = 6;

    /** Simplifies the nest. */
    public MapKernel {
        operands = List.copyOf(operands);
        nest = nest.simplified();
        if (nest.strides().size() != operands.size()) {
            throw new IllegalArgumentException(operands.size() + " operands, " + nest.strides().size()
                    + " in the nest");
        }
    }

    /** Name for reports. */
    public String name() {
        return "loop_" + body.name();
    }

    /** Adds the function to the module. */
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 0; i < operands.size() - 1; i++) {
            parameters.add(inPlace ? Parameter.aliased("in" + i) : Parameter.readOnly("in" + i));
        }
        parameters.add(inPlace ? Parameter.aliased("out") : Parameter.writable("out"));
        parameters.add(Parameter.readOnly("constants"));
        FunctionBuilder f = module.function(function, linkage, IrType.VOID, parameters.toArray(Parameter[]::new));
        Address[] start = new Address[operands.size()];
        for (int i = 0; i < start.length; i++) {
            start[i] = f.at(f.param(i));
        }
        int axis = vectorLoop();
        int extent = axis < 0 ? 1 : nest.extents().get(axis);
        int width = width(extent);
        Value[] constants = Slots.load(f, f.at(f.param(start.length)), body.slots(), width);
        LoopNest outer = axis < 0 ? nest : nest.without(axis);
        LoopEmitter.nest(f, outer, start, at -> LoopEmitter.overlapping(f, extent, width, first -> {
            Address[] here = new Address[at.length];
            for (int i = 0; i < at.length; i++) {
                here[i] = axis < 0 || nest.stride(i, axis) == 0 ? at[i] : f.at(at[i], first, nest.stride(i, axis));
            }
            vector(f, here, axis, width, constants);
        }));
        f.ret();
    }

    private void vector(FunctionBuilder f, Address[] at, int axis, int width, Value[] constants) {
        Value[] x = new Value[operands.size() - 1];
        for (int i = 0; i < x.length; i++) {
            x[i] = operands.get(i).load(f, at[i], axis < 0 ? 0 : nest.stride(i, axis), width);
        }
        Value y = body.apply(f, x, constants);
        operands.getLast().store(f, y, at[x.length], axis < 0 ? 0 : nest.stride(x.length, axis));
    }

    private int width(int extent) {
        return Math.min(lanes, inPlace ? Integer.lowestOneBit(Math.max(1, extent))
                : Integer.highestOneBit(Math.max(1, extent)));
    }

    private int vectorLoop() {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int loop = nest.depth() - 1; loop >= 0; loop--) {
            int width = width(nest.extents().get(loop));
            double cost = BODY_COST;
            for (int i = 0; i < operands.size(); i++) {
                long stride = nest.stride(i, loop);
                cost += stride == 0 || stride == operands.get(i).bytes() ? 1 : 2 * width;
            }
            if (cost / width < least) {
                least = cost / width;
                best = loop;
            }
        }
        return best;
    }
}
