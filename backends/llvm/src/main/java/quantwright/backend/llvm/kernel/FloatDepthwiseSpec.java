package quantwright.backend.llvm.kernel;

/**
 * A float depthwise convolution with channel multiplier 1: acc = fma(a, w, acc) over kernel rows and columns in
 * ascending order, starting from the bias. Padded taps are read from the halo, which holds 0.0.
 *
 * @param in       activations, f32
 * @param out      result; element size by {@code epilogue.store()}
 * @param residual f32 tensor of the fused addition, or null
 * @param window   geometry
 * @param epilogue what happens to the accumulators
 */
public record FloatDepthwiseSpec(TensorView in, TensorView out, TensorView residual, Window window,
        FloatEpilogue epilogue)
        implements KernelSpec {
    public FloatDepthwiseSpec {
        if (in.channels() != out.channels()) {
            throw new IllegalArgumentException("depthwise " + in.channels() + " to " + out.channels());
        }
        if ((residual != null) != epilogue.residual()) {
            throw new IllegalArgumentException("residual view and epilogue disagree");
        }
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels() * window.height() * window.width();
    }
}
