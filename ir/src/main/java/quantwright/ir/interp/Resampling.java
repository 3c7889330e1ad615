package quantwright.ir.interp;

import java.util.Arrays;
import java.util.function.IntFunction;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.arith.ResizeWeights;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Resizing of the two spatial axes. */
final class Resampling {
    /** Interpolates the four neighbours of output position (y, x). */
    @FunctionalInterface
    private interface Blend {
        int at(int topLeft, int topRight, int bottomLeft, int bottomRight, int y, int x);
    }

    private Resampling() {
    }

    static Tensor resize(ResizeSpec spec, Tensor x, TensorType result) {
        if (spec.mode() == ResizeMode.NEAREST) {
            return nearest(spec, x, result);
        }
        return linear(x, result,
                ResizeTaps.linear(x.type().dim(1), spec.outH(), spec.scaleH(), spec.coordinates()),
                ResizeTaps.linear(x.type().dim(2), spec.outW(), spec.scaleW(), spec.coordinates()));
    }

    static Tensor resizeQuantized(ResizeSpec spec, Rounding rounding, Tensor x, TensorType result) {
        if (spec.mode() == ResizeMode.NEAREST) {
            return nearest(spec, x, result);
        }
        int inH = x.type().dim(1);
        int inW = x.type().dim(2);
        return switch (rounding) {
            case Rounding.F32 _ -> {
                ResizeWeights.Tap[] rows = taps(inH, spec.outH(), spec.scaleH(), spec);
                ResizeWeights.Tap[] columns = taps(inW, spec.outW(), spec.scaleW(), spec);
                yield integers(x, result, y -> new int[] {rows[y].low(), rows[y].high()},
                        c -> new int[] {columns[c].low(), columns[c].high()},
                        (a, b, c, d, y, ox) -> ResizeWeights.blend(a, b, c, d, rows[y], columns[ox]));
            }
            case Rounding.Fixed _ -> {
                ResizeTaps rows = ResizeTaps.linearTflite(inH, spec.outH(), spec.coordinates());
                ResizeTaps columns = ResizeTaps.linearTflite(inW, spec.outW(), spec.coordinates());
                yield integers(x, result, y -> new int[] {rows.lower()[y], rows.upper()[y]},
                        c -> new int[] {columns.lower()[c], columns.upper()[c]},
                        (a, b, c, d, y, ox) -> ResizeTaps.blendTflite(a, b, c, d, rows.weight()[y],
                                columns.weight()[ox]));
            }
        };
    }

    private static ResizeWeights.Tap[] taps(int in, int out, float scale, ResizeSpec spec) {
        ResizeWeights.Tap[] taps = new ResizeWeights.Tap[out];
        Arrays.setAll(taps, o -> ResizeWeights.tap(ResizeTaps.position(o, in, out, scale, spec.coordinates()), in));
        return taps;
    }

    private static Tensor nearest(ResizeSpec spec, Tensor x, TensorType result) {
        Shape from = x.type().shape();
        int[] rows = ResizeTaps.nearest(from.dim(1), spec.outH(), spec.scaleH(), spec.coordinates(), spec.nearest())
                .lower();
        int[] columns = ResizeTaps.nearest(from.dim(2), spec.outW(), spec.scaleW(), spec.coordinates(), spec.nearest())
                .lower();
        Tensor out = Tensor.zeros(result);
        int channels = from.dim(3);
        int at = 0;
        for (int n = 0; n < from.dim(0); n++) {
            for (int row : rows) {
                for (int column : columns) {
                    System.arraycopy(x.array(), ((n * from.dim(1) + row) * from.dim(2) + column) * channels,
                            out.array(), at, channels);
                    at += channels;
                }
            }
        }
        return out;
    }

    private static Tensor linear(Tensor x, TensorType result, ResizeTaps rows, ResizeTaps columns) {
        Tensor out = Tensor.zeros(result);
        float[] a = x.floats();
        int channels = result.dim(3);
        int at = 0;
        for (int n = 0; n < result.dim(0); n++) {
            for (int y = 0; y < result.dim(1); y++) {
                int top = (n * x.type().dim(1) + rows.lower()[y]) * x.type().dim(2);
                int bottom = (n * x.type().dim(1) + rows.upper()[y]) * x.type().dim(2);
                for (int ox = 0; ox < result.dim(2); ox++) {
                    int left = columns.lower()[ox];
                    int right = columns.upper()[ox];
                    for (int c = 0; c < channels; c++) {
                        out.floats()[at++] = ResizeTaps.blend(a[(top + left) * channels + c],
                                a[(top + right) * channels + c], a[(bottom + left) * channels + c],
                                a[(bottom + right) * channels + c], rows.fraction()[y], columns.fraction()[ox]);
                    }
                }
            }
        }
        return out;
    }

    private static Tensor integers(Tensor x, TensorType result, IntFunction<int[]> rows, IntFunction<int[]> columns,
                                   Blend blend) {
        Tensor out = Tensor.zeros(result);
        int channels = result.dim(3);
        int at = 0;
        for (int n = 0; n < result.dim(0); n++) {
            for (int y = 0; y < result.dim(1); y++) {
                int top = (n * x.type().dim(1) + rows.apply(y)[0]) * x.type().dim(2);
                int bottom = (n * x.type().dim(1) + rows.apply(y)[1]) * x.type().dim(2);
                for (int ox = 0; ox < result.dim(2); ox++) {
                    int[] sides = columns.apply(ox);
                    for (int c = 0; c < channels; c++) {
                        out.setInteger(at++, blend.at((int) x.integer((top + sides[0]) * channels + c),
                                (int) x.integer((top + sides[1]) * channels + c),
                                (int) x.integer((bottom + sides[0]) * channels + c),
                                (int) x.integer((bottom + sides[1]) * channels + c), y, ox));
                    }
                }
            }
        }
        return out;
    }
}
