package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;

/** Conv and ConvTranspose over one or two spatial axes. */
final class ConvolutionOps {
    private ConvolutionOps() {
    }

    static void register(OpTable table) {
        table.add("Conv", ConvolutionOps::conv);
        table.add("ConvTranspose", ConvolutionOps::convTranspose);
    }

    private static void conv(NodeContext cx) {
        Edge x = cx.input(0);
        Edge w = cx.input(1);
        int groups = cx.attributes().intOr("group", 1);
        Window2d window = window(cx, x, w).window();
        List<Edge> operands = new ArrayList<>(List.of(ChannelsLast.image(cx, x), ChannelsLast.weights(cx, w)));
        if (cx.has(2)) {
            operands.add(cx.input(2));
        }
        Edge y = cx.emit(new Conv2d(window, groups), operands.toArray(Edge[]::new));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    /** The window of a convolution of x [N,C,...] by w [O,I,...]. */
    static SpatialWindow window(NodeContext cx, Edge x, Edge w) {
        int[] input = ChannelsLast.spatial(x);
        if (w.rank() != x.rank()) {
            throw cx.badShape("weights " + w.shape() + " do not have the rank of " + x.shape());
        }
        return SpatialWindow.read(cx, input, ChannelsLast.spatial(w), false);
    }

    /**
     * A transposed convolution is a convolution by the flipped kernel over the input spread by the strides: positions
     * in between hold zero.
     */
    private static void convTranspose(NodeContext cx) {
        Edge x = cx.input(0);
        Edge w = cx.input(1);
        int[] input = ChannelsLast.spatial(x);
        int axes = input.length;
        if (w.rank() != x.rank() || w.dim(0) != x.dim(1)) {
            throw cx.badShape("weights " + w.shape() + " do not fit " + x.shape());
        }
        int groups = cx.attributes().intOr("group", 1);
        if (groups < 1 || w.dim(0) % groups != 0) {
            throw Attributes.fail("group", "is " + groups + ", which does not divide " + w.dim(0) + " channels");
        }
        int[][] border = transposedPads(cx, input, ChannelsLast.spatial(w));
        Window2d g = SpatialWindow.read(cx, input, ChannelsLast.spatial(w), false).window();
        Edge image = spread(cx, ChannelsLast.image(cx, x), g.strideH(), g.strideW());
        int first = 2 - axes;
        int[] before = {0, axes == 2 ? border[0][0] : 0, border[1 - first][0], 0};
        int[] after = {0, axes == 2 ? border[0][1] : 0, border[1 - first][1], 0};
        Edge padded = cx.emit(new Pad(Ints.of(before), Ints.of(after), PadMode.CONSTANT, 0), image);
        Window2d window = new Window2d(g.kernelH(), g.kernelW(), 1, 1, g.dilationH(), g.dilationW(), 0, 0, 0, 0);
        List<Edge> operands = new ArrayList<>(List.of(padded, flipped(cx, w, groups)));
        if (cx.has(2)) {
            operands.add(cx.input(2));
        }
        Edge y = cx.emit(new Conv2d(window, groups), operands.toArray(Edge[]::new));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    /** For each spatial axis, what to add before and after the spread input; negative amounts crop. */
    private static int[][] transposedPads(NodeContext cx, int[] input, int[] kernel) {
        int axes = input.length;
        int[] ones = new int[axes];
        Arrays.fill(ones, 1);
        int[] strides = orElse(cx.attributes().intsOrNull("strides"), ones, "strides");
        int[] dilations = orElse(cx.attributes().intsOrNull("dilations"), ones, "dilations");
        int[] extra = orElse(cx.attributes().intsOrNull("output_padding"), new int[axes], "output_padding");
        int[] pads = orElse(cx.attributes().intsOrNull("pads"), new int[2 * axes], "pads");
        int[] stated = cx.attributes().intsOrNull("output_shape");
        String auto = cx.attributes().stringOr("auto_pad", "NOTSET");
        int[][] out = new int[axes][];
        for (int i = 0; i < axes; i++) {
            int span = Math.addExact(Math.multiplyExact(dilations[i], kernel[i] - 1), 1);
            int begin = pads[i];
            int end = pads[axes + i];
            int full = Math.addExact(Math.multiplyExact(strides[i], input[i] - 1), Math.addExact(span, extra[i]));
            if (stated != null || auto.startsWith("SAME")) {
                int target = stated == null ? Math.multiplyExact(input[i], strides[i])
                        : orElse(stated, new int[axes], "output_shape")[i];
                int total = full - target;
                // A larger output than the full one gets its zeros at the end.
                int shared = Math.max(0, total);
                begin = auto.equals("SAME_UPPER") ? shared / 2 : shared - shared / 2;
                end = total - begin;
            }
            out[i] = new int[] {span - 1 - begin, span - 1 - end + extra[i]};
        }
        return out;
    }

    private static int[] orElse(int[] values, int[] otherwise, String name) {
        if (values != null && values.length != otherwise.length) {
            throw Attributes.fail(name, "has " + values.length + " entries, must have " + otherwise.length);
        }
        return values == null ? otherwise : values;
    }

    /** Puts strideH - 1 and strideW - 1 zeros between the positions of an image. */
    private static Edge spread(NodeContext cx, Edge image, int strideH, int strideW) {
        if (strideH == 1 && strideW == 1) {
            return image;
        }
        int n = image.dim(0);
        int h = image.dim(1);
        int w = image.dim(2);
        int c = image.dim(3);
        Edge apart = cx.emitter().reshape(image, n, h, 1, w, 1, c);
        Edge padded = cx.emit(new Pad(Ints.of(new int[6]), Ints.of(0, 0, strideH - 1, 0, strideW - 1, 0),
                PadMode.CONSTANT, 0), apart);
        Edge joined = cx.emitter().reshape(padded, n, Math.multiplyExact(h, strideH), Math.multiplyExact(w, strideW),
                c);
        return cx.emit(new Slice(Ints.of(new int[4]),
                Ints.of(n, (h - 1) * strideH + 1, (w - 1) * strideW + 1, c), Ints.of(1, 1, 1, 1)), joined);
    }

    /** [C,O/g,H,W] to [O,H,W,C/g], rows and columns reversed. */
    private static Edge flipped(NodeContext cx, Edge w, int groups) {
        boolean flat = w.rank() == 3;
        int h = flat ? 1 : w.dim(2);
        int k = w.dim(-1);
        Edge parts = cx.emitter().reshape(w, groups, w.dim(0) / groups, w.dim(1), h, k);
        Edge moved = cx.emitter().transpose(parts, 0, 2, 3, 4, 1);
        Edge joined = cx.emitter().reshape(moved, groups * w.dim(1), h, k, w.dim(0) / groups);
        return cx.emit(new Slice(Ints.of(0, h - 1, k - 1, 0), Ints.of(joined.shape().toArray()), Ints.of(1, -1, -1, 1)),
                joined);
    }
}
