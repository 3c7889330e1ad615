package quantwright.ir.type;

/**
 * How a TILE tensor lies in memory. The logical axis order stays canonical (channels last); pitches are in elements.
 *
 * @param channelBlock channels are stored in blocks of this many (1: dense, channels innermost)
 * @param pixelPitch elements from one position of the second-innermost axis to the next; at least the channel count
 * @param rowPitch elements from one row to the next, halo included
 * @param halo filled border around the spatial axes, read by consumers as padding
 * @param encoding how an element's bits are stored
 */
public record Layout(int channelBlock, long pixelPitch, long rowPitch, Halo halo, Encoding encoding) {
    /** Border rows and columns, in positions. */
    public record Halo(int top, int left, int bottom, int right) {
        /** No border. */
        public static final Halo NONE = new Halo(0, 0, 0, 0);

        /** Checks that no side is negative. */
        public Halo {
            if (top < 0 || left < 0 || bottom < 0 || right < 0) {
                throw new IllegalArgumentException("negative halo");
            }
        }

        /** The smallest halo that covers both. */
        public Halo union(Halo o) {
            return new Halo(Math.max(top, o.top), Math.max(left, o.left), Math.max(bottom, o.bottom),
                    Math.max(right, o.right));
        }
    }

    /** Stored bits of an element. */
    public enum Encoding {
        /** As the storage type says. */
        NATIVE,
        /** An i8 as q XOR 0x80, so that unsigned-by-signed dot products apply. */
        XOR80
    }

    /** Checks positivity. */
    public Layout {
        if (channelBlock < 1 || pixelPitch < 1 || rowPitch < pixelPitch) {
            throw new IllegalArgumentException("layout block " + channelBlock + " pitches " + pixelPitch + " " + rowPitch);
        }
    }
}
