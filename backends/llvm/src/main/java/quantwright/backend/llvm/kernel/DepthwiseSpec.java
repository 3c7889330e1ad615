package quantwright.backend.llvm.kernel;

/**
 * An integer depthwise convolution with channel multiplier 1: output channel c sees input channel c only.
 *
 * @param in       activations, bytes
 * @param out      result; element size by {@code epilogue.store()}
 * @param residual second input of the fused addition, or null
 * @param window   geometry
 * @param epilogue what happens to the accumulators
 * @param pairsProven {@link VectorIsa#safePairs} holds for the weights
 * @param weightBits bits a weight is stored in: 8, 4, 2 or 1
 */
public record DepthwiseSpec(TensorView in, TensorView out, TensorView residual, Window window, Epilogue epilogue,
        boolean pairsProven, int weightBits) implements KernelSpec {
    public DepthwiseSpec {
        if (in.channels() != out.channels()) {
            throw new IllegalArgumentException("depthwise " + in.channels() + " to " + out.channels());
        }
        if ((residual != null) != epilogue.hasResidual()) {
            throw new IllegalArgumentException("residual view and epilogue disagree");
        }
    }

    /** A convolution by bytes. */
    public DepthwiseSpec(TensorView in, TensorView out, TensorView residual, Window window, Epilogue epilogue,
            boolean pairsProven) {
        this(in, out, residual, window, epilogue, pairsProven, 8);
    }

    /** A convolution of whose weights nothing is known. */
    public DepthwiseSpec(TensorView in, TensorView out, TensorView residual, Window window, Epilogue epilogue) {
        this(in, out, residual, window, epilogue, false);
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels() * window.height() * window.width();
    }
}
