package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * The product at the heart of a register tile of pixels by outputs. A step multiplies {@link #depth()} bytes of each
 * pixel with as many of each output. Pixels come in groups of {@link #pixels()}, which share their accumulators: one
 * for a dot product, two for an instruction that multiplies matrices.
 */
public interface TileProduct {
    /** Bytes of activation of a pixel that one step multiplies. */
    default int depth() {
        return 4;
    }

    /** Pixels of a group. */
    default int pixels() {
        return 1;
    }

    /** Steps whose activations one load brings, side by side in a pixel; above 1 only where activations are held. */
    default int stepsPerActivations() {
        return 1;
    }

    /** Steps whose weights one load brings. */
    default int stepsPerWeights() {
        return 1;
    }

    /** Accumulators hold the sum times two to this power; {@link PackedSums#fit} says where it fits. */
    default int scaleShift() {
        return 0;
    }

    /** Instructions to take a step's weights from a loaded vector. */
    default double unpackings() {
        return 0;
    }

    /**
     * Which operands a step keeps in registers: the activations of all pixels, while weights stream by, or the weights
     * of all outputs, while activations do.
     */
    default boolean holdsActivations() {
        return false;
    }

    /**
     * The product that loads activations as this one wants them; they are gathered by it once for all outputs of some
     * pixels, in the order of the steps, and {@link #activations} reads a group's from one place. Null if activations are
     * read where they lie.
     */
    default TileProduct gathers() {
        return null;
    }

    /** Bytes of packed weights per output lane that one load brings. */
    default int weightBytes() {
        return depth();
    }

    /** Registers that hold the weights of the widest vector of outputs. */
    default int weightRegisters() {
        return Math.max(1, weightBytes() / 4);
    }

    /** Most pixels of a tile. */
    default int mostPixels() {
        return 28;
    }

    /** Registers a step needs besides accumulators and the operands it holds. */
    default int scratchRegisters() {
        return 2;
    }

    /** Bytes of packed weights that loads reach from one pointer in their shortest form. */
    default int reach() {
        return Integer.MAX_VALUE;
    }

    /** Products of a vector and a pixel after which a loop stops being unrolled further. */
    default int unrolledProducts() {
        return 192;
    }

    /** Load instructions that bring the weights of a vector of outputs. */
    default double weightLoads() {
        return 1;
    }

    /** Instructions per accumulator vector and step. */
    default int operations() {
        return 1;
    }

    /** Multiplications among {@link #operations}. */
    default int multiplications() {
        return 1;
    }

    /** Instructions, beside the load, that bring the activations of one pixel and step. */
    default double preparations() {
        return 0;
    }

    /**
     * Loads activations.
     *
     * @param pixels addresses of the group's pixels; the last group of a tile may have fewer than {@link #pixels()}
     * @param steps  1 to {@link #stepsPerActivations()}
     * @param lanes  lanes of the widest vector of outputs
     * @return per step what {@link #accumulate} takes
     */
    Value[][] activations(FunctionBuilder f, Address[] pixels, int steps, int lanes);

    /** The accumulators of a group, {@link #pixels()} of them, that all start as {@code start} does for each output. */
    default Value[] open(FunctionBuilder f, Value start) {
        return new Value[] {start};
    }

    /** Adds a step's products to a group's accumulators. */
    Value[] accumulate(FunctionBuilder f, Value[] accumulators, Value[] activation, Value[] weights);

    /**
     * Adds a step's products of one group of pixels and several vectors of outputs; where {@link #accumulate} is a
     * chain of instructions, those of neighbouring vectors alternate.
     */
    default Value[][] accumulateAll(FunctionBuilder f, Value[][] accumulators, Value[] activation, Value[][] weights) {
        Value[][] sums = new Value[accumulators.length][];
        for (int v = 0; v < sums.length; v++) {
            sums[v] = accumulate(f, accumulators[v], activation, weights[v]);
        }
        return sums;
    }

    /** One vector of outputs per pixel of a group, {@link #pixels()} of them. */
    default Value[] close(FunctionBuilder f, Value[] accumulators) {
        return accumulators;
    }

    /** Loads the packed weights of {@code lanes} outputs from {@code firstOutput} of a step of {@code outputs}. */
    Value[] weights(FunctionBuilder f, Address step, int firstOutput, int lanes, int outputs);

    /** The weights of step {@code step} of those that {@link #weights} loaded. */
    default Value[] unpack(FunctionBuilder f, Value[] loaded, int step) {
        return loaded;
    }

    /** Packs what one load brings: {@code weights[output][depth() * stepsPerWeights()]} in order of outputs. */
    default void pack(ByteBuffer to, byte[][] weights) {
        for (byte[] w : weights) {
            to.put(w);
        }
    }
}
