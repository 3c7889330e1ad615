package quantwright.backend.llvm.kernel;

import java.util.List;

/**
 * The kernel catalogue of one instruction set: for each family its templates, best first, the last a reference that
 * takes everything the family can express.
 *
 * @param isa the instruction set
 * @param convolutions integer convolutions and fully connected layers
 * @param depthwise integer depthwise convolutions
 * @param elementwise elementwise operations of bytes and floats
 * @param pools pooling of bytes
 * @param floatConvolutions float convolutions and fully connected layers
 * @param floatDepthwise float depthwise convolutions
 * @param interleaves planes to pixels and back
 */
public record CpuKernels(VectorIsa isa, List<KernelTemplate<ConvSpec, ConvParameters>> convolutions,
                         List<KernelTemplate<DepthwiseSpec, ConvParameters>> depthwise,
                         List<KernelTemplate<ElementwiseSpec, ElementwiseParameters>> elementwise,
                         List<KernelTemplate<PoolSpec, PoolParameters>> pools,
                         List<KernelTemplate<FloatConvSpec, FloatParameters>> floatConvolutions,
                         List<KernelTemplate<FloatDepthwiseSpec, FloatParameters>> floatDepthwise,
                         List<KernelTemplate<InterleaveSpec, InterleaveTemplate.None>> interleaves) {
    /** Copies the lists. */
    public CpuKernels {
        convolutions = List.copyOf(convolutions);
        depthwise = List.copyOf(depthwise);
        elementwise = List.copyOf(elementwise);
        pools = List.copyOf(pools);
        floatConvolutions = List.copyOf(floatConvolutions);
        floatDepthwise = List.copyOf(floatDepthwise);
        interleaves = List.copyOf(interleaves);
    }

    /** Whether the choice of a product's kernel depends on its weights, beside its shape. */
    public boolean choosesByWeights() {
        return convolutions.size() > 1 || depthwise.size() > 1;
    }

    /** What i8 activations are XORed with in the arena. */
    public int byteFlip() {
        return isa.byteFlip();
    }
}
