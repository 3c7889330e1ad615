package quantwright.backend.llvm.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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
        layout = new ProductLayout(ProductShape.of(spec, product.depth()), tiling, product, product.pixels() > 1
            && spec.scaleGroup() == 0 && !isLong() && EpilogueEmitter.takesAccumulators(spec.epilogue()));
        epilogue = new EpilogueLayout(isa, spec.epilogue(), layout.padded(), layout.weightBytes(), isLong());
    }

    @Override
    public String name() {
        return (isWide() ? isLong() ? "s16l" : "s16" : isa.byteFlip() != 0 ? "u8" : "s8") + "s" + weightBits
            + (spec.scaleGroup() > 0 ? "g" + spec.scaleGroup() : "") + (spec.groupsFit() ? "f" : "") + "s32_conv_"
            + (product.gathers() != null ? "gathered_" : "") + tiling.pixels() + "x"
            + ConvTiling.lanes(tiling.block()) + "c" + product.depth() + "__" + isa.suffix();
    }

    @Override
    public byte[] constants(ConvParameters p) {
        var b = ByteBuffer.allocate((int) epilogue.end).order(ByteOrder.LITTLE_ENDIAN);
        layout.pack(b, isWide() ? words(p.weights()) : p.weights(), p.multipliers());
        boolean rescaled = scaleShift() > 0 && spec.epilogue().requantize() instanceof Epilogue.Requantize.F32;
        EpilogueValues values = rescaled ? p.epilogue().scaledDown(scaleShift()) : p.epilogue();
        long[] biases = biases(p);
        int flip = spec.epilogue().store() == Epilogue.Store.I16 ? 0 : isa.byteFlip();
        epilogue.write(b, layout.channels(), Arrays.stream(biases).mapToInt(v -> isLong() ? LongSums.low(v) : (int) v)
            .toArray(), values, flip, layout.vectorStarts());
        if (isLong()) {
            epilogue.writeHigh(b, layout.channels(), Arrays.stream(biases).mapToInt(LongSums::high).toArray());
        }
        return b.array();
    }

    private boolean isWide() {
        return spec.activations() != Activations.BYTES;
    }

    private boolean isLong() {
        return spec.activations() == Activations.WORDS_LONG;
    }

    /** Weights in the width of the activations, as a product packs them. */
    private static byte[] words(byte[] weights) {
        var b = ByteBuffer.allocate(2 * weights.length).order(ByteOrder.LITTLE_ENDIAN);
        for (byte w : weights) {
            b.putShort(w);
        }
        return b.array();
    }

    // sum (u - flip - zero) * w = sum u * w - (flip + zero) * sum w; sums of 32 bits wrap as the accumulator does
    private long[] biases(ConvParameters p) {
        long[] r = new long[spec.out().channels()];
        long zero = (isWide() ? 0 : isa.byteFlip()) + p.inputZero();
        int perOutput = p.weights().length / r.length;
        for (int c = 0; c < r.length; c++) {
            long sum = 0;
            for (int k = 0; k < perOutput; k++) {
                sum += p.weights()[c * perOutput + k] * multiplier(p, c, k);
            }
            long bias = (p.bias() == null ? 0 : p.bias()[c]) - zero * sum;
            r[c] = (bias << scaleShift()) + SmallSums.start(isa, spec.epilogue(), scaleShift());
        }
        return r;
    }

    /** Sums of groups may be scaled back before they are multiplied. */
    private int scaleShift() {
        return spec.scaleGroup() > 0 && !spec.groupsFit() ? 0 : product.scaleShift();
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
