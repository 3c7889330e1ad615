package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Order of a depthwise kernel's constants. Per vector of channels: [kernel row][group of four pixels][output
 * column][quarter] of the lanes' four taps, zero where a tap is not the column's. Lane {@code 4g + e} of quarter {@code
 * q} is byte {@code 16g + 4q + e}: the order in which bytes interleave within 128 bits.
 */
final class DepthwiseLayout {
    private final DepthwiseSpec spec;
    private final DepthwiseTiling tiling;
    private final VectorIsa.Dot dot;
    final int groups;
    /** Weights that are packed, or null. */
    final DepthwiseTaps taps;
    private final int lanes;
    final EpilogueLayout epilogue;
    private final List<Integer> vectors = new ArrayList<>();

    DepthwiseLayout(DepthwiseSpec spec, DepthwiseTiling tiling, VectorIsa isa, VectorIsa.Dot dot) {
        this.spec = spec;
        this.tiling = tiling;
        this.dot = dot;
        int span = (tiling.columns() - 1) * spec.window().strideWidth() + spec.window().width();
        groups = (span + 3) / 4;
        int full = tiling.packedRow() ? tiling.period() : tiling.blocks();
        for (int i = 0; i < full; i++) {
            vectors.add(4 * isa.lanes());
        }
        vectors.addAll(tiling.tail());
        lanes = vectors.stream().mapToInt(Integer::intValue).sum();
        boolean packs = spec.weightBits() < 8 && dot.weightBytes() == 4 && frameBytes() <= DepthwiseTaps.MOST;
        // A sign has no zero for the taps that are not there: two bits have.
        taps = packs ? new DepthwiseTaps(spec, tiling, this, Math.max(2, spec.weightBits())) : null;
        epilogue = new EpilogueLayout(isa, spec.epilogue(), lanes, packs ? taps.bytes(lanes) : weightBytes(lanes));
    }

    /** Bytes of the weights of all vectors. */
    long frameBytes() {
        return weightBytes(lanes);
    }

    /** Bytes of weights of vectors holding {@code channels} bytes together. */
    long weightBytes(long channels) {
        return channels * dot.weightBytes() * spec.window().height() * groups * tiling.columns();
    }

    /** Offset, within a vector's weights, of those of a kernel row, pixel group, output column and quarter. */
    long offset(int row, int group, int column, int quarter, int bytes) {
        long at = ((long) row * groups + group) * tiling.columns() + column;
        return (at * 4 + quarter) * (bytes / 4) * dot.weightBytes();
    }

    /** The tap of pixel {@code t} of a group for a column, or -1. */
    int tap(int group, int t, int column) {
        int k = 4 * group + t - column * spec.window().strideWidth();
        return k >= 0 && k < spec.window().width() ? k : -1;
    }

    /** Whether a column has a tap in a group of pixels. */
    boolean used(int group, int column) {
        boolean any = false;
        for (int t = 0; t < 4; t++) {
            any |= tap(group, t, column) >= 0;
        }
        return any;
    }

    /**
     * The constants.
     *
     * @param flip  what activation bytes are XORed with
     * @param start what sums start from besides their bias
     */
    byte[] pack(ConvParameters p, int flip, int start) {
        int perChannel = spec.window().height() * spec.window().width();
        int c = spec.in().channels();
        if (p.weights().length != c * perChannel) {
            throw new IllegalArgumentException("weights: " + p.weights().length + " for " + c + "x" + perChannel);
        }
        var b = ByteBuffer.allocate((int) epilogue.end).order(ByteOrder.LITTLE_ENDIAN);
        var channels = new ArrayList<Integer>();
        var starts = new ArrayList<int[]>();
        int first = 0;
        for (int bytes : vectors) {
            int[] of = new int[bytes];
            for (int i = 0; i < bytes; i++) {
                int q = i / (bytes / 4);
                int lane = i % (bytes / 4);
                int channel = first + lane / 4 * 16 + 4 * q + lane % 4;
                of[i] = tiling.packedRow() ? channel % c : channel < c ? channel : -1;
                channels.add(of[i]);
                starts.add(new int[] {first + q * (bytes / 4), bytes / 4});
            }
            if (taps == null) {
                packVector(b, p.weights(), of);
            } else {
                taps.pack(b, p.weights(), of);
            }
            first += bytes;
        }
        int[] biases = new int[c];
        for (int i = 0; i < c; i++) {
            int sum = 0;
            for (int k = 0; k < perChannel; k++) {
                sum += p.weights()[i * perChannel + k];
            }
            biases[i] = (p.bias() == null ? 0 : p.bias()[i]) - (flip + p.inputZero()) * sum + start;
        }
        epilogue.write(b, channels.stream().mapToInt(Integer::intValue).toArray(), biases, p.epilogue(), flip,
            starts.toArray(int[][]::new));
        return b.array();
    }

    private void packVector(ByteBuffer b, byte[] w, int[] of) {
        int lanes = of.length / 4;
        int perChannel = spec.window().height() * spec.window().width();
        byte[][] step = new byte[lanes][4];
        for (int row = 0; row < spec.window().height(); row++) {
            for (int g = 0; g < groups; g++) {
                for (int column = 0; column < tiling.columns(); column++) {
                    for (int q = 0; q < 4; q++) {
                        for (int lane = 0; lane < lanes; lane++) {
                            int channel = of[q * lanes + lane];
                            for (int t = 0; t < 4; t++) {
                                int k = tap(g, t, column);
                                step[lane][t] = channel < 0 || k < 0 ? 0
                                    : w[channel * perChannel + row * spec.window().width() + k];
                            }
                        }
                        dot.pack(b, step);
                    }
                }
            }
        }
    }
}
