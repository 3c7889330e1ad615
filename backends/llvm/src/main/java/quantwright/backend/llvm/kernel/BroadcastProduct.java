package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** Four bytes of a pixel, broadcast to every lane, by a dot product per lane. */
public final class BroadcastProduct implements TileProduct {
    private final VectorIsa.Dot dot;

    /** A product by this dot product. */
    public BroadcastProduct(VectorIsa.Dot dot) {
        this.dot = dot;
    }

    @Override
    public int weightBytes() {
        return dot.weightBytes();
    }

    @Override
    public int stepsPerWeights() {
        return dot.stepsPerLoad();
    }

    @Override
    public int scaleShift() {
        return dot.scaleShift();
    }

    @Override
    public double unpackings() {
        return dot.unpackings();
    }

    @Override
    public int scratchRegisters() {
        return dot.scratchRegisters();
    }

    @Override
    public int operations() {
        return dot.operations();
    }

    @Override
    public int multiplications() {
        return dot.multiplications();
    }

    @Override
    public double preparations() {
        return dot.preparations();
    }

    @Override
    public Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes) {
        return new Value[][] {dot.activation(f, f.splat(f.load(IrType.I32, pixels[0], 1), lanes))};
    }

    @Override
    public Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights) {
        return new Value[] {dot.accumulate(f, accumulators[0], activation, weights)};
    }

    @Override
    public Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs) {
        return dot.weights(f, step, firstOutput, lanes, outputs);
    }

    @Override
    public Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        return dot.unpack(f, loaded, step);
    }

    @Override
    public void pack(ByteBuffer to, byte[][] weights) {
        dot.pack(to, weights);
    }
}
