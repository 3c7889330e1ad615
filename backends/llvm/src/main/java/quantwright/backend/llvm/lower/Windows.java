package quantwright.backend.llvm.lower;

import quantwright.backend.llvm.kernel.Window;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Op;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.Window2d;

/** Geometry of product ops as kernels state it. */
final class Windows {
    private Windows() {
    }

    /** The window of a convolution; a dense layer's is pointwise. */
    static Window of(Op op) {
        return switch (op) {
            case QConv2d c -> of(c.window());
            case Conv2d c -> of(c.window());
            default -> Window.pointwise();
        };
    }

    /** The same window as kernels state it. */
    static Window of(Window2d w) {
        return new Window(w.kernelH(), w.kernelW(), w.strideH(), w.strideW(), w.dilationH(), w.dilationW(), w.padTop(),
                w.padLeft());
    }
}
