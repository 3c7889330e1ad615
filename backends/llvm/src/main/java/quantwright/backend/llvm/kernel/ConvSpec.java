package quantwright.backend.llvm.kernel;

/**
 * An integer convolution instance: u8*s8, s8*s8 or s16*s8 products. A fully connected layer of M rows is a 1x1
 * convolution over one row of M pixels.
 *
 * @param in       activations
 * @param out      result; element size by {@code epilogue.store()}
 * @param residual second input of the fused addition, of {@code out}'s elements and shape; null without one
 * @param window   geometry
 * @param groups   channel groups; divides both channel counts
 * @param epilogue what happens to the accumulators
 * @param pairsProven {@link VectorIsa#safePairs} holds for the weights
 * @param weightBits bits a weight is stored in: 8, 4, 2 or 1; below 8 only where {@link PackedSums#fit} says so
 * @param scaleGroup inputs that share a multiplier ({@link ConvParameters#multipliers}); 0 without multipliers, which only
 *     1x1 convolutions without channel groups have
 * @param groupsFit the sums of all groups stay in i32 when they are multiplied as {@link PackedSums#fit} says
 * @param activations elements of {@code in}
 */
public record ConvSpec(TensorView in, TensorView out, TensorView residual, Window window, int groups, Epilogue epilogue,
        boolean pairsProven, int weightBits, int scaleGroup, boolean groupsFit, Activations activations)
        implements KernelSpec {
    public ConvSpec {
        if (groups < 1 || in.channels() % groups != 0 || out.channels() % groups != 0) {
            throw new IllegalArgumentException("groups " + groups + " of " + in.channels() + " to " + out.channels());
        }
        if ((residual != null) != epilogue.hasResidual()) {
            throw new IllegalArgumentException("residual view and epilogue disagree");
        }
        if (scaleGroup > 0 && (groups > 1 || window.width() != 1 || window.height() != 1)) {
            throw new IllegalArgumentException("multipliers of a product that is more than one run of inputs");
        }
    }

    /** A convolution of bytes of whose groups' sums nothing is known. */
    public ConvSpec(TensorView in, TensorView out, TensorView residual, Window window, int groups, Epilogue epilogue,
            boolean pairsProven, int weightBits, int scaleGroup) {
        this(in, out, residual, window, groups, epilogue, pairsProven, weightBits, scaleGroup, false, Activations.BYTES);
    }

    /** A convolution of whose weights nothing is known. */
    public ConvSpec(TensorView in, TensorView out, TensorView residual, Window window, int groups, Epilogue epilogue) {
        this(in, out, residual, window, groups, epilogue, false, 8);
    }

    /** A convolution without multipliers. */
    public ConvSpec(TensorView in, TensorView out, TensorView residual, Window window, int groups, Epilogue epilogue,
            boolean pairsProven, int weightBits) {
        this(in, out, residual, window, groups, epilogue, pairsProven, weightBits, 0);
    }

    public int groupInputs() {
        return in.channels() / groups;
    }

    public int groupOutputs() {
        return out.channels() / groups;
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels() * window.height() * window.width() * groupInputs();
    }
}
