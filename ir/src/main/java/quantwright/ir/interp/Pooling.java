package quantwright.ir.interp;

import java.util.Arrays;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Window maxima and float averages; padded taps take no part. */
final class Pooling {
    /** First and last-but-one tap of a window along one axis. */
    record Span(int first, int end) {
        /** Taps of the window at output position {@code out} that fall inside {@code [low, high)} of the input. */
        static Span of(int out, int stride, int pad, int kernel, int dilation, int low, int high) {
            int start = out * stride - pad;
            int first = Math.max(0, Math.ceilDiv(low - start, dilation));
            int end = Math.min(kernel, Math.max(0, Math.ceilDiv(high - start, dilation)));
            return new Span(first, Math.max(first, end));
        }

        int count() {
            return end - first;
        }
    }

    /** What a pool does with each output position. */
    @FunctionalInterface
    interface Position {
        /** Output position (n, y, x) with its valid taps. */
        void visit(int n, int y, int x, Span rows, Span columns);
    }

    private Pooling() {
    }

    static void positions(Window2d w, TensorType x, TensorType result, Position visitor) {
        for (int n = 0; n < result.dim(0); n++) {
            for (int oy = 0; oy < result.dim(1); oy++) {
                Span rows = Span.of(oy, w.strideH(), w.padTop(), w.kernelH(), w.dilationH(), 0, x.dim(1));
                for (int ox = 0; ox < result.dim(2); ox++) {
                    visitor.visit(n, oy, ox, rows,
                            Span.of(ox, w.strideW(), w.padLeft(), w.kernelW(), w.dilationW(), 0, x.dim(2)));
                }
            }
        }
    }

    /** Offset of tap (kh, kw) of output position (n, y, x) in the elements of {@code x}. */
    static int tap(Window2d w, TensorType type, int n, int y, int x, int kh, int kw) {
        int row = y * w.strideH() - w.padTop() + kh * w.dilationH();
        int column = x * w.strideW() - w.padLeft() + kw * w.dilationW();
        return ((n * type.dim(1) + row) * type.dim(2) + column) * type.dim(3);
    }

    /**
     * Taps that an average divides by at output position (y, x) whose valid taps are {@code rows} by {@code columns}.
     */
    static int count(Window2d w, TensorType x, boolean includePad, int uncountedBottom, int uncountedRight, int oy,
                     int ox, Span rows, Span columns) {
        if (!includePad) {
            return rows.count() * columns.count();
        }
        int high = x.dim(1) + w.padBottom() - uncountedBottom;
        int right = x.dim(2) + w.padRight() - uncountedRight;
        return Span.of(oy, w.strideH(), w.padTop(), w.kernelH(), w.dilationH(), -w.padTop(), high).count()
                * Span.of(ox, w.strideW(), w.padLeft(), w.kernelW(), w.dilationW(), -w.padLeft(), right).count();
    }

    static Tensor max(Window2d w, Tensor x, TensorType result) {
        Tensor out = Tensor.zeros(result);
        int channels = result.dim(3);
        positions(w, x.type(), result, (n, y, ox, rows, columns) -> {
            int to = ((n * result.dim(1) + y) * result.dim(2) + ox) * channels;
            start(out, to, channels);
            for (int kh = rows.first(); kh < rows.end(); kh++) {
                for (int kw = columns.first(); kw < columns.end(); kw++) {
                    maxRow(x, tap(w, x.type(), n, y, ox, kh, kw), out, to, channels);
                }
            }
        });
        return out;
    }

    private static void start(Tensor out, int at, int n) {
        ScalarType storage = out.type().storage();
        switch (storage) {
            case F32 -> Arrays.fill(out.floats(), at, at + n, Float.NEGATIVE_INFINITY);
            case F64 -> Arrays.fill(out.doubles(), at, at + n, Double.NEGATIVE_INFINITY);
            default -> {
                for (int i = at; i < at + n; i++) {
                    out.setInteger(i, storage.minValue());
                }
            }
        }
    }

    private static void maxRow(Tensor x, int from, Tensor out, int to, int n) {
        switch (x.type().storage()) {
            case F32 -> {
                float[] a = x.floats();
                float[] m = out.floats();
                for (int c = 0; c < n; c++) {
                    m[to + c] = a[from + c] > m[to + c] ? a[from + c] : m[to + c];
                }
            }
            case F64 -> {
                double[] a = x.doubles();
                double[] m = out.doubles();
                for (int c = 0; c < n; c++) {
                    m[to + c] = a[from + c] > m[to + c] ? a[from + c] : m[to + c];
                }
            }
            case I8, I4, I2 -> {
                byte[] a = x.bytes();
                byte[] m = out.bytes();
                for (int c = 0; c < n; c++) {
                    m[to + c] = (byte) Math.max(a[from + c], m[to + c]);
                }
            }
            default -> {
                for (int c = 0; c < n; c++) {
                    out.setInteger(to + c, Math.max(x.integer(from + c), out.integer(to + c)));
                }
            }
        }
    }

    static Tensor average(AvgPool op, Tensor x, TensorType result) {
        Tensor out = Tensor.zeros(result);
        Window2d w = op.window();
        int channels = result.dim(3);
        float[] a = x.floats();
        float[] sum = out.floats();
        positions(w, x.type(), result, (n, y, ox, rows, columns) -> {
            int to = ((n * result.dim(1) + y) * result.dim(2) + ox) * channels;
            for (int kh = rows.first(); kh < rows.end(); kh++) {
                for (int kw = columns.first(); kw < columns.end(); kw++) {
                    int from = tap(w, x.type(), n, y, ox, kh, kw);
                    for (int c = 0; c < channels; c++) {
                        sum[to + c] += a[from + c];
                    }
                }
            }
            float count = count(w, x.type(), op.countIncludePad(), op.uncountedBottom(), op.uncountedRight(), y, ox,
                    rows, columns);
            for (int c = 0; c < channels; c++) {
                sum[to + c] /= count;
            }
        });
        return out;
    }
}
