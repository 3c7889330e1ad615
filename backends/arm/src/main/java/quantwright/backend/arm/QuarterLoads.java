package quantwright.backend.arm;

import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** One register of a pixel, for instructions that take a quarter of it by its index. */
final class QuarterLoads {
    private QuarterLoads() {
    }

    /**
     * Loads an element of 32 bits for each of 1 to 4 steps; for each step its element in all lanes.
     *
     * @param element {@code i32} for four bytes, or {@code float}: the instructions by index match the loaded type
     * @param type    the type to give the lanes
     */
    static Value[][] activations(FunctionBuilder f, Address pixel, int steps, IrType element, IrType type) {
        Value loaded = f.load(element.vec(steps == 3 ? 4 : steps), pixel, 1);
        Value[][] each = new Value[steps][];
        for (int s = 0; s < steps; s++) {
            Value quarter = steps == 1 ? f.splat(loaded, 4) : f.shuffle(loaded, s, s, s, s);
            each[s] = new Value[] {f.bitcast(quarter, type)};
        }
        return each;
    }
}
