package quantwright.compiler.data;

/**
 * What every image of a folder is brought to.
 *
 * @param height rows
 * @param width columns
 * @param channels 3 for RGB, 1 for luminance
 * @param fit how an image of another size is brought to it
 */
public record ImageForm(int height, int width, int channels, Fit fit) {
    private static final int MAX_EXTENT = 1 << 14;

    /** How an image is brought to another size. */
    public enum Fit {
        /** The whole image is resized, its aspect ratio not kept. */
        RESIZE,
        /** The image is resized to cover the size, then the centre is cut out. */
        CROP
    }

    /** Checks that the extents are 1 to 16,384 and the channels 1 or 3. */
    public ImageForm {
        if (height < 1 || width < 1 || height > MAX_EXTENT || width > MAX_EXTENT) {
            throw new IllegalArgumentException("an image size is 1 to " + MAX_EXTENT + ", not " + height + "x" + width);
        }
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException("images have 1 or 3 channels, not " + channels);
        }
    }
}
