package quantwright.backend.avx;

import quantwright.backend.llvm.kernel.VectorIsa.Dot;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/** A product by weights of 4, 2 or 1 bits that a step unpacks to bytes, for an instruction that multiplies bytes. */
interface PackedDot extends Dot {
    /** Bits of a weight. */
    int bits();

    /** The product of bytes. */
    Dot bytes();

    @Override
    default int stepsPerLoad() {
        return 8 / bits();
    }

    @Override
    default int operations() {
        return bytes().operations();
    }

    @Override
    default int multiplications() {
        return bytes().multiplications();
    }

    @Override
    default Value[] activation(FunctionBuilder f, Value splat) {
        return bytes().activation(f, splat);
    }

    @Override
    default Value accumulate(FunctionBuilder f, Value acc, Value[] activation, Value[] weights) {
        return bytes().accumulate(f, acc, activation, weights);
    }

    @Override
    default Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return bytes().weights(f, step, firstOutput, lanes, outputs);
    }
}
