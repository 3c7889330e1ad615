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

    /** A catalogue whose products are chosen from lists and whose other families have one template each. */
    public static CpuKernels of(VectorIsa isa, List<KernelTemplate<ConvSpec, ConvParameters>> convolutions,
            List<KernelTemplate<DepthwiseSpec, ConvParameters>> depthwise) {
        return new CpuKernels(isa, convolutions, depthwise, List.of(new ElementwiseTemplate(isa)),
                List.of(new PoolTemplate(isa)), List.of(new FloatConvTemplate(isa)),
                List.of(new FloatDepthwiseTemplate(isa)), List.of(new InterleaveTemplate(isa)));
    }

    /** {@link VectorIsa#safePairs} of these weights where the choice of a kernel depends on it, else false. */
    public boolean safePairs(byte[] weights, int perOutput) {
        return (convolutions.size() > 1 || depthwise.size() > 1) && isa.safePairs(weights, perOutput);
    }

    /** What i8 activations are XORed with in the arena. */
    public int byteFlip() {
        return isa.byteFlip();
    }
}
