package quantwright.backend.npu.lower;

import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Halo;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.op.Window2d;

/** What sliding windows read of a map. */
final class Windows {
    private Windows() {
    }

    /** Input rows of output rows {@code from} to {@code to}; they may lie outside the map. */
    static Rows rows(Window2d w, int from, int to) {
        return new Rows(from * w.strideH() - w.padTop(), (to - 1) * w.strideH() - w.padTop() + w.spanH());
    }

    /** Input columns of output columns {@code from} to {@code to}; they may lie outside the map. */
    static Rows columns(Window2d w, int from, int to) {
        return new Rows(from * w.strideW() - w.padLeft(), (to - 1) * w.strideW() - w.padLeft() + w.spanW());
    }

    /** What windows read around the map: the padding, less where the last window ends before it. */
    static Halo halo(Window2d w, Feature in, Feature out) {
        int bottom = (out.height() - 1) * w.strideH() + w.spanH() - w.padTop() - in.height();
        int right = (out.width() - 1) * w.strideW() + w.spanW() - w.padLeft() - in.width();
        return new Halo(w.padTop(), w.padLeft(), Math.max(0, bottom), Math.max(0, right));
    }
}
