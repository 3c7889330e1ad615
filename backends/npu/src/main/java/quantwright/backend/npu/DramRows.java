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
        Feature f = new Feature("", type);
        byte[] dense = new byte[f.height() * f.rowBytes()];
        for (int y = 0; y < f.height(); y++) {
            System.arraycopy(rows, y * pitch, dense, y * f.rowBytes(), f.rowBytes());
        }
        return Tensor.unpack(type, MemorySegment.ofArray(dense));
    }

    /** Bytes from the first to past the last of rows {@code pitch} bytes apart. */
    static int span(TensorType type, int pitch) {
        Feature f = new Feature("", type);
        return (f.height() - 1) * pitch + f.rowBytes();
    }

    /** Bytes from row to row of a placed value. */
    static int pitch(List<Long> strides, TensorType type) {
        int rank = type.rank();
        return rank > 2 ? Math.toIntExact(strides.get(rank - 3)) : new Feature("", type).rowBytes();
    }
}
