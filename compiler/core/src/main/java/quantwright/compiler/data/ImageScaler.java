package quantwright.compiler.data;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * Resizes images to u8 elements, rows of pixels of channels. Bilinear: a triangle filter around each output position
 * (pixel centres at halves), widened by the scale when shrinking so that every input pixel counts, as Pillow does;
 * weights in double, one rounding to nearest at the end, no dependence on the platform's imaging code.
 */
final class ImageScaler {
    private ImageScaler() {
    }

    /** The image in the given form: height x width x channels. */
    static byte[] scale(BufferedImage image, ImageForm form) {
        double left = 0;
        double top = 0;
        double width = image.getWidth();
        double height = image.getHeight();
        if (form.fit() == ImageForm.Fit.CROP) {
            double scale = Math.min(width / form.width(), height / form.height());
            left = (width - scale * form.width()) / 2;
            top = (height - scale * form.height()) / 2;
            width = scale * form.width();
            height = scale * form.height();
        }
        var columns = taps(left, width, form.width(), image.getWidth());
        var rows = taps(top, height, form.height(), image.getHeight());
        int stride = form.width() * form.channels();
        var out = new byte[form.height() * stride];
        var sums = new double[stride];
        var line = new double[stride];
        int lineRow = -1;
        for (int y = 0; y < form.height(); y++) {
            Arrays.fill(sums, 0);
            var row = rows[y];
            for (int k = 0; k < row.weights.length; k++) {
                if (row.first + k != lineRow) {
                    lineRow = row.first + k;
                    horizontal(image, lineRow, columns, form.channels(), line);
                }
                for (int i = 0; i < stride; i++) {
                    sums[i] += row.weights[k] * line[i];
                }
            }
            for (int i = 0; i < stride; i++) {
                out[y * stride + i] = (byte) Math.clamp((long) Math.floor(sums[i] + 0.5), 0, 255);
            }
        }
        return out;
    }

    private static void horizontal(BufferedImage image, int y, Taps[] columns, int channels, double[] line) {
        int[] argb = image.getRGB(0, y, image.getWidth(), 1, null, 0, image.getWidth());
        for (int x = 0; x < columns.length; x++) {
            var column = columns[x];
            double r = 0;
            double g = 0;
            double b = 0;
            for (int k = 0; k < column.weights.length; k++) {
                int pixel = argb[column.first + k];
                r += column.weights[k] * (pixel >> 16 & 255);
                g += column.weights[k] * (pixel >> 8 & 255);
                b += column.weights[k] * (pixel & 255);
            }
            if (channels == 1) {
                // Luminance of ITU-R BT.601.
                line[x] = 0.299 * r + 0.587 * g + 0.114 * b;
            } else {
                line[3 * x] = r;
                line[3 * x + 1] = g;
                line[3 * x + 2] = b;
            }
        }
    }

    private record Taps(int first, double[] weights) {
    }

    private static Taps[] taps(double start, double length, int outputs, int inputs) {
        double scale = length / outputs;
        double support = Math.max(scale, 1);
        var all = new Taps[outputs];
        for (int i = 0; i < outputs; i++) {
            double centre = start + (i + 0.5) * scale;
            int first = Math.max(0, (int) Math.floor(centre - support + 0.5));
            int end = Math.min(inputs, (int) Math.floor(centre + support + 0.5));
            if (end <= first) {
                first = Math.clamp((long) Math.floor(centre), 0, inputs - 1);
                end = first + 1;
            }
            var weights = new double[end - first];
            double sum = 0;
            for (int k = 0; k < weights.length; k++) {
                weights[k] = Math.max(0, 1 - Math.abs((first + k + 0.5 - centre) / support));
                sum += weights[k];
            }
            for (int k = 0; k < weights.length; k++) {
                weights[k] = sum > 0 ? weights[k] / sum : 1.0 / weights.length;
            }
            all[i] = new Taps(first, weights);
        }
        return all;
    }
}
