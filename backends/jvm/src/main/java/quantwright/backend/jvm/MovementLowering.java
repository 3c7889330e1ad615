package quantwright.backend.jvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.backend.jvm.runtime.Fill;
import quantwright.backend.jvm.runtime.Gather;
import quantwright.backend.jvm.runtime.Pick;
import quantwright.ir.arith.Quantization;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Steps of ops that move elements. */
final class MovementLowering {
    private MovementLowering() {
    }

    static void transpose(Transpose op, Site site) {
        permute(site, site.type(0).shape(), op.permutation().toArray());
    }

    private static void permute(Site site, Shape view, int[] order) {
        int[] own = Site.strides(view);
        int[] dims = new int[order.length];
        int[] strides = new int[order.length];
        for (int i = 0; i < order.length; i++) {
            dims[i] = view.dim(order[i]);
            strides[i] = own[order[i]];
        }
        site.copy(site.in(0), 0, dims, strides, site.out(), 0, Site.strides(Shape.of(dims)));
    }

    /** Splits the operand's axes, permutes them, and joins them again. */
    static void depthToSpace(DepthToSpace op, Site site) {
        int b = op.block();
        TensorType x = site.type(0);
        int c = x.dim(3) / (b * b);
        permute(site, op.columnRowDepth() ? Shape.of(x.dim(0), x.dim(1), x.dim(2), c, b, b)
                : Shape.of(x.dim(0), x.dim(1), x.dim(2), b, b, c),
                op.columnRowDepth() ? new int[] {0, 1, 4, 2, 5, 3} : new int[] {0, 1, 3, 2, 4, 5});
    }

    static void spaceToDepth(SpaceToDepth op, Site site) {
        int b = op.block();
        TensorType x = site.type(0);
        permute(site, Shape.of(x.dim(0), x.dim(1) / b, b, x.dim(2) / b, b, x.dim(3)), new int[] {0, 1, 3, 2, 4, 5});
    }

    static void channelShuffle(ChannelShuffle op, Site site) {
        int c = site.type(0).dim(-1);
        permute(site, Shape.of(c == 0 ? 0 : Site.size(site.type(0)) / c, op.groups(), c / op.groups()),
                new int[] {0, 2, 1});
    }

    static void slice(Slice op, Site site) {
        int[] strides = Site.strides(site.type(0).shape());
        int offset = 0;
        for (int i = 0; i < strides.length; i++) {
            offset += op.starts().get(i) * strides[i];
            strides[i] *= op.steps().get(i);
        }
        site.copy(site.in(0), offset, op.sizes().toArray(), strides, site.out(), 0,
                Site.strides(site.result().shape()));
    }

    static void expand(Site site) {
        Shape shape = site.result().shape();
        if (site.type(0).shape().equals(shape)) {
            site.alias(0);
            return;
        }
        Shape from = site.type(0).shape();
        int[] own = Site.strides(from);
        int[] strides = new int[shape.rank()];
        int lead = shape.rank() - from.rank();
        for (int i = lead; i < strides.length; i++) {
            strides[i] = from.dim(i - lead) == 1 ? 0 : own[i - lead];
        }
        site.copy(site.in(0), 0, shape.toArray(), strides, site.out(), 0, Site.strides(shape));
    }

    /** Joins buffers of the operands' shapes along an axis. */
    static void concat(int axis, Site site, List<Integer> parts) {
        TensorType result = site.result();
        int at = axis < 0 ? axis + result.rank() : axis;
        int outer = (int) result.shape().product(0, at);
        int pitch = (int) result.shape().product(at, result.rank());
        int offset = 0;
        for (int i = 0; i < parts.size(); i++) {
            int block = (int) site.type(i).shape().product(at, result.rank());
            if (block > 0 && outer > 0) {
                site.copy(parts.get(i), 0, new int[] {outer, block}, new int[] {block, 1}, site.out(), offset,
                        new int[] {pitch, 1});
            }
            offset += block;
        }
    }

    /** The operands' own buffers. */
    static List<Integer> operands(Site site) {
        List<Integer> parts = new ArrayList<>();
        for (int i = 0; i < site.operands(); i++) {
            parts.add(site.in(i));
        }
        return parts;
    }

    static void gather(quantwright.ir.op.Gather op, Site site) {
        TensorType x = site.type(0);
        int axis = op.axis() < 0 ? op.axis() + x.rank() : op.axis();
        site.add(new Gather(site.in(0), site.in(1), site.out(), site.storage(1), Site.size(site.type(1)),
                (int) x.shape().product(0, axis), x.dim(axis), (int) x.shape().product(axis + 1, x.rank())));
    }

    static void pad(Pad op, Site site) {
        TensorType x = site.type(0);
        if (op.mode() == PadMode.CONSTANT) {
            constantPad(op, site);
            return;
        }
        int rank = x.rank();
        int inner = rank;
        while (inner > 0 && op.before().get(inner - 1) == 0 && op.after().get(inner - 1) == 0) {
            inner--;
        }
        int[] blocks = new int[(int) site.result().shape().product(0, inner)];
        for (int i = 0; i < blocks.length; i++) {
            int rest = i;
            int from = 0;
            int pitch = 1;
            for (int axis = inner - 1; axis >= 0; axis--) {
                from += pitch * source(rest % site.result().dim(axis) - op.before().get(axis), x.dim(axis),
                        op.mode());
                rest /= site.result().dim(axis);
                pitch *= x.dim(axis);
            }
            blocks[i] = from;
        }
        site.add(new Pick(site.in(0), site.out(), blocks, (int) x.shape().product(inner, rank)));
    }

    private static int source(int i, int extent, PadMode mode) {
        if (i >= 0 && i < extent) {
            return i;
        }
        if (extent == 0) {
            throw new Refusal("an axis of no elements is padded from itself");
        }
        return mode == PadMode.EDGE ? i < 0 ? 0 : extent - 1 : i < 0 ? -i : 2 * (extent - 1) - i;
    }

    private static void constantPad(Pad op, Site site) {
        TensorType x = site.type(0);
        site.add(new Fill(site.touch(site.constant(value(op.value(), x))), site.out(), site.size()));
        int[] pitches = Site.strides(site.result().shape());
        int at = 0;
        int[] from = Site.strides(x.shape());
        int[] dims = x.shape().toArray();
        int offset = 0;
        for (int i = 0; i < dims.length; i++) {
            int cut = Math.max(0, -op.before().get(i));
            int end = Math.min(dims[i], dims[i] + op.after().get(i));
            offset += cut * from[i];
            at += Math.max(0, op.before().get(i)) * pitches[i];
            dims[i] = Math.max(0, end - cut);
        }
        if (Arrays.stream(dims).allMatch(d -> d > 0)) {
            site.copy(site.in(0), offset, dims, from, site.out(), at, pitches);
        }
    }

    /** One element of a real number in a tensor's type. */
    private static Tensor value(float value, TensorType type) {
        Tensor one = Tensor.zeros(TensorType.of(type.element() instanceof QuantizedType ? Site.perTensor(type)
                : type.storage(), 1));
        switch (type.element()) {
            case QuantizedType q -> {
                QuantizedType.PerTensor t = Site.perTensor(type);
                one.setInteger(0, Quantization.quantize(value, t.scale(), new QuantRange(t.zeroPoint(),
                        (int) q.storage().minValue(), (int) q.storage().maxValue())));
            }
            case ScalarType s when s == ScalarType.F32 -> one.floats()[0] = value;
            case ScalarType s when s.isFloat() || s == ScalarType.BOOL || s.bits() > 32 && !s.isInteger() ->
                    throw new Refusal("padding of " + s + " has no kernel");
            case ScalarType s -> one.setInteger(0, s.bits() == 64 ? (long) value
                    : Math.clamp((long) value, s.minValue(), s.maxValue()));
        }
        return one;
    }

    /** Nearest-neighbour resizing of any element. */
    static void nearest(ResizeSpec spec, Site site) {
        TensorType x = site.type(0);
        int[] rows = ResizeTaps.nearest(x.dim(1), spec.outH(), spec.scaleH(), spec.coordinates(), spec.nearest())
                .lower();
        int[] columns = ResizeTaps.nearest(x.dim(2), spec.outW(), spec.scaleW(), spec.coordinates(), spec.nearest())
                .lower();
        int[] blocks = new int[x.dim(0) * rows.length * columns.length];
        int at = 0;
        for (int n = 0; n < x.dim(0); n++) {
            for (int row : rows) {
                for (int column : columns) {
                    blocks[at++] = (n * x.dim(1) + row) * x.dim(2) + column;
                }
            }
        }
        site.add(new Pick(site.in(0), site.out(), blocks, x.dim(3)));
    }
}
