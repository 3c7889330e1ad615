package quantwright.backend.arm;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.kernel.TileProduct;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * {@code smlal} and {@code smlal2} by element: a register holds eight i16 of a pixel, and each step multiplies one of them by
 * a weight of four outputs. One load brings the bytes of four steps, which are widened two steps to a register.
 */
final class WordProduct implements TileProduct {
    private static final int OUTPUTS = 4;
    /** Pixels whose activations lie in the sixteen registers that have elements, beside a pixel's sums. */
    private static final int PIXELS = 8;

    @Override
    public int depth() {
        return 2;
    }

    @Override
    public int stepsPerActivations() {
        return 8;
    }

    @Override
    public int stepsPerWeights() {
        return 4;
    }

    @Override
    public int mostPixels() {
        return PIXELS;
    }

    @Override
    public boolean holdsActivations() {
        return true;
    }

    @Override
    public int weightBytes() {
        return 4;
    }

    @Override
    public double weightLoads() {
        return 0.125;
    }

    @Override
    public double unpackings() {
        return 0.5;
    }

    @Override
    public int scratchRegisters() {
        // Two vectors of outputs, as they are loaded and a pair of steps widened.
        return 4;
    }

    @Override
    public int reach() {
        return NeonIsa.PAIR_REACH;
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        int most = steps <= OUTPUTS ? OUTPUTS : 2 * OUTPUTS;
        Value loaded = f.load(IrType.I16.vec(most), pixels[0], 1);
        Value[][] each = new Value[steps][];
        for (int s = 0; s < steps; s++) {
            each[s] = new Value[] {f.shuffle(loaded, s, s, s, s)};
        }
        return each;
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        Value acc = accumulators[0];
        return new Value[] {f.add(acc, f.overloaded("llvm.aarch64.neon.smull", acc.type(), weights[0], activation[0]))};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return new Value[] {f.load(IrType.I8.vec(16), step.plus(4L * firstOutput), 16)};
    }

    @Override
    public Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        Value pair = f.sext(f.slice(loaded[0], step / 2 * 8, 8), IrType.I16.vec(8));
        return new Value[] {f.slice(pair, step % 2 * OUTPUTS, OUTPUTS)};
    }

    /** The low bytes of words, step by step of four outputs. */
    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        for (int first = 0; first < weights.length; first += OUTPUTS) {
            for (int step = 0; step < stepsPerWeights(); step++) {
                for (int i = 0; i < OUTPUTS; i++) {
                    to.put(weights[first + i][2 * step]);
                }
            }
        }
    }
}
