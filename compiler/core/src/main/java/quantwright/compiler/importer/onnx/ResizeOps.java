package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeCoordinates;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeNearest;
import quantwright.ir.op.ResizeSpec;

/** Resize and Upsample over the spatial axes of an image, channels first or last. */
final class ResizeOps {
    private ResizeOps() {
    }

    static void register(OpTable table) {
        table.add("Upsample", ResizeOps::upsample);
        table.add("Resize", ResizeOps::resize);
    }

    private static void upsample(NodeContext cx) {
        Edge x = cx.input(0);
        float[] scales = cx.opset() < 9 ? cx.attributes().floatsOrNull("scales") : cx.knownFloats(1, "scales");
        if (scales == null) {
            throw Attributes.fail("scales", "is missing");
        }
        ResizeMode mode = mode(cx, cx.attributes().stringOr("mode", "nearest"));
        emit(cx, x, scales, scaled(cx, x, scales), mode, ResizeCoordinates.ASYMMETRIC, ResizeNearest.FLOOR);
    }

    private static void resize(NodeContext cx) {
        Edge x = cx.input(0);
        ResizeMode mode = mode(cx, cx.attributes().stringOr("mode", "nearest"));
        if (cx.opset() < 11) {
            float[] scales = cx.knownFloats(1, "scales");
            emit(cx, x, scales, scaled(cx, x, scales), mode, ResizeCoordinates.ASYMMETRIC, ResizeNearest.FLOOR);
            return;
        }
        if (cx.attributes().flag("antialias", false)) {
            throw cx.unsupported("attribute 'antialias' = 1 is not supported");
        }
        cx.attributes().floatOr("cubic_coeff_a", -0.75f);
        cx.attributes().floatOr("extrapolation_value", 0);
        cx.attributes().intOr("exclude_outside", 0);
        ResizeCoordinates coordinates = coordinates(cx);
        ResizeNearest nearest = nearest(cx);
        int[] given = cx.attributes().intsOrNull("axes");
        int[] axes = given == null ? IntStream.range(0, x.rank()).toArray()
                : Arrays.stream(given).map(a -> cx.axis(a, x.rank())).toArray();
        String policy = cx.attributes().stringOr("keep_aspect_ratio_policy", "stretch");
        float[] scales = new float[x.rank()];
        Arrays.fill(scales, 1);
        int[] sizes = x.shape().toArray();
        if (cx.has(3) && cx.raw(3).shape().elementCount() > 0) {
            if (!policy.equals("stretch")) {
                throw cx.unsupported("attribute 'keep_aspect_ratio_policy' = '" + policy + "' is not supported");
            }
            int[] asked = cx.knownInts(3, "sizes");
            require(cx, asked.length, axes.length);
            for (int i = 0; i < axes.length; i++) {
                sizes[axes[i]] = asked[i];
                scales[axes[i]] = (float) asked[i] / x.dim(axes[i]);
            }
        } else {
            float[] asked = cx.knownFloats(2, "scales");
            require(cx, asked.length, axes.length);
            for (int i = 0; i < axes.length; i++) {
                scales[axes[i]] = asked[i];
            }
            sizes = scaled(cx, x, scales);
        }
        emit(cx, x, scales, sizes, mode, coordinates, nearest);
    }

    private static void require(NodeContext cx, int given, int axes) {
        if (given != axes) {
            throw cx.badShape(given + " scales or sizes for " + axes + " axes");
        }
    }

    private static ResizeMode mode(NodeContext cx, String mode) {
        return switch (mode) {
            case "nearest" -> ResizeMode.NEAREST;
            case "linear", "bilinear" -> ResizeMode.LINEAR;
            default -> throw cx.unsupported("attribute 'mode' = '" + mode + "' is not supported");
        };
    }

    private static ResizeCoordinates coordinates(NodeContext cx) {
        String text = cx.attributes().stringOr("coordinate_transformation_mode", "half_pixel");
        return switch (text) {
            case "half_pixel" -> ResizeCoordinates.HALF_PIXEL;
            case "pytorch_half_pixel" -> ResizeCoordinates.PYTORCH_HALF_PIXEL;
            case "asymmetric" -> ResizeCoordinates.ASYMMETRIC;
            case "align_corners" -> ResizeCoordinates.ALIGN_CORNERS;
            default -> throw cx.unsupported("attribute 'coordinate_transformation_mode' = '" + text
                    + "' is not supported");
        };
    }

    private static ResizeNearest nearest(NodeContext cx) {
        String text = cx.attributes().stringOr("nearest_mode", "round_prefer_floor");
        return switch (text) {
            case "round_prefer_floor" -> ResizeNearest.ROUND_PREFER_FLOOR;
            case "round_prefer_ceil" -> ResizeNearest.ROUND_PREFER_CEIL;
            case "floor" -> ResizeNearest.FLOOR;
            case "ceil" -> ResizeNearest.CEIL;
            default -> throw Attributes.fail("nearest_mode", "is '" + text + "', which is not known");
        };
    }

    private static int[] scaled(NodeContext cx, Edge x, float[] scales) {
        require(cx, scales.length, x.rank());
        int[] sizes = new int[scales.length];
        for (int i = 0; i < sizes.length; i++) {
            // Extent times scale in f32, as ONNX Runtime does.
            float size = (float) Math.floor(x.dim(i) * scales[i]);
            if (!(scales[i] > 0) || size > 1 << 28) {
                throw cx.badShape("scale " + scales[i] + " of axis " + i + " is out of range");
            }
            sizes[i] = (int) size;
        }
        return sizes;
    }

    private static void emit(NodeContext cx, Edge x, float[] scales, int[] sizes, ResizeMode mode,
                             ResizeCoordinates coordinates, ResizeNearest nearest) {
        boolean[] changed = new boolean[x.rank()];
        boolean any = false;
        for (int i = 0; i < changed.length; i++) {
            changed[i] = sizes[i] != x.dim(i) || scales[i] != 1;
            any |= changed[i];
        }
        if (!any) {
            cx.set(0, cx.emit(new Identity(), x));
            return;
        }
        boolean last = x.rank() == 4 && !changed[0] && !changed[3];
        boolean first = (x.rank() == 4 || x.rank() == 3) && !changed[0] && !changed[1];
        if (!first && !last) {
            throw cx.unsupported("scales " + Arrays.toString(scales) + " of " + x.shape()
                    + ": only spatial axes of an image can be resized");
        }
        if (last && !first) {
            cx.set(0, cx.emit(new Resize(new ResizeSpec(mode, coordinates, nearest, sizes[1], sizes[2], scales[1],
                    scales[2])), x));
            return;
        }
        boolean flat = x.rank() == 3;
        ResizeSpec spec = new ResizeSpec(mode, coordinates, nearest, flat ? 1 : sizes[2], sizes[x.rank() - 1],
                flat ? 1 : scales[2], scales[x.rank() - 1]);
        cx.set(0, ChannelsLast.back(cx, cx.emit(new Resize(spec), ChannelsLast.image(cx, x)), x.rank()));
    }
}
