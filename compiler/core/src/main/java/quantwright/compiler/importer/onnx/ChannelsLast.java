package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Between ONNX's channels-first tensors of one or two spatial axes and the IR's channels-last images. */
final class ChannelsLast {
    private ChannelsLast() {
    }

    /** Spatial extents of [N,C,W] or [N,C,H,W]. */
    static int[] spatial(Edge x) {
        if (x.rank() != 3 && x.rank() != 4) {
            throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_ATTRIBUTE, "operand has shape " + x.shape()
                    + "; one or two spatial axes after batch and channels are supported");
        }
        return Arrays.copyOfRange(x.shape().toArray(), 2, x.rank());
    }

    /** [N,C,H,W] to [N,H,W,C]; [N,C,W] to [N,1,W,C]. */
    static Edge image(NodeContext cx, Edge x) {
        if (x.rank() == 4) {
            return cx.emitter().transpose(x, 0, 2, 3, 1);
        }
        Edge moved = cx.emitter().transpose(x, 0, 2, 1);
        return cx.emitter().reshape(moved, x.dim(0), 1, x.dim(2), x.dim(1));
    }

    /** The inverse of {@link #image}, to a tensor of {@code rank}. */
    static Edge back(NodeContext cx, Edge image, int rank) {
        if (rank == 4) {
            return cx.emitter().transpose(image, 0, 3, 1, 2);
        }
        Edge flat = cx.emitter().reshape(image, image.dim(0), image.dim(2), image.dim(3));
        return cx.emitter().transpose(flat, 0, 2, 1);
    }

    /** [O,I,H,W] to [O,H,W,I]; [O,I,W] to [O,1,W,I]. Scales of dequantized constants move along. */
    static Edge weights(NodeContext cx, Edge w) {
        if (w.rank() == 4) {
            return moved(cx, w, 0, 2, 3, 1);
        }
        Edge wide = reshaped(cx, w, Shape.of(w.dim(0), w.dim(1), 1, w.dim(2)));
        return moved(cx, wide, 0, 2, 3, 1);
    }

    /** Permutes weights; those of a dequantized constant are permuted before they are dequantized. */
    static Edge moved(NodeContext cx, Edge w, int... permutation) {
        ConstantData stored = storedBeneath(w);
        if (stored == null) {
            return cx.emitter().transpose(w, permutation);
        }
        Edge plain = Edge.constant(stored.withType(plain(stored)), "");
        ConstantData data = cx.emit(new Transpose(Ints.of(permutation)), plain).data();
        if (data == null) {
            return cx.emitter().transpose(w, permutation);
        }
        QuantizedType type = permuted(stored.type().quantized(), stored.type().shape(), permutation);
        return requantized(cx, data, type, w);
    }

    private static Edge reshaped(NodeContext cx, Edge w, Shape shape) {
        ConstantData stored = storedBeneath(w);
        if (stored == null) {
            return cx.emit(new Reshape(Ints.of(shape.toArray())), w);
        }
        // Only a unit axis is inserted after the first two, on which the scales of weights lie.
        QuantizedType type = stored.type().quantized();
        if (type instanceof QuantizedType.PerBlock || type instanceof QuantizedType.PerAxis p && p.axis() > 1) {
            return cx.emit(new Reshape(Ints.of(shape.toArray())), w);
        }
        return requantized(cx, stored.withType(new TensorType(type.storage(), shape)), type, w);
    }

    private static Edge requantized(NodeContext cx, ConstantData data, QuantizedType type, Edge original) {
        ConstantData typed = data.withType(new TensorType(type, data.type().shape()));
        String name = original.value().producer().operand(0).name();
        return cx.emit(new Dequantize(), Edge.constant(typed, name));
    }

    /** The quantized constant that a dequantize makes {@code w} of; null if there is none, or it cannot be folded. */
    private static ConstantData storedBeneath(Edge w) {
        return w.value() != null && !w.value().isInput() && w.value().producer().op() instanceof Dequantize
                && !w.value().producer().operand(0).isInput()
                && w.value().producer().operand(0).producer().op() instanceof Constant c ? c.data() : null;
    }

    private static TensorType plain(ConstantData data) {
        return new TensorType(data.type().storage(), data.type().shape());
    }

    /** The type of a transposed tensor. */
    static QuantizedType permuted(QuantizedType type, Shape shape, int... permutation) {
        return switch (type) {
            case QuantizedType.PerTensor p -> p;
            case QuantizedType.PerAxis p -> new QuantizedType.PerAxis(p.storage(), p.expressed(),
                    Ints.of(permutation).stream().boxed().toList().indexOf(p.axis()), p.scales(), p.zeroPoints());
            case QuantizedType.PerGroup p -> throw new IllegalArgumentException(p.storage() + " in groups is not imported");
            case QuantizedType.PerBlock p -> permutedBlocks(p, shape, permutation);
        };
    }

    private static QuantizedType permutedBlocks(QuantizedType.PerBlock p, Shape shape, int... permutation) {
        Shape groups = shape.with(p.axis(), Math.ceilDiv(shape.dim(p.axis()), p.blockSize()));
        long[] strides = groups.strides();
        int rank = groups.rank();
        float[] scales = new float[p.scaleCount()];
        int[] zeros = new int[p.scaleCount()];
        int[] at = new int[rank];
        for (int k = 0; k < scales.length; k++) {
            long from = 0;
            for (int i = 0; i < rank; i++) {
                from += at[i] * strides[permutation[i]];
            }
            scales[k] = p.scale((int) from);
            zeros[k] = p.zeroPoint((int) from);
            for (int i = rank - 1; i >= 0 && ++at[i] == groups.dim(permutation[i]); i--) {
                at[i] = 0;
            }
        }
        int axis = Ints.of(permutation).stream().boxed().toList().indexOf(p.axis());
        return new QuantizedType.PerBlock(p.storage(), p.expressed(), axis, p.blockSize(), Floats.of(scales),
                Ints.of(zeros));
    }
}
