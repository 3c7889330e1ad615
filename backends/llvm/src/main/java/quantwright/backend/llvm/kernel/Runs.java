package quantwright.backend.llvm.kernel;

import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.Value;

/**
 * Walks tensors of one shape together, in vectors as wide as their common contiguous runs allow. Exactly the elements
 * are touched, so it is safe on callers' buffers, which have no slack.
 */
final class Runs {
    private final FunctionBuilder f;
    private final List<TensorView> views;
    private final int[] elementBytes;
    private final int lanes;

    /** Handles one vector: an address per tensor, and its lanes (a power of two, 1 for a scalar). */
    interface Body {
        void vector(Address[] at, int lanes);
    }

    /**
     * A walk.
     *
     * @param views        one per tensor, equal height, width and channels
     * @param elementBytes element size of each
     * @param lanes        most elements to handle at once
     */
    Runs(FunctionBuilder f, List<TensorView> views, int[] elementBytes, int lanes) {
        this.f = f;
        this.views = views;
        this.elementBytes = elementBytes;
        this.lanes = lanes;
    }

    void emit(Address[] start, Body body) {
        TensorView first = views.getFirst();
        long rowRun = (long) first.width() * first.channels();
        boolean densePixels = true;
        boolean denseRows = true;
        for (int i = 0; i < views.size(); i++) {
            TensorView v = views.get(i);
            densePixels &= v.width() == 1 || v.pixelPitch() == (long) v.channels() * elementBytes[i];
            denseRows &= v.height() == 1 || v.rowPitch() == rowRun * elementBytes[i];
        }
        if (densePixels && denseRows) {
            run(start, rowRun * first.height(), body);
        } else if (densePixels) {
            f.loop(0, first.height(), 1, y -> run(rows(start, y), rowRun, body));
        } else {
            f.loop(0, first.height(), 1, y -> {
                Address[] row = rows(start, y);
                f.loop(0, first.width(), 1, x -> {
                    Address[] pixel = new Address[row.length];
                    for (int i = 0; i < row.length; i++) {
                        pixel[i] = f.at(row[i], x, views.get(i).pixelPitch());
                    }
                    run(pixel, first.channels(), body);
                });
            });
        }
    }

    private Address[] rows(Address[] start, Value y) {
        Address[] row = new Address[start.length];
        for (int i = 0; i < row.length; i++) {
            row[i] = f.at(start[i], y, views.get(i).rowPitch());
        }
        return row;
    }

    private void run(Address[] start, long elements, Body body) {
        long main = elements / lanes * lanes;
        f.loop(0, main, lanes, i -> {
            Address[] at = new Address[start.length];
            Arrays.setAll(at, k -> f.at(start[k], i, elementBytes[k]));
            body.vector(at, lanes);
        });
        long at = main;
        for (int n = lanes / 2; n >= 1; n /= 2) {
            if ((elements - at) / n > 0) {
                long done = at;
                Address[] a = new Address[start.length];
                Arrays.setAll(a, k -> start[k].plus(done * elementBytes[k]));
                body.vector(a, n);
                at += n;
            }
        }
    }
}
