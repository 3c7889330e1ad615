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
    /** Vectors whose instructions alternate, each waiting for none of its neighbours'. */
    private static final int CHAINS = 4;
    @Override
    public int scratchRegisters() {
        return 7;
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
        return accumulateAll(f, new Value[][] {accumulators}, activation, new Value[][] {weights})[0];
    }

    @Override
    public Value[][] accumulateAll(FunctionBuilder f, Value[][] accumulators, Value[] activation, Value[][] weights) {
        Value[][] sums = new Value[accumulators.length][];
        for (int first = 0; first < sums.length; first += CHAINS) {
            int n = Math.min(CHAINS, sums.length - first);
            Value[] low = products(f, activation[0], 0, weights, first, n);
            for (int v = 0; v < n && !safePairs; v++) {
                sums[first + v] = new Value[] {Widening.addPairs(f, accumulators[first + v][0], low[v])};
            }
            Value[] high = products(f, activation[1], 8, weights, first, n);
            for (int v = 0; v < n; v++) {
                Value to = safePairs ? accumulators[first + v][0] : sums[first + v][0];
                sums[first + v] = new Value[] {Widening.addPairs(f, to, safePairs ? f.add(low[v], high[v]) : high[v])};
            }
        }
        return sums;
    }

    private static Value[] products(FunctionBuilder f, Value activation, int half, Value[][] weights, int first,
            int n) {
        Value[] products = new Value[n];
        for (int v = 0; v < n; v++) {
            products[v] = Widening.multiply(f, f.slice(activation, half, 8), f.slice(weights[first + v][0], half, 8));
        }
        return products;
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
