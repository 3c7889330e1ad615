package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Order of a convolution's weights: group 0, block 0 first, load by load, each holding a few inputs of every output of
 * the block for each step it serves. A run's last load may serve fewer steps. The block's multipliers follow, group by
 * group, a byte for each output. An epilogue's numbers are in order of outputs or, where it takes accumulators of several
 * pixels as they are, in that of their lanes: those of a few outputs once for each pixel.
 */
final class ProductLayout {
    private final ProductShape shape;
    private final ConvTiling tiling;
    private final TileProduct product;
    /** Lanes that take each of an epilogue's numbers: 1, or the pixels of a group. */
    final int copies;
    /** Padded channels of one group. */
    final int paddedGroup;
    final long blockBytes;
    final long tailBytes;
    final long groupBytes;

    /**
     * A layout.
     *
     * @param accumulators the epilogue takes accumulators as they are
     */
    ProductLayout(ProductShape shape, ConvTiling tiling, TileProduct product, boolean accumulators) {
        this.copies = accumulators ? product.pixels() : 1;
        this.shape = shape;
        this.tiling = tiling;
        this.product = product;
        int blockLanes = ConvTiling.lanes(tiling.block());
        int tailLanes = ConvTiling.lanes(tiling.tail());
        paddedGroup = tiling.blocks() * blockLanes + tailLanes;
        blockBytes = bytes(blockLanes);
        tailBytes = bytes(tailLanes);
        groupBytes = tiling.blocks() * blockBytes + tailBytes;
    }

    private long bytes(int lanes) {
        return shape.loads(product.stepsPerWeights()) * lanes * product.weightBytes() + multiplierBytes(lanes);
    }

    /** Bytes of the multipliers of a block, so many that the next block's weights are aligned. */
    private long multiplierBytes(int lanes) {
        return EpilogueLayout.align((long) shape.scaleGroups() * lanes);
    }

    /** Lanes of an epilogue's numbers of all groups. */
    int padded() {
        return copies * paddedGroup * shape.groups();
    }

    /** Bytes of all packed weights. */
    long weightBytes() {
        return groupBytes * shape.groups();
    }

    /**
     * Packs weights.
     *
     * @param w bytes of [output][kernel row][kernel column][input of the group]
     * @param multipliers of [output][group]; null without
     * @throws IllegalArgumentException if there are too few or too many
     */
    void pack(ByteBuffer b, byte[] w, byte[] multipliers) {
        int outputs = shape.out().channels();
        int perOutput = shape.window().height() * shape.window().width() * shape.groupInputBytes();
        if (w.length != outputs * perOutput) {
            throw new IllegalArgumentException("weights: " + w.length + " bytes for " + outputs + "x" + perOutput);
        }
        int[] channelOf = weightChannels();
        int at = 0;
        while (at < channelOf.length) {
            int inGroup = at % paddedGroup;
            int main = tiling.blocks() * ConvTiling.lanes(tiling.block());
            List<Integer> vectors = inGroup < main ? tiling.block() : tiling.tail();
            int lanes = ConvTiling.lanes(vectors);
            int[] block = Arrays.copyOfRange(channelOf, at, at + lanes);
            packBlock(b, w, block, perOutput);
            packMultipliers(b, multipliers, block);
            at += lanes;
        }
    }

    private void packBlock(ByteBuffer b, byte[] w, int[] channels, int perOutput) {
        int width = shape.depth() * product.stepsPerWeights();
        byte[][] load = new byte[channels.length][width];
        for (int row = 0; row < shape.window().height(); row++) {
            for (int run = 0; run < shape.runsPerRow(); run++) {
                int start = (row * shape.window().width() + run) * shape.groupInputBytes();
                for (int at = 0; at < shape.runBytes(); at += width) {
                    for (int i = 0; i < channels.length; i++) {
                        for (int k = 0; k < width; k++) {
                            boolean real = channels[i] >= 0 && at + k < shape.runBytes();
                            load[i][k] = real ? w[channels[i] * perOutput + start + at + k] : 0;
                        }
                    }
                    product.pack(b, load);
                }
            }
        }
    }

    private void packMultipliers(ByteBuffer b, byte[] multipliers, int[] channels) {
        long end = b.position() + multiplierBytes(channels.length);
        int groups = shape.scaleGroups();
        for (int g = 0; g < groups; g++) {
            for (int c : channels) {
                b.put(c < 0 ? 0 : multipliers[c * groups + g]);
            }
        }
        b.position((int) end);
    }

    /** Output channel of each lane of an epilogue's numbers, -1 for padding. */
    int[] channels() {
        int[] outputs = weightChannels();
        int[] lanes = new int[padded()];
        int together = VectorIsa.LEAST_LANES / copies;
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = outputs[i / VectorIsa.LEAST_LANES * together + i % together];
        }
        return lanes;
    }

    /** Output channel of each padded output, -1 for padding. */
    private int[] weightChannels() {
        int[] c = new int[paddedGroup * shape.groups()];
        for (int i = 0; i < c.length; i++) {
            int inGroup = i % paddedGroup;
            c[i] = inGroup < shape.groupOutputs() ? i / paddedGroup * shape.groupOutputs() + inGroup : -1;
        }
        return c;
    }

    /** For each lane of an epilogue's numbers, the first lane of its vector and that vector's lanes. */
    int[][] vectorStarts() {
        int[][] r = new int[padded()][];
        if (copies > 1) {
            int lanes = VectorIsa.LEAST_LANES;
            Arrays.setAll(r, i -> new int[] {i / lanes * lanes, lanes});
            return r;
        }
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
}
