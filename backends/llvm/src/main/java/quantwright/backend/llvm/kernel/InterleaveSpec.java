package quantwright.backend.llvm.kernel;

/**
 * Transposition between planes (one per channel, as ONNX images lie) and pixels, for few channels: what model edges
 * need.
 *
 * @param pixels       the NHWC side; its shape is the image's
 * @param elementBytes 1 or 4; elements move as they are
 * @param planePitch   bytes from a plane to the next on the other side
 * @param rowPitch     bytes from a row of a plane to the next
 * @param toPixels     planes are read and pixels written, else the reverse
 */
public record InterleaveSpec(TensorView pixels, int elementBytes, long planePitch, long rowPitch, boolean toPixels)
        implements KernelSpec {
    /** Most channels the kernel handles. */
    public static final int CHANNELS = 4;

    public InterleaveSpec {
        if (elementBytes != 1 && elementBytes != 4) {
            throw new IllegalArgumentException("elements of " + elementBytes + " bytes");
        }
    }

    @Override
    public long work() {
        return (long) pixels.height() * pixels.width() * pixels.channels();
    }
}
