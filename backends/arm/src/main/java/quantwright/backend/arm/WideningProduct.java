package quantwright.backend.arm;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Four bytes of a pixel by {@code smull}, {@code smlal2} and {@code sadalp}. The eight products of one instruction are
 * two of each of four outputs, so that pairwise addition leaves one sum per output: with the pixel's bytes 0 to 3
 * repeated, even outputs multiply bytes 0 and 1 first, odd outputs bytes 2 and 3; the second instruction takes the
 * pixel's halves swapped and multiplies the others.
 *
 * @param safePairs a sum of two products fits 16 bits, so that the second product is added to the first there
 */
record WideningProduct(boolean safePairs) implements TileProduct {
    @Override
    public int scratchRegisters() {
        return 5;
    }

    @Override
    public int operations() {
        return safePairs ? 3 : 4;
    }

    @Override
    public int multiplications() {
        return 2;
    }

    @Override
    public double preparations() {
        return 1;
    }

    @Override
    public double weightLoads() {
        return 0.5;
    }

    @Override
    public int reach() {
        return NeonIsa.PAIR_REACH;
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        Value four = f.splat(f.load(IrType.I32, pixels[0], 1), 4);
        Value swapped = f.shuffle(f.bitcast(four, IrType.I16.vec(8)), 1, 0, 3, 2, 5, 4, 7, 6);
        IrType bytes = IrType.I8.vec(16);
        return new Value[][] {{f.bitcast(four, bytes), f.bitcast(swapped, bytes)}};
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        Value first = Widening.multiply(f, f.slice(activation[0], 0, 8), f.slice(weights[0], 0, 8));
        Value second = Widening.multiply(f, f.slice(activation[1], 8, 8), f.slice(weights[0], 8, 8));
        if (safePairs) {
            return new Value[] {Widening.addPairs(f, accumulators[0], f.add(first, second))};
        }
        return new Value[] {Widening.addPairs(f, Widening.addPairs(f, accumulators[0], first), second)};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.I8.vec(16), step.plus(4L * firstOutput), 16)};
    }

    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        for (int first = 0; first < weights.length; first += 4) {
            for (int second = 0; second < 2; second++) {
                for (int i = 0; i < 4; i++) {
                    int half = (i + second) % 2;
                    to.put(weights[first + i], 2 * half, 2);
                }
            }
        }
    }
}
