package quantwright.backend.jvm.runtime;

import java.util.Arrays;
import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;

/**
 * Pools an NHWC tensor; taps in the padding take no part.
 *
 * @param x operand
 * @param out result
 * @param geometry of the window
 * @param storage of both
 * @param how what is made of a window
 */
public record Pool(int x, int out, Geometry geometry, Storage storage, How how) implements Step {
    /** What is made of a window. */
    public sealed interface How {
    }

    /**
     * The greatest element.
     *
     * @param least result of a window without elements
     */
    public record Greatest(float least) implements How {
    }

    /**
     * The f32 mean.
     *
     * @param counts for each output position of an image the number to divide by
     */
    public record Mean(float[] counts) implements How {
    }

    /**
     * The rescaled integer mean.
     *
     * @param zero zero point of the operand
     * @param kinds for each output position of an image which of {@code finishes} applies
     * @param finishes one for each count
     */
    public record Rescaled(int zero, int[] kinds, Finish[] finishes) implements How {
    }

    /**
     * The integer mean of equal parameters, divided as TFLite does.
     *
     * @param counts for each output position of an image the number to divide by
     * @param range of the result
     */
    public record Divided(int[] counts, QuantRange range) implements How {
    }

    @Override
    public void reserve(Memory memory) {
        int c = geometry.channels();
        memory.accumulators(2, c);
        memory.sums(2, c);
        if (how instanceof Rescaled r) {
            for (Finish finish : r.finishes()) {
                finish.reserve(memory, c);
            }
        }
    }

    @Override
    public void run(Memory memory) {
        Geometry g = geometry;
        for (int n = 0; n < g.images(); n++) {
            for (int y = 0; y < g.outHeight(); y++) {
                int top = y * g.strideH() - g.padTop();
                int firstRow = first(top, g.dilationH());
                int endRow = end(top, g.dilationH(), g.kernelH(), g.height());
                for (int column = 0; column < g.outWidth(); column++) {
                    int left = column * g.strideW() - g.padLeft();
                    window(memory, n, y * g.outWidth() + column, top, firstRow, endRow, left,
                            first(left, g.dilationW()), end(left, g.dilationW(), g.kernelW(), g.width()));
                }
            }
        }
    }

    private static int first(int start, int dilation) {
        return Math.max(0, Math.ceilDiv(-start, dilation));
    }

    private static int end(int start, int dilation, int kernel, int extent) {
        return Math.min(kernel, Math.max(0, Math.ceilDiv(extent - start, dilation)));
    }

    private void window(Memory memory, int n, int position, int top, int firstRow, int endRow, int left,
            int firstColumn, int endColumn) {
        Geometry g = geometry;
        int c = g.channels();
        int at = (n * g.positions() + position) * c;
        boolean real = storage == Storage.F32 || storage == Storage.WHOLE && how instanceof Greatest;
        float[] acc = memory.accumulators(2, c)[0];
        float[] tap = memory.accumulators(2, c)[1];
        int[] sums = memory.sums(2, c)[0];
        int[] integers = memory.sums(2, c)[1];
        if (real) {
            Arrays.fill(acc, 0, c, how instanceof Greatest greatest ? greatest.least() : 0f);
        } else {
            Arrays.fill(sums, 0, c, how instanceof Greatest greatest ? (int) greatest.least() : 0);
        }
        int zero = how instanceof Rescaled r ? r.zero() : 0;
        for (int kh = firstRow; kh < endRow; kh++) {
            for (int kw = firstColumn; kw < endColumn; kw++) {
                int from = ((n * g.height() + top + kh * g.dilationH()) * g.width() + left + kw * g.dilationW()) * c;
                if (real) {
                    System.arraycopy(memory.floats(x), from, tap, 0, c);
                    take(acc, tap, c);
                } else {
                    storage.centre(memory.array(x), from, zero, integers, c);
                    take(sums, integers, c);
                }
            }
        }
        finish(memory, position, at, acc, sums);
    }

    private void take(float[] acc, float[] tap, int c) {
        if (how instanceof Greatest) {
            for (int i = 0; i < c; i++) {
                acc[i] = tap[i] > acc[i] ? tap[i] : acc[i];
            }
        } else {
            for (int i = 0; i < c; i++) {
                acc[i] += tap[i];
            }
        }
    }

    private void take(int[] acc, int[] tap, int c) {
        if (how instanceof Greatest) {
            for (int i = 0; i < c; i++) {
                acc[i] = Math.max(tap[i], acc[i]);
            }
        } else {
            for (int i = 0; i < c; i++) {
                acc[i] += tap[i];
            }
        }
    }

    private void finish(Memory memory, int position, int at, float[] acc, int[] sums) {
        int c = geometry.channels();
        switch (how) {
            case Greatest _ -> {
                if (storage == Storage.F32 || storage == Storage.WHOLE) {
                    System.arraycopy(acc, 0, memory.floats(out), at, c);
                } else {
                    storage.narrow(sums, memory.array(out), at, c);
                }
            }
            case Mean mean -> {
                float count = mean.counts()[position];
                for (int i = 0; i < c; i++) {
                    acc[i] /= count;
                }
                System.arraycopy(acc, 0, memory.floats(out), at, c);
            }
            case Rescaled r -> r.finishes()[r.kinds()[position]].store(memory, sums, 0, 1, memory.array(out), at, 1,
                    c);
            case Divided d -> {
                for (int i = 0; i < c; i++) {
                    sums[i] = Averages.divide(sums[i], d.counts()[position], d.range());
                }
                storage.narrow(sums, memory.array(out), at, c);
            }
        }
    }
}
