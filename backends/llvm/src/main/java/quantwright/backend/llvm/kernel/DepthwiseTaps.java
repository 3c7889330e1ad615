package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Depthwise weights of 4 or 2 bits as a file holds them: each tap once, in place of the {@link DepthwiseLayout} that has
 * them once for every output column. The kernel makes the layout of them, in its frame, before it begins. Per vector of
 * channels come [kernel row][four taps][quarter] of lanes; bytes hold neighbours of that order, the first at the bottom.
 */
final class DepthwiseTaps {
    /** Most bytes of the layout in the frame. */
    static final long MOST = 32 << 10;
    private static final int TAPS = 4;
    private final DepthwiseSpec spec;
    private final DepthwiseTiling tiling;
    private final DepthwiseLayout layout;
    private final int bits;
    private final int fours;

    /** Taps of so many bits each. */
    DepthwiseTaps(DepthwiseSpec spec, DepthwiseTiling tiling, DepthwiseLayout layout, int bits) {
        this.spec = spec;
        this.tiling = tiling;
        this.layout = layout;
        this.bits = bits;
        fours = Math.ceilDiv(spec.window().width(), TAPS);
    }

    private int each() {
        return 8 / bits;
    }

    /** Bytes of the taps of so many channels. */
    long bytes(long channels) {
        return channels * TAPS * fours * spec.window().height() / each();
    }

    /**
     * Packs a vector's taps.
     *
     * @param w  taps by channel
     * @param of channel of each lane of each quarter, or -1
     */
    void pack(ByteBuffer b, byte[] w, int[] of) {
        int lanes = of.length / 4;
        int perChannel = spec.window().height() * spec.window().width();
        byte[] packed = new byte[(int) bytes(of.length)];
        int vectors = spec.window().height() * fours * 4;
        for (int n = 0; n < vectors; n++) {
            for (int i = 0; i < 4 * lanes; i++) {
                int channel = of[n % 4 * lanes + i / TAPS];
                int tap = n / 4 % fours * TAPS + i % TAPS;
                int weight = channel < 0 || tap >= spec.window().width() ? 0
                    : w[channel * perChannel + n / 4 / fours * spec.window().width() + tap];
                packed[n / each() * 4 * lanes + i] |= (byte) ((weight & (1 << bits) - 1) << n % each() * bits);
            }
        }
        b.put(packed);
    }

    /** Makes the layout of all vectors of channels. */
    void expand(FunctionBuilder f, Address constants, Address to, int fullBytes) {
        int full = tiling.packedRow() ? tiling.period() : tiling.blocks();
        f.loop(0, full, 1, v -> vector(f, f.at(constants, v, bytes(fullBytes)), f.at(to, v, layout.weightBytes(fullBytes)),
            fullBytes));
        long done = (long) full * fullBytes;
        for (int bytes : tiling.tail()) {
            vector(f, constants.plus(bytes(done)), to.plus(layout.weightBytes(done)), bytes);
            done += bytes;
        }
        f.barrier();
    }

    private void vector(FunctionBuilder f, Address from, Address to, int bytes) {
        Value[] loaded = new Value[spec.window().height() * fours * 4 / each()];
        for (int row = 0; row < spec.window().height(); row++) {
            for (int q = 0; q < 4; q++) {
                Value[] taps = new Value[fours];
                for (int j = 0; j < fours; j++) {
                    int n = (row * fours + j) * 4 + q;
                    int at = n / each();
                    if (loaded[at] == null) {
                        loaded[at] = f.load(IrType.I8.vec(bytes), from.plus((long) at * bytes), 16);
                    }
                    taps[j] = f.bitcast(field(f, loaded[at], n % each()), IrType.I32.vec(bytes / 4));
                }
                for (int g = 0; g < layout.groups; g++) {
                    for (int column = 0; column < tiling.columns(); column++) {
                        f.store(four(f, taps, TAPS * g - column * spec.window().strideWidth()),
                            to.plus(layout.offset(row, g, column, q, bytes)), 16);
                    }
                }
            }
        }
    }

    private Value field(FunctionBuilder f, Value packed, int index) {
        int above = 8 - bits * (index + 1);
        Value top = above == 0 ? packed : f.shl(packed, Value.of(packed.type(), above));
        return f.ashr(top, Value.of(packed.type(), 8 - bits));
    }

    /** Four taps from the {@code first} on, zero where there are none. */
    private static Value four(FunctionBuilder f, Value[] taps, int first) {
        IrType type = taps[0].type();
        int j = Math.floorDiv(first, TAPS);
        int shift = 8 * Math.floorMod(first, TAPS);
        Value low = j < 0 || j >= taps.length ? null : shift == 0 ? taps[j] : f.lshr(taps[j], Value.of(type, shift));
        Value high = shift == 0 || j + 1 < 0 || j + 1 >= taps.length ? null : f.shl(taps[j + 1], Value.of(type, 32 - shift));
        return low == null ? high == null ? Value.zero(type) : high : high == null ? low : f.or(low, high);
    }
}
