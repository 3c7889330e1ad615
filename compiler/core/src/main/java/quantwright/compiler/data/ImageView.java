package quantwright.compiler.data;

import java.util.Random;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * Another view of an image, as image classifiers are trained on: a part of random area and aspect, resized to the whole
 * (bilinear, pixel centres at halves), in half of the cases mirrored. Source: C. Szegedy et al., "Going deeper with
 * convolutions", CVPR 2015, section 6; the least area is larger here, so that what the image shows stays in the view.
 */
final class ImageView {
    private static final double LEAST_AREA = 0.35;
    private static final double MOST_ASPECT = 4.0 / 3;
    private static final int LEAST_EXTENT = 16;
    private static final int COLOURS = 3;
    private final int height;
    private final int width;
    private final int pixel;
    private final int plane;

    private ImageView(int height, int width, boolean channelsFirst) {
        this.height = height;
        this.width = width;
        this.pixel = channelsFirst ? 1 : COLOURS;
        this.plane = channelsFirst ? height * width : 1;
    }

    /** Whether tensors of a type are colour images: f32 [1, 3, height, width] or [1, height, width, 3]. */
    static boolean applies(TensorType type) {
        return type.rank() == 4 && type.dim(0) == 1 && type.storage() == ScalarType.F32
                && (isImage(type, 1) || isImage(type, 3));
    }

    private static boolean isImage(TensorType type, int colours) {
        int first = colours == 1 ? 2 : 1;
        return type.dim(colours) == COLOURS && type.dim(first) >= LEAST_EXTENT && type.dim(first + 1) >= LEAST_EXTENT;
    }

    /** The view of an image that a number stands for. */
    static float[] of(TensorType type, float[] image, long number) {
        boolean channelsFirst = isImage(type, 1);
        int at = channelsFirst ? 2 : 1;
        return new ImageView(type.dim(at), type.dim(at + 1), channelsFirst).view(image, new Random(number));
    }

    private float[] view(float[] image, Random random) {
        double area = LEAST_AREA + (1 - LEAST_AREA) * random.nextDouble();
        double aspect = StrictMath.exp((2 * random.nextDouble() - 1) * StrictMath.log(MOST_ASPECT));
        double h = Math.min(1, Math.sqrt(area / aspect)) * height;
        double w = Math.min(1, Math.sqrt(area * aspect)) * width;
        double top = random.nextDouble() * (height - h);
        double left = random.nextDouble() * (width - w);
        boolean mirrored = random.nextBoolean();
        float[] view = new float[image.length];
        for (int y = 0; y < height; y++) {
            double sy = Math.clamp(top + (y + 0.5) * h / height - 0.5, 0, height - 1);
            int y0 = (int) sy;
            int y1 = Math.min(y0 + 1, height - 1);
            for (int x = 0; x < width; x++) {
                double sx = Math.clamp(left + (x + 0.5) * w / width - 0.5, 0, width - 1);
                int x0 = (int) sx;
                int x1 = Math.min(x0 + 1, width - 1);
                int into = (y * width + (mirrored ? width - 1 - x : x)) * pixel;
                for (int c = 0; c < COLOURS; c++) {
                    double upper = between(image, y0, x0, x1, c, sx - x0);
                    double lower = between(image, y1, x0, x1, c, sx - x0);
                    view[into + c * plane] = (float) (upper + (lower - upper) * (sy - y0));
                }
            }
        }
        return view;
    }

    private double between(float[] image, int y, int x0, int x1, int c, double share) {
        double a = image[(y * width + x0) * pixel + c * plane];
        return a + (image[(y * width + x1) * pixel + c * plane] - a) * share;
    }
}
