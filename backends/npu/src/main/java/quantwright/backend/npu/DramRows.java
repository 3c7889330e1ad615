package quantwright.backend.npu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import quantwright.backend.npu.plan.Feature;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.TensorType;

/** Tensors as programs lay them out: dense rows of pixels, each row at some distance from the one before. */
final class DramRows {
    private DramRows() {
    }

    /** Bytes of a tensor with rows at multiples of an alignment. */
    static byte[] pack(Tensor tensor, int alignment) {
        Feature f = new Feature("", tensor.type().canonical());
        byte[] dense = tensor.pack();
        int pitch = f.dramRowPitch(alignment);
        if (pitch == f.rowBytes()) {
            return dense;
        }
        byte[] rows = new byte[Math.toIntExact(f.dramBytes(alignment))];
        for (int y = 0; y < f.height(); y++) {
            System.arraycopy(dense, y * f.rowBytes(), rows, y * pitch, f.rowBytes());
        }
        return rows;
    }

    /** A tensor from bytes with rows {@code pitch} bytes apart. */
    static Tensor unpack(byte[] rows, TensorType type, int pitch) {
        return unpack(rows, type, pitch, new Feature("", type).pixelPitch());
    }

    /** A tensor from bytes with rows {@code pitch} and pixels {@code pixelPitch} bytes apart. */
    static Tensor unpack(byte[] rows, TensorType type, int pitch, int pixelPitch) {
        Feature f = new Feature("", type);
        byte[] dense = new byte[f.height() * f.rowBytes()];
        boolean together = pixelPitch == f.pixelPitch();
        int run = together ? f.rowBytes() : f.pixelPitch();
        for (int y = 0; y < f.height(); y++) {
            for (int x = 0; x < (together ? 1 : f.width()); x++) {
                System.arraycopy(rows, y * pitch + x * pixelPitch, dense, y * f.rowBytes() + x * run, run);
            }
        }
        return Tensor.unpack(type, MemorySegment.ofArray(dense));
    }

    /** Bytes from the first to past the last of rows {@code pitch} and pixels {@code pixelPitch} bytes apart. */
    static int span(TensorType type, int pitch, int pixelPitch) {
        Feature f = new Feature("", type);
        return (f.height() - 1) * pitch + (f.width() - 1) * pixelPitch + f.pixelPitch();
    }

    /** Bytes from pixel to pixel of a placed value. */
    static int pixelPitch(List<Long> strides, TensorType type) {
        int rank = type.rank();
        return rank > 1 ? Math.toIntExact(strides.get(rank - 2)) : new Feature("", type).pixelPitch();
    }

    /** Bytes from row to row of a placed value. */
    static int pitch(List<Long> strides, TensorType type) {
        int rank = type.rank();
        return rank > 2 ? Math.toIntExact(strides.get(rank - 3)) : new Feature("", type).rowBytes();
    }
}
