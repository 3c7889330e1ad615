package quantwright.ir.data;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import quantwright.ir.type.TensorType;

/**
 * Immutable packed little-endian data of a constant, possibly memory-mapped, with a content hash. Equality is that of type
 * and content.
 */
public final class ConstantData {
    private final TensorType type;
    private final MemorySegment bytes;
    private volatile String hash;

    private ConstantData(TensorType type, MemorySegment bytes) {
        this.type = type;
        this.bytes = bytes.asReadOnly();
    }

    /**
     * Wraps packed data without copying; the caller does not change it afterwards.
     *
     * @throws IllegalArgumentException if the size does not fit the type
     */
    public static ConstantData wrap(TensorType type, MemorySegment bytes) {
        if (bytes.byteSize() != type.packedBytes()) {
            throw new IllegalArgumentException(bytes.byteSize() + " bytes where " + type.storage() + " "
                    + type.shape() + " takes " + type.packedBytes());
        }
        return new ConstantData(type, bytes);
    }

    /** Packs a tensor. */
    public static ConstantData of(Tensor tensor) {
        return wrap(tensor.type(), MemorySegment.ofArray(tensor.pack()));
    }

    /** Type of the data. */
    public TensorType type() {
        return type;
    }

    /** The packed bytes, read-only. */
    public MemorySegment bytes() {
        return bytes;
    }

    /** The same data under another type of the same packed size. */
    public ConstantData withType(TensorType other) {
        return wrap(other, bytes);
    }

    /** Unpacks into a fresh tensor. */
    public Tensor toTensor() {
        return Tensor.unpack(type, bytes);
    }

    /** Hexadecimal SHA-256 of the packed bytes. */
    public String hash() {
        String known = hash;
        if (known == null) {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                for (long at = 0; at < bytes.byteSize(); at += Integer.MAX_VALUE / 2) {
                    ByteBuffer part = bytes.asSlice(at, Math.min(Integer.MAX_VALUE / 2, bytes.byteSize() - at))
                            .asByteBuffer();
                    digest.update(part);
                }
                known = HexFormat.of().formatHex(digest.digest());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
            hash = known;
        }
        return known;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ConstantData o && type.equals(o.type)
                && (bytes == o.bytes || bytes.mismatch(o.bytes) < 0);
    }

    @Override
    public int hashCode() {
        long size = bytes.byteSize();
        int sample = 0;
        for (long i = 0; i < Math.min(size, 64); i++) {
            sample = sample * 31 + bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, i * (size / Math.min(size, 64)));
        }
        return type.hashCode() * 31 + sample;
    }

    @Override
    public String toString() {
        return "data " + type.storage() + " " + type.shape();
    }
}
