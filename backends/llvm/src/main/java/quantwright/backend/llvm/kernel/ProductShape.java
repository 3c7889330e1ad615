package quantwright.backend.llvm.kernel;

/**
 * What the convolution code needs to know of a spec, integer or float. A step of the code takes some bytes of
 * activation per pixel, such as four i8 or one f32.
 *
 * @param in            activations
 * @param out           result
 * @param residual      second input of a fused addition, or null
 * @param window        geometry
 * @param groups        channel groups
 * @param inputBytes    bytes per activation and per weight before it is packed
 * @param outputBytes   bytes per result element
 * @param residualBytes bytes per residual element
 * @param depth         bytes of activation per pixel and step
 * @param scaleGroup    bytes of activation whose weights share a multiplier, or 0
 * @param groupsFit     sums of groups are added as the product scales them
 * @param longSums      {@link LongSums} are needed
 */
record ProductShape(TensorView in, TensorView out, TensorView residual, Window window, int groups, int inputBytes,
        int outputBytes, int residualBytes, int depth, int scaleGroup,
        boolean groupsFit, boolean longSums) {
    static ProductShape of(ConvSpec s, int depth) {
        int bytes = s.activations().bytes();
        int residual = s.epilogue().store() == Epilogue.Store.I16 ? 2 : 1;
        return new ProductShape(s.in(), s.out(), s.residual(), s.window(), s.groups(), bytes,
                s.epilogue().store().bytes(), residual, depth,
                s.scaleGroup() * bytes, s.groupsFit(), s.activations() == Activations.WORDS_LONG);
    }

    /** Bytes of a group's inputs in a pixel. */
    int groupInputBytes() {
        return in.channels() / groups * inputBytes;
    }

    /** Bytes between the inputs of outputs below each other. */
    long inputRow() {
        return in.rowPitch() * window.strideHeight();
    }

    /** Bytes between the inputs of outputs beside each other. */
    long inputPixel() {
        return in.pixelPitch() * window.strideWidth();
    }

    int groupOutputs() {
        return out.channels() / groups;
    }

    /** The taps of a kernel row lie side by side in memory, so that one run of bytes covers them. */
    boolean fused() {
        return window.width() == 1 || window.dilationWidth() == 1 && groups == 1
            && in.pixelPitch() == (long) in.channels() * inputBytes;
    }

    /** Bytes of activation in a run. */
    int runBytes() {
        return fused() ? window.width() * groupInputBytes() : groupInputBytes();
    }

    int runsPerRow() {
        return fused() ? 1 : window.width();
    }

    int stepsPerRun() {
        return (runBytes() + depth - 1) / depth;
    }

    /** Loads of weights in a run, when each serves {@code steps} steps. */
    long loadsPerRun(int steps) {
        return (stepsPerRun() + steps - 1L) / steps;
    }

    /** Loads of weights per output. */
    long loads(int steps) {
        return window.height() * runsPerRow() * loadsPerRun(steps);
    }

    /** Steps per output. */
    long steps() {
        return (long) window.height() * runsPerRow() * stepsPerRun();
    }

    /** Multipliers per output. */
    int scaleGroups() {
        return scaleGroup == 0 ? 0 : (runBytes() + scaleGroup - 1) / scaleGroup;
    }

    /** Spatial axes may be walked as one row. */
    boolean flattens() {
        return window.isPointwise() && in.rowsTouch() && out.rowsTouch() && (residual == null || residual.rowsTouch());
    }
}
