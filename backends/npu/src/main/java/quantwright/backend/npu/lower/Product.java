package quantwright.backend.npu.lower;

import quantwright.ir.op.Window2d;
import quantwright.npu.isa.NumberType;

/**
 * A convolution or matrix product with constant weights.
 *
 * @param window geometry; a matrix product is a 1x1 window over one row of pixels
 * @param groups groups of channels
 * @param inputs input channels
 * @param outputs output channels
 * @param weights stored weights, [outputs, taps down, taps across, inputs / groups]
 * @param weightType their storage
 * @param weightZero their zero point
 */
record Product(Window2d window, int groups, int inputs, int outputs, byte[] weights, NumberType weightType,
               int weightZero) {
    /** Input channels of a group. */
    int groupInputs() {
        return inputs / groups;
    }

    /** Output channels of a group. */
    int groupOutputs() {
        return outputs / groups;
    }

    /** Whether each channel is convolved by itself. */
    boolean isDepthwise() {
        return groups > 1 && groups == inputs;
    }

    /** Whether every output pixel is a product of one input pixel. */
    boolean isPointwise() {
        return window.isPointwise();
    }

    /** Weight of an output for a tap and input channel; the zero point outside the kernel and the output's group. */
    byte weight(int output, int tapRow, int tapColumn, int input) {
        int first = output / groupOutputs() * groupInputs();
        if (tapRow < 0 || tapRow >= window.kernelH() || tapColumn < 0 || tapColumn >= window.kernelW() || input < first
                || input >= first + groupInputs()) {
            return (byte) weightZero;
        }
        return weights[((output * window.kernelH() + tapRow) * window.kernelW() + tapColumn) * groupInputs() + input
                - first];
    }

    /** Weights of neighbouring outputs for a tap within the kernel and an input channel, where there is one group. */
    void weights(int output, int tapRow, int tapColumn, int input, byte[] into) {
        int per = window.kernelH() * window.kernelW() * inputs;
        int at = output * per + (tapRow * window.kernelW() + tapColumn) * inputs + input;
        for (int j = 0; j < into.length; j++) {
            into[j] = weights[at + j * per];
        }
    }

    /** Greatest sum of magnitudes of an output's weights, zero point taken off. */
    long reach() {
        long greatest = 0;
        int per = weights.length / outputs;
        for (int o = 0; o < outputs; o++) {
            long sum = 0;
            for (int k = 0; k < per; k++) {
                sum += Math.abs(weights[o * per + k] - weightZero);
            }
            greatest = Math.max(greatest, sum);
        }
        return greatest;
    }
}
