package quantwright.compiler.importer.onnx;

import quantwright.ir.op.Window2d;

/**
 * The window of a convolution or pool over one or two spatial axes. One axis is seen as width under a height of 1.
 * Formulas as in the ONNX operator specification of Conv and AveragePool.
 *
 * @param window geometry; ceil mode is in the bottom and right padding
 * @param uncountedBottom rows at the bottom that only ceil mode added
 * @param uncountedRight columns at the right that only ceil mode added
 */
record SpatialWindow(Window2d window, int uncountedBottom, int uncountedRight) {
    /** Extents beyond this cannot be meant, and would overflow. */
    private static final int LIMIT = 1 << 28;

    /**
     * Reads kernel_shape, strides, dilations, pads and auto_pad.
     *
     * @param cx the node
     * @param input spatial extents, one or two
     * @param kernel spatial extents of the weights; null if only the attribute states them
     * @param ceilMode whether a partial window at the end counts
     */
    static SpatialWindow read(NodeContext cx, int[] input, int[] kernel, boolean ceilMode) {
        int axes = input.length;
        int[] stated = cx.attributes().intsOrNull("kernel_shape");
        if (stated == null && kernel == null) {
            cx.attributes().require("kernel_shape");
        }
        int[] size = checked("kernel_shape", stated == null ? kernel : stated, axes, 1, 1);
        if (kernel != null && !java.util.Arrays.equals(size, kernel)) {
            throw Attributes.fail("kernel_shape", "does not agree with the weights");
        }
        int[] strides = checked("strides", cx.attributes().intsOrNull("strides"), axes, 1, 1);
        int[] dilations = checked("dilations", cx.attributes().intsOrNull("dilations"), axes, 1, 1);
        int[] pads = checked("pads", cx.attributes().intsOrNull("pads"), 2 * axes, 0, 0);
        String auto = cx.attributes().stringOr("auto_pad", "NOTSET");
        int[][] axis = new int[2][];
        axis[0] = new int[] {1, 1, 1, 0, 0, 0};
        for (int i = 0; i < axes; i++) {
            axis[2 - axes + i] = axis(auto, ceilMode, new int[] {input[i], size[i], strides[i], dilations[i], pads[i],
                pads[axes + i]});
        }
        int[] h = axis[0];
        int[] w = axis[1];
        return new SpatialWindow(new Window2d(h[0], w[0], h[1], w[1], h[2], w[2], h[3], w[3], h[4], w[4]), h[5], w[5]);
    }

    private static int[] checked(String name, int[] values, int count, int otherwise, int least) {
        if (values == null) {
            int[] all = new int[count];
            java.util.Arrays.fill(all, otherwise);
            return all;
        }
        if (values.length != count) {
            throw Attributes.fail(name, "has " + values.length + " entries, must have " + count);
        }
        for (int v : values) {
            if (v < least || v > LIMIT) {
                throw Attributes.fail(name, "holds " + v + ", which is out of range");
            }
        }
        return values;
    }

    /** From input, kernel, stride, dilation, begin, end to kernel, stride, dilation, begin, end, uncounted. */
    private static int[] axis(String auto, boolean ceilMode, int[] a) {
        long span = (long) a[3] * (a[1] - 1) + 1;
        if (span > LIMIT || a[0] > LIMIT) {
            throw Attributes.fail("dilations", "span " + span + " positions of an axis of " + a[0]);
        }
        int stride = a[2];
        int begin = a[4];
        int end = a[5];
        switch (auto) {
            case "NOTSET", "" -> { }
            case "VALID" -> {
                begin = 0;
                end = 0;
            }
            case "SAME_UPPER", "SAME_LOWER" -> {
                int total = (int) Math.max(0, (long) (Math.ceilDiv(a[0], stride) - 1) * stride + span - a[0]);
                begin = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                end = total - begin;
            }
            default -> throw Attributes.fail("auto_pad", "is '" + auto + "', which is not known");
        }
        int extra = 0;
        if (ceilMode) {
            int out = (int) Math.ceilDiv(a[0] + begin + end - span, (long) stride) + 1;
            // A window must not start in the padding at the end.
            if ((long) (out - 1) * stride >= (long) a[0] + begin) {
                out--;
            }
            extra = (int) Math.max(0, (long) (out - 1) * stride + span - a[0] - begin - end);
        }
        return new int[] {a[1], stride, a[3], begin, end + extra, extra};
    }
}
