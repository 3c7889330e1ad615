package quantwright.backend.npu.plan;

import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.NumberType;

/**
 * A feature map: rows of pixels of channels. The last axis of a tensor is channels, the one before is the width, all
 * others together are the height. In DRAM its rows are dense and start at multiples of the DMA alignment; in the
 * scratchpad it may have a halo, so that windows can reach beyond its border.
 */
public final class Feature {
    private final String name;
    private final TensorType type;
    private final int height;
    private final int width;
    private final int channels;
    private Feature base;
    /** Whether this map's pixels are parts of those of {@link #base}, {@link #offset} bytes from their starts. */
    private boolean part;
    private int offset;
    private Halo halo = Halo.NONE;
    private boolean resident;
    private int address = -1;
    private long dram = -1;

    /** A map of a tensor's shape. */
    public Feature(String name, TensorType type) {
        this(name, type, null);
    }

    /** The bytes of {@code base} under another shape or type. */
    public static Feature view(String name, TensorType type, Feature base) {
        return new Feature(name, type, base.root());
    }

    private Feature(String name, TensorType type, Feature base) {
        this.base = base;
        this.name = name;
        this.type = type;
        Shape shape = type.shape();
        int rank = shape.rank();
        channels = rank > 0 ? shape.dim(-1) : 1;
        width = rank > 1 ? shape.dim(-2) : 1;
        height = Math.toIntExact(shape.product(0, Math.max(0, rank - 2)));
    }

    /** The map whose memory this one is. */
    public Feature root() {
        return base == null ? this : base;
    }

    /** Makes this map the channels of every pixel of another that begin {@code at} bytes after the pixel. */
    public void join(Feature whole, int at) {
        base = whole.root();
        part = true;
        offset = at;
    }

    /** Whether this map's pixels are parts of another's. */
    public boolean isPart() {
        return part;
    }

    /** The map that decides where pixels lie: the one this is a part of, or this one itself. */
    private Feature frame() {
        return part ? base : this;
    }

    /** Bytes from pixel to pixel in memory. */
    public int memoryPitch() {
        return frame().pixelPitch();
    }

    /** Bytes from the frame's pixel to this map's. */
    public int memoryOffset() {
        return offset;
    }

    /** Name of the value. */
    public String name() {
        return name;
    }

    /** The tensor's type. */
    public TensorType type() {
        return type;
    }

    /** Rows. */
    public int height() {
        return height;
    }

    /** Pixels of a row. */
    public int width() {
        return width;
    }

    /** Elements of a pixel. */
    public int channels() {
        return channels;
    }

    /** Storage type on the NPU; raw sums have none. */
    public NumberType number() {
        return number(type.storage());
    }

    /** The NPU's name of a storage type. */
    public static NumberType number(ScalarType storage) {
        return switch (storage) {
            case I8 -> NumberType.I8;
            case U8 -> NumberType.U8;
            case I16 -> NumberType.I16;
            case I4 -> NumberType.I4;
            case U4 -> NumberType.U4;
            case I2 -> NumberType.I2;
            case U2 -> NumberType.U2;
            case SIGN1 -> NumberType.SIGN1;
            default -> throw new IllegalArgumentException("the NPU does not store " + storage);
        };
    }

    /** Scale and zero point. */
    public QuantizedType quantized() {
        return type.quantized();
    }

    /** Zero point. */
    public int zero() {
        return type.isQuantized() ? type.quantized().zeroPoint(0) : 0;
    }

    /** Bytes of an element. */
    public int elementBytes() {
        return type.storage().bits() / 8;
    }

    /** Bytes from pixel to pixel. */
    public int pixelPitch() {
        return channels * elementBytes();
    }

    /** Bytes of a row of pixels. */
    public int rowBytes() {
        return width * pixelPitch();
    }

    /** Bytes from row to row in DRAM. */
    public int dramRowPitch(int alignment) {
        return align(rowBytes(), alignment);
    }

    /** Bytes in DRAM. */
    public long dramBytes(int alignment) {
        return (long) height * dramRowPitch(alignment);
    }

    /** What lies around the map in the scratchpad. */
    public Halo halo() {
        return halo;
    }

    /** Makes room for another consumer's window. */
    public void widen(Halo wanted) {
        halo = halo.union(wanted);
    }

    /** Whether the map stays in the scratchpad for all its life. */
    public boolean isResident() {
        return root().resident;
    }

    /** Decides where the map lives. */
    public void setResident(boolean stays) {
        root().resident = stays;
    }

    /** Layout in the scratchpad of {@code rows} rows with this map's halo at the sides. */
    public Band band(int rows, int top, int bottom, int alignment) {
        return new Band(this, rows, width, top, bottom, halo.left(), halo.right(), alignment);
    }

    /** Layout of the whole map where it stays in the scratchpad; DMA does not touch it there, so rows need no alignment. */
    public Band whole() {
        Feature f = frame();
        return f.band(height, f.halo.top(), f.halo.bottom(), 1);
    }

    /** Bytes from row to row in DRAM of the map that this is or is a part of. */
    public int dramFramePitch(int alignment) {
        return frame().dramRowPitch(alignment);
    }

    /** Scratchpad address of the whole map's layout. */
    public int address() {
        return root().address + memoryOffset();
    }

    /** Places the map in the scratchpad. */
    public void setAddress(int at) {
        root().address = at;
    }

    /** Address in DRAM. */
    public long dram() {
        return root().dram + memoryOffset();
    }

    /** Places the map in DRAM. */
    public void setDram(long at) {
        root().dram = at;
    }

    static int align(int bytes, int alignment) {
        return Math.ceilDiv(bytes, alignment) * alignment;
    }

    @Override
    public String toString() {
        return name + " " + height + "x" + width + "x" + channels;
    }
}
