package quantwright.backend.llvm.kernel;

/**
 * Pooling of bytes. Padding never takes part, so the input needs no halo.
 *
 * @param kind            what is computed
 * @param in              activations
 * @param out             result, as many channels
 * @param window          geometry; dilation included
 * @param padBottom       rows of padding below, which only {@code countIncludePad} sees
 * @param padRight        pixels of padding on the right
 * @param countIncludePad padded positions count in the average
 * @param epilogue        for {@link Kind#AVERAGE}: what happens to the sum of (q - zero), factors indexed by count;
 *                        else null
 */
public record PoolSpec(Kind kind, TensorView in, TensorView out, Window window, int padBottom, int padRight,
        boolean countIncludePad, Epilogue epilogue) implements KernelSpec {
    /** Kinds of pooling. */
    public enum Kind {
        /** Greatest value. */
        MAX,
        /** Sum of (q - zero), requantized by a factor per count. */
        AVERAGE,
        /** TensorFlow Lite's: sum of q divided by the count, half away from zero, clamped. */
        AVERAGE_DIVIDE
    }

    public PoolSpec {
        if (in.channels() != out.channels()) {
            throw new IllegalArgumentException("pooling " + in.channels() + " to " + out.channels());
        }
        if ((kind == Kind.AVERAGE) != (epilogue != null)) {
            throw new IllegalArgumentException("an epilogue belongs to AVERAGE");
        }
        if (epilogue != null && epilogue.hasResidual()) {
            throw new IllegalArgumentException("pooling has no residual");
        }
    }

    /** The mean over all pixels. */
    public static PoolSpec global(TensorView in, TensorView out, Epilogue epilogue) {
        return new PoolSpec(Kind.AVERAGE, in, out, new Window(in.height(), in.width(), 1, 1, 1, 1, 0, 0), 0, 0, false,
                epilogue);
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels() * window.height() * window.width();
    }
}
