package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.backend.llvm.text.ModuleBuilder;

/** Integer convolution, fully connected layers included. */
final class ConvKernel implements SlicedKernel<ConvParameters> {
    private final ConvSpec spec;
    private final VectorIsa isa;
    private final TileProduct product;
    private final int weightBits;
    private final ConvTiling tiling;
    private final ProductLayout layout;
    private final EpilogueLayout epilogue;

    ConvKernel(ConvSpec spec, VectorIsa isa, TileProduct product, int weightBits, ConvTiling tiling) {
        this.spec = spec;
        this.isa = isa;
        this.product = product;
        this.weightBits = weightBits;
        this.tiling = tiling;
        layout = new ProductLayout(ProductShape.of(spec, product.depth()), tiling, product);
        epilogue = new EpilogueLayout(spec.epilogue(), layout.padded(), layout.weightBytes());
    }

    @Override
    public String name() {
        return (isa.byteFlip() != 0 ? "u8s" : "s8s") + weightBits
            + (spec.scaleGroup() > 0 ? "g" + spec.scaleGroup() : "") + "s32_conv_"
            + (product.gathers() != null ? "gathered_" : "") + tiling.pixels() + "x"
            + ConvTiling.lanes(tiling.block()) + "c" + product.depth() + "__" + isa.suffix();
    }

    @Override
    public byte[] constants(ConvParameters p) {
        var b = ByteBuffer.allocate((int) epilogue.end).order(ByteOrder.LITTLE_ENDIAN);
        layout.pack(b, p.weights(), p.multipliers());
        boolean rescaled = scaleShift() > 0 && spec.epilogue().requantize() instanceof Epilogue.Requantize.F32;
        EpilogueValues values = rescaled ? p.epilogue().scaledDown(scaleShift()) : p.epilogue();
        epilogue.write(b, layout.channels(), biases(p), values, isa.byteFlip(), layout.vectorStarts());
        return b.array();
    }

    // sum (u - flip - zero) * w = sum u * w - (flip + zero) * sum w; sums wrap as the accumulator does
    private int[] biases(ConvParameters p) {
        int[] r = new int[spec.out().channels()];
        int perOutput = p.weights().length / r.length;
        for (int c = 0; c < r.length; c++) {
            int sum = 0;
            for (int k = 0; k < perOutput; k++) {
                sum += p.weights()[c * perOutput + k] * multiplier(p, c, k);
            }
            int bias = (p.bias() == null ? 0 : p.bias()[c]) - (isa.byteFlip() + p.inputZero()) * sum;
            r[c] = bias << scaleShift();
        }
        return r;
    }

    /** Sums of groups are scaled back before they are multiplied. */
    private int scaleShift() {
        return spec.scaleGroup() > 0 ? 0 : product.scaleShift();
    }

    private int multiplier(ConvParameters p, int output, int input) {
        int size = spec.scaleGroup();
        return size == 0 ? 1 : p.multipliers()[output * Math.ceilDiv(spec.groupInputs(), size) + input / size] & 0xff;
    }

    private ProductCode code() {
        return new ProductCode(ProductShape.of(spec, product.depth()), product, tiling, layout, (f, constants, c4, c8) ->
            new EpilogueEmitter(f, isa, spec.epilogue(), epilogue, constants, c4, c8, scaleShift()));
    }

    @Override
    public int units() {
        return code().units();
    }

    @Override
    public void emit(ModuleBuilder module, String function, ModuleBuilder.Linkage linkage, boolean sliced) {
        code().emit(module, function, linkage, sliced);
    }
}
