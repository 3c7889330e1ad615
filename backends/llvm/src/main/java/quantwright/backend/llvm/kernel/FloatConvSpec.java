package quantwright.backend.llvm.kernel;

/**
 * A float convolution instance, fully connected layers included: acc = fma(a, w, acc) over kernel rows, columns and
 * inputs in ascending order, starting from the bias. Padded taps are read from the halo, which holds 0.0.
 *
 * @param in       activations, f32
 * @param out      result; element size by {@code epilogue.store()}
 * @param residual f32 tensor of the fused addition, or null
 * @param window   geometry
 * @param groups   channel groups; divides both channel counts
 * @param epilogue what happens to the accumulators
 */
public record FloatConvSpec(TensorView in, TensorView out, TensorView residual, Window window, int groups,
        FloatEpilogue epilogue) implements KernelSpec {
    public FloatConvSpec {
        if (groups < 1 || in.channels() % groups != 0 || out.channels() % groups != 0) {
            throw new IllegalArgumentException("groups " + groups + " of " + in.channels() + " to " + out.channels());
        }
        if ((residual != null) != epilogue.residual()) {
            throw new IllegalArgumentException("residual view and epilogue disagree");
        }
    }

    @Override
    public long work() {
        return (long) out.height() * out.width() * out.channels() * window.height() * window.width()
            * (in.channels() / groups);
    }
}
