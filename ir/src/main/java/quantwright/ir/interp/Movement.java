package quantwright.ir.interp;

import java.util.List;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Gather;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Ops that move elements without looking at them. */
final class Movement {
    private Movement() {
    }

    static Tensor transpose(Transpose op, Tensor x) {
        return StridedCopy.permute(x, op.permutation().toArray());
    }

    static Tensor slice(Slice op, Tensor x, TensorType result) {
        int[] strides = StridedCopy.strides(x.type().shape());
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.starts().get(i) * strides[i];
            strides[i] *= op.steps().get(i);
        }
        return StridedCopy.view(x, offset, op.sizes().toArray(), strides, result);
    }

    static Tensor concat(int axis, List<Tensor> xs, TensorType result) {
        Tensor out = Tensor.zeros(result);
        int at = axis < 0 ? axis + result.rank() : axis;
        int outer = (int) result.shape().product(0, at);
        int pitch = (int) result.shape().product(at, result.rank());
        int offset = 0;
        for (Tensor x : xs) {
            int block = (int) x.type().shape().product(at, result.rank());
            for (int o = 0; o < outer; o++) {
                System.arraycopy(x.array(), o * block, out.array(), o * pitch + offset, block);
            }
            offset += block;
        }
        return out;
    }

    static Tensor gather(Gather op, Tensor x, Tensor indices, TensorType result) {
        int axis = op.axis() < 0 ? op.axis() + x.type().rank() : op.axis();
        int outer = (int) x.type().shape().product(0, axis);
        int extent = x.type().dim(axis);
        int block = (int) x.type().shape().product(axis + 1, x.type().rank());
        Tensor out = Tensor.zeros(result);
        int at = 0;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < indices.size(); i++) {
                long index = indices.integer(i);
                if (index < -extent || index >= extent) {
                    throw new IllegalArgumentException("gather index " + index + " is outside extent " + extent);
                }
                int pick = (int) (index < 0 ? index + extent : index);
                System.arraycopy(x.array(), (o * extent + pick) * block, out.array(), at, block);
                at += block;
            }
        }
        return out;
    }

    static Tensor depthToSpace(DepthToSpace op, Tensor x, TensorType result) {
        int b = op.block();
        int n = x.type().dim(0);
        int h = x.type().dim(1);
        int w = x.type().dim(2);
        int c = x.type().dim(3) / (b * b);
        Tensor split = x.withType(x.type().withShape(
                op.columnRowDepth() ? Shape.of(n, h, w, c, b, b) : Shape.of(n, h, w, b, b, c)));
        int[] order = op.columnRowDepth() ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 1, 3, 2, 4, 5};
        return StridedCopy.permute(split, order).withType(result);
    }

    static Tensor spaceToDepth(SpaceToDepth op, Tensor x, TensorType result) {
        int b = op.block();
        Tensor split = x.withType(x.type().withShape(Shape.of(x.type().dim(0), x.type().dim(1) / b, b,
                x.type().dim(2) / b, b, x.type().dim(3))));
        return StridedCopy.permute(split, new int[] {0, 1, 3, 2, 4, 5}).withType(result);
    }

    static Tensor channelShuffle(ChannelShuffle op, Tensor x, TensorType result) {
        int c = x.type().dim(-1);
        int pixels = c == 0 ? 0 : x.size() / c;
        Tensor split = x.withType(x.type().withShape(Shape.of(pixels, op.groups(), c / op.groups())));
        return StridedCopy.permute(split, new int[] {0, 2, 1}).withType(result);
    }

    static Tensor pad(Pad op, Tensor x, TensorType result) {
        Tensor out = Tensor.zeros(result);
        int rank = result.rank();
        int[][] from = new int[rank][];
        for (int i = 0; i < rank; i++) {
            from[i] = new int[result.dim(i)];
            for (int j = 0; j < from[i].length; j++) {
                from[i][j] = source(j - op.before().get(i), x.type().dim(i), op.mode());
            }
        }
        if (op.mode() == PadMode.CONSTANT) {
            fill(out, op.value());
        }
        if (rank == 0) {
            System.arraycopy(x.array(), 0, out.array(), 0, 1);
        } else if (out.size() > 0) {
            padAxis(x, out, from, StridedCopy.strides(x.type().shape()), 0, 0, 0);
        }
        return out;
    }

    /** Position along an axis that padded position {@code i} copies; -1 takes the constant. */
    private static int source(int i, int extent, PadMode mode) {
        if (i >= 0 && i < extent) {
            return i;
        }
        return switch (mode) {
            case CONSTANT -> -1;
            case EDGE -> extent == 0 ? -1 : i < 0 ? 0 : extent - 1;
            case REFLECT -> i < 0 ? -i : 2 * (extent - 1) - i;
        };
    }

    private static void padAxis(Tensor x, Tensor out, int[][] from, int[] strides, int axis, int source, int target) {
        int extent = from[axis].length;
        if (axis == from.length - 1) {
            for (int j = 0; j < extent;) {
                int run = 1;
                while (j + run < extent && from[axis][j] >= 0 && from[axis][j + run] == from[axis][j] + run) {
                    run++;
                }
                if (from[axis][j] >= 0) {
                    System.arraycopy(x.array(), source + from[axis][j], out.array(), target + j, run);
                }
                j += run;
            }
            return;
        }
        int pitch = (int) out.type().shape().product(axis + 1, from.length);
        for (int j = 0; j < extent; j++) {
            if (from[axis][j] >= 0) {
                padAxis(x, out, from, strides, axis + 1, source + from[axis][j] * strides[axis], target + j * pitch);
            }
        }
    }

    /** Fills with a real number; a quantized element gets its quantization. */
    private static void fill(Tensor out, float value) {
        TensorType scalar = new TensorType(out.type().element(), Shape.SCALAR);
        Tensor real = Tensor.ofFloats(new int[0], value);
        Tensor one = out.type().element() instanceof QuantizedType
                ? Quantizing.quantize(real, scalar)
                : Casting.cast(real, scalar);
        StridedCopy.copy(one.array(), 0, new int[] {out.size()}, new int[] {0}, out.array(), 0);
    }
}
