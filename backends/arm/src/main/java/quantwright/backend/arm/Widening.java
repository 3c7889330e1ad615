package quantwright.backend.arm;

import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Byte products in 16 bits and their sums in 32. */
final class Widening {
    private Widening() {
    }

    /** {@code smull}: eight products. */
    static Value multiply(FunctionBuilder f, Value a, Value b) {
        return f.overloaded("llvm.aarch64.neon.smull", IrType.I16.vec(8), a, b);
    }

    /** {@code saddlp}: sums of neighbours. */
    static Value pairs(FunctionBuilder f, Value products) {
        return f.intrinsic("llvm.aarch64.neon.saddlp.v4i32.v8i16", IrType.I32.vec(4), products);
    }

    /** {@code sadalp}: adds the sums of neighbours to four accumulators. */
    static Value addPairs(FunctionBuilder f, Value accumulator, Value products) {
        return f.add(accumulator, pairs(f, products));
    }
}
