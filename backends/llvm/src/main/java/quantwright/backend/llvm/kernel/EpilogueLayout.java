package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Places of an epilogue's numbers in the constants block. Per-channel arrays are indexed by padded channel, in the
 * order of the accumulator lanes; scalars are splatted to 64 bytes so that any vector width loads them.
 */
final class EpilogueLayout {
    private static final int LINE = 64;
    private final Epilogue epilogue;
    private final int channels;
    final long biasHigh;
    final long bias;
    final long factor;
    final long shift;
    final long leftShift;
    final long zero;
    final long min;
    final long max;
    final long floatMin;
    final long floatMax;
    final long add;
    final long table;
    final long scale;
    final long middle;
    final long end;

    EpilogueLayout(VectorIsa isa, Epilogue epilogue, int paddedChannels, long start) {
        this(isa, epilogue, paddedChannels, start, false);
    }

    /**
     * Places of numbers.
     *
     * @param paddedChannels lanes of the arrays
     * @param start    first byte after the weights
     * @param longSums biases have a high word too
     */
    EpilogueLayout(VectorIsa isa, Epilogue epilogue, int paddedChannels, long start, boolean longSums) {
        this.epilogue = epilogue;
        this.channels = paddedChannels;
        long p = align(start);
        bias = p;
        biasHigh = align(p + 4L * paddedChannels);
        p = longSums ? align(biasHigh + 4L * paddedChannels) : biasHigh;
        factor = p;
        boolean fixed = epilogue.requantize() instanceof Epilogue.Requantize.Fixed;
        p = align(p + (fixed ? 8L : 4L) * paddedChannels);
        shift = p;
        leftShift = align(p + (fixed ? 8L * paddedChannels : 0));
        p = align(leftShift + (fixed ? 4L * paddedChannels : 0));
        zero = p;
        min = p + LINE;
        max = p + 2 * LINE;
        floatMin = p + 3 * LINE;
        floatMax = p + 4 * LINE;
        scale = p + 5 * LINE;
        add = p + 6 * LINE;
        p = add + (epilogue.hasResidual() ? 5 * LINE : 0);
        table = p;
        middle = p + (epilogue.table() ? 256 : 0);
        end = middle + (isa.convertsByAddition() ? LINE : 0);
    }

    /** Zero point and clamp of narrowed bytes. */
    private void writeBytes(ByteBuffer b, int zeroPoint, byte least, byte most) {
        for (int i = 0; i < LINE / 2; i++) {
            b.putShort((int) zero + 2 * i, (short) zeroPoint);
        }
        for (int i = 0; i < LINE; i++) {
            b.put((int) min + i, least);
            b.put((int) max + i, most);
        }
    }

    private static void splat(ByteBuffer b, long at, int value) {
        for (int i = 0; i < LINE / 4; i++) {
            b.putInt((int) at + 4 * i, value);
        }
    }

    /** Writes the high words of biases; those of padding stay 0. */
    void writeHigh(ByteBuffer b, int[] channelOf, int[] high) {
        for (int i = 0; i < channels; i++) {
            if (channelOf[i] >= 0) {
                b.putInt((int) (biasHigh + 4L * i), high[channelOf[i]]);
            }
        }
    }

    static long align(long p) {
        return (p + LINE - 1) / LINE * LINE;
    }

    /**
     * Writes the numbers.
     *
     * @param channelOf output channel of each padded lane, or -1 for padding
     * @param vectors   first lane and lanes of the vector each padded lane belongs to
     * @param biases    complete bias per output channel, compensation included
     */
    void write(ByteBuffer b, int[] channelOf, int[] biases, EpilogueValues v, int flip, int[][] vectors) {
        b.order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < channels; i++) {
            int c = channelOf[i];
            if (c < 0) {
                continue;
            }
            b.putInt((int) (bias + 4L * i), biases[c]);
            switch (epilogue.requantize()) {
                case Epilogue.Requantize.F32 f -> b.putFloat((int) (factor + 4L * i), v.factor(c));
                case Epilogue.Requantize.Fixed f -> {
                    int at = FixedPointEmitter.position(vectors[i][0], vectors[i][1], i);
                    b.putLong((int) (factor + 8L * at), v.multiplier(c));
                    b.putLong((int) (shift + 8L * at), v.shift(c));
                    b.putInt((int) (leftShift + 4L * i), v.leftShift(c));
                }
                case Epilogue.Requantize.None n -> { }
            }
        }
        EpilogueValues.Add a = v.add();
        // The last integer stage sets zero and the byte clamp; earlier clamps are done in float.
        int lastZero = a != null ? a.zero() : v.zero();
        int lastMin = a != null ? a.min() : v.min();
        int lastMax = a != null ? a.max() : v.max();
        if (epilogue.store() == Epilogue.Store.I16) {
            splat(b, zero, lastZero);
            splat(b, min, lastMin - lastZero);
            splat(b, max, lastMax - lastZero);
        } else {
            writeBytes(b, lastZero + flip, (byte) (lastMin ^ flip), (byte) (lastMax ^ flip));
        }
        for (int i = 0; i < LINE / 4; i++) {
            b.putFloat((int) floatMin + 4 * i, v.min() - v.zero());
            b.putFloat((int) floatMax + 4 * i, v.max() - v.zero());
            b.putFloat((int) scale + 4 * i, v.scale());
            if (epilogue.hasResidual()) {
                b.putFloat((int) add + 4 * i, a.m1());
                b.putFloat((int) add + LINE + 4 * i, a.m2());
                b.putInt((int) add + 2 * LINE + 4 * i, a.zero2() + flip);
                b.putFloat((int) add + 3 * LINE + 4 * i, a.min() - a.zero());
                b.putFloat((int) add + 4 * LINE + 4 * i, a.max() - a.zero());
            }
        }
        for (int i = 0; i < (end - middle) / 4; i++) {
            b.putFloat((int) middle + 4 * i, SmallSums.MIDDLE);
        }
        if (epilogue.table()) {
            for (int i = 0; i < 256; i++) {
                // index and entry both in the arena's encoding
                int q = (byte) (i ^ flip);
                b.put((int) table + i, (byte) (v.table()[q + 128] ^ flip));
            }
        }
    }
}
