package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/**
 * Order of a convolution's constants: weights of group 0, block 0 first, step by step, each step holding four inputs of
 * every output of the block; then the epilogue's arrays in padded channel order.
 */
final class ConvLayout {
    private final ConvSpec spec;
    private final ConvTiling tiling;
    private final VectorIsa.Dot dot;
    final int stepsPerRun;
    final int runsPerRow;
    final int runBytes;
    /** Padded channels of one group. */
    final int paddedGroup;
    final long blockBytes;
    final long tailBytes;
    final long groupBytes;
    final EpilogueLayout epilogue;

    ConvLayout(ConvSpec spec, ConvTiling tiling, VectorIsa.Dot dot) {
        this.spec = spec;
        this.tiling = tiling;
        this.dot = dot;
        runsPerRow = fused(spec) ? 1 : spec.window().width();
        runBytes = fused(spec) ? spec.window().width() * spec.groupInputs() : spec.groupInputs();
        stepsPerRun = (runBytes + 3) / 4;
        int blockLanes = ConvTiling.lanes(tiling.block());
        int tailLanes = ConvTiling.lanes(tiling.tail());
        paddedGroup = tiling.blocks() * blockLanes + tailLanes;
        blockBytes = steps() * blockLanes * dot.weightBytes();
        tailBytes = steps() * tailLanes * dot.weightBytes();
        groupBytes = tiling.blocks() * blockBytes + tailBytes;
        epilogue = new EpilogueLayout(spec.epilogue(), paddedGroup * spec.groups(), spec.groups() * groupBytes);
    }

    /** The taps of a kernel row lie side by side in memory, so that one run of bytes covers them. */
    static boolean fused(ConvSpec s) {
        return s.window().width() == 1
            || s.window().dilationWidth() == 1 && s.groups() == 1 && s.in().pixelPitch() == s.in().channels();
    }

    /** Groups of four products per output. */
    long steps() {
        return (long) spec.window().height() * runsPerRow * stepsPerRun;
    }

    static long steps(ConvSpec s) {
        int run = fused(s) ? s.window().width() * s.groupInputs() : s.groupInputs();
        return (long) s.window().height() * (fused(s) ? 1 : s.window().width()) * ((run + 3) / 4);
    }

    byte[] pack(ConvParameters p, int flip) {
        int outputs = spec.out().channels();
        int perOutput = spec.window().height() * spec.window().width() * spec.groupInputs();
        if (p.weights().length != outputs * perOutput) {
            throw new IllegalArgumentException("weights: " + p.weights().length + " for " + outputs + "x" + perOutput);
        }
        var b = ByteBuffer.allocate((int) epilogue.end).order(ByteOrder.LITTLE_ENDIAN);
        int[] channelOf = channels();
        int at = 0;
        while (at < channelOf.length) {
            int inGroup = at % paddedGroup;
            int main = tiling.blocks() * ConvTiling.lanes(tiling.block());
            List<Integer> vectors = inGroup < main ? tiling.block() : tiling.tail();
            int lanes = ConvTiling.lanes(vectors);
            packBlock(b, p.weights(), Arrays.copyOfRange(channelOf, at, at + lanes), perOutput);
            at += lanes;
        }
        epilogue.write(b, channelOf, biases(p, perOutput, flip), p.epilogue(), flip, vectorStarts());
        return b.array();
    }

    private void packBlock(ByteBuffer b, byte[] w, int[] channels, int perOutput) {
        byte[][] step = new byte[channels.length][4];
        for (int row = 0; row < spec.window().height(); row++) {
            for (int run = 0; run < runsPerRow; run++) {
                int start = (row * spec.window().width() + run) * spec.groupInputs();
                for (int s = 0; s < stepsPerRun; s++) {
                    for (int i = 0; i < channels.length; i++) {
                        for (int k = 0; k < 4; k++) {
                            boolean real = channels[i] >= 0 && 4 * s + k < runBytes;
                            step[i][k] = real ? w[channels[i] * perOutput + start + 4 * s + k] : 0;
                        }
                    }
                    dot.pack(b, step);
                }
            }
        }
    }

    /** Output channel of each padded lane, -1 for padding. */
    private int[] channels() {
        int[] c = new int[paddedGroup * spec.groups()];
        for (int i = 0; i < c.length; i++) {
            int inGroup = i % paddedGroup;
            c[i] = inGroup < spec.groupOutputs() ? i / paddedGroup * spec.groupOutputs() + inGroup : -1;
        }
        return c;
    }

    /** For each padded lane, the first lane of its vector and that vector's lanes. */
    private int[][] vectorStarts() {
        int[][] r = new int[paddedGroup * spec.groups()][];
        int at = 0;
        while (at < r.length) {
            int inGroup = at % paddedGroup;
            int main = tiling.blocks() * ConvTiling.lanes(tiling.block());
            for (int lanes : inGroup < main ? tiling.block() : tiling.tail()) {
                for (int i = 0; i < lanes; i++) {
                    r[at + i] = new int[] {at, lanes};
                }
                at += lanes;
            }
        }
        return r;
    }

    // sum (u - flip - zero) * w = sum u * w - (flip + zero) * sum w; sums wrap as the accumulator does
    private int[] biases(ConvParameters p, int perOutput, int flip) {
        int[] r = new int[spec.out().channels()];
        for (int c = 0; c < r.length; c++) {
            int sum = 0;
            for (int k = 0; k < perOutput; k++) {
                sum += p.weights()[c * perOutput + k];
            }
            r[c] = (p.bias() == null ? 0 : p.bias()[c]) - (flip + p.inputZero()) * sum;
        }
        return r;
    }
}
