package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import java.util.stream.IntStream;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Concat;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Gather;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Where;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Ops that pick, join and surround elements. */
final class MovementOps {
    private MovementOps() {
    }

    static void register(OpTable table) {
        table.add("Concat", MovementOps::concat);
        table.add("Gather", MovementOps::gather);
        table.add("Slice", MovementOps::slice);
        table.add("Split", MovementOps::split);
        table.add("Pad", MovementOps::pad);
        table.add("Trilu", MovementOps::trilu);
        table.add("OneHot", MovementOps::oneHot);
        table.add("DepthToSpace", MovementOps::depthToSpace);
        table.add("SpaceToDepth", MovementOps::spaceToDepth);
    }

    private static void concat(NodeContext cx) {
        int axis = cx.attributes().requiredInt("axis");
        Edge[] operands = IntStream.range(0, cx.inputCount()).mapToObj(cx::movable).toArray(Edge[]::new);
        boolean same = Arrays.stream(operands).allMatch(o -> o.type().element().equals(operands[0].type().element()));
        if (!same) {
            Arrays.setAll(operands, cx::input);
        }
        cx.raw(0);
        cx.set(0, cx.emit(new Concat(cx.axis(axis, operands[0].rank())), operands));
    }

    private static void gather(NodeContext cx) {
        Edge x = cx.movable(0);
        cx.set(0, cx.emit(new Gather(cx.axis(cx.attributes().intOr("axis", 0), x.rank())), x, cx.input(1)));
    }

    private static void slice(NodeContext cx) {
        Edge x = cx.movable(0);
        boolean old = cx.opset() < 10;
        long[] starts = old ? cx.attributes().longsOrNull("starts") : cx.knownLongs(1, "starts");
        long[] ends = old ? cx.attributes().longsOrNull("ends") : cx.knownLongs(2, "ends");
        if (starts == null || ends == null) {
            throw new ImportFailure(ImportDiagnostic.BAD_ATTRIBUTE, "starts or ends are missing");
        }
        int[] axes = old ? cx.attributes().intsOrNull("axes") : cx.has(3) ? cx.knownInts(3, "axes") : null;
        long[] steps = !old && cx.has(4) ? cx.knownLongs(4, "steps") : null;
        int count = starts.length;
        if (ends.length != count || axes != null && axes.length != count || steps != null && steps.length != count
                || count > x.rank()) {
            throw cx.badShape("starts, ends, axes and steps differ in length, or exceed shape " + x.shape());
        }
        int[] from = new int[x.rank()];
        int[] sizes = x.shape().toArray();
        int[] distance = new int[x.rank()];
        Arrays.fill(distance, 1);
        for (int i = 0; i < count; i++) {
            int axis = cx.axis(axes == null ? i : axes[i], x.rank());
            long step = steps == null ? 1 : Math.clamp(steps[i], -Integer.MAX_VALUE, Integer.MAX_VALUE);
            if (step == 0) {
                throw cx.badShape("step of axis " + axis + " is 0");
            }
            int extent = x.dim(axis);
            // Bounds count from the end if negative and are clamped to the axis (ONNX Slice).
            long first = bound(starts[i], extent, 0, step > 0 ? extent : extent - 1);
            long last = bound(ends[i], extent, step > 0 ? 0 : -1, step > 0 ? extent : extent - 1);
            long size = Math.max(0, Math.ceilDiv(last - first, step));
            from[axis] = size == 0 ? 0 : (int) first;
            sizes[axis] = (int) size;
            distance[axis] = (int) step;
        }
        cx.set(0, cx.emit(new Slice(Ints.of(from), Ints.of(sizes), Ints.of(distance)), x));
    }

    private static long bound(long value, int extent, long least, long most) {
        long absolute = value < 0 ? Math.max(value, Long.MIN_VALUE + extent) + extent : value;
        return Math.clamp(absolute, Math.min(least, most), most);
    }

    private static void split(NodeContext cx) {
        Edge x = cx.movable(0);
        int axis = cx.axis(cx.attributes().intOr("axis", 0), x.rank());
        int parts = cx.outputCount();
        long[] sizes = cx.opset() < 13 ? cx.attributes().longsOrNull("split")
                : cx.has(1) ? cx.knownLongs(1, "split") : null;
        if (sizes == null) {
            int stated = cx.opset() < 18 ? parts : cx.attributes().intOr("num_outputs", parts);
            if (stated != parts || parts == 0) {
                throw Attributes.fail("num_outputs", "is " + stated + ", the node has " + parts + " outputs");
            }
            int each = Math.ceilDiv(x.dim(axis), parts);
            sizes = new long[parts];
            for (int i = 0; i < parts; i++) {
                sizes[i] = Math.clamp((long) x.dim(axis) - (long) i * each, 0, each);
            }
        }
        if (sizes.length != parts || Arrays.stream(sizes).anyMatch(s -> s < 0 || s > x.dim(axis))
                || Arrays.stream(sizes).sum() != x.dim(axis)) {
            throw cx.badShape("parts " + Arrays.toString(sizes) + " do not split axis " + axis + " of " + x.shape()
                    + " into " + parts);
        }
        int[] starts = new int[x.rank()];
        int[] steps = new int[x.rank()];
        Arrays.fill(steps, 1);
        for (int i = 0; i < parts; i++) {
            Ints size = Ints.of(x.shape().with(axis, (int) sizes[i]).toArray());
            Ints from = sizes[i] == 0 ? Ints.of(new int[x.rank()]) : Ints.of(starts);
            cx.set(i, cx.emit(new Slice(from, size, Ints.of(steps)), x));
            starts[axis] += (int) sizes[i];
        }
    }

    private static void pad(NodeContext cx) {
        Edge x = cx.movable(0);
        String name = cx.attributes().stringOr("mode", "constant");
        PadMode mode = switch (name) {
            case "constant" -> PadMode.CONSTANT;
            case "reflect" -> PadMode.REFLECT;
            case "edge" -> PadMode.EDGE;
            default -> throw cx.unsupported("attribute 'mode' = '" + name + "' is not supported");
        };
        boolean old = cx.opset() < 11;
        int[] pads = old ? cx.attributes().intsOrNull("pads") : cx.knownInts(1, "pads");
        int[] axes = !old && cx.has(3) ? cx.knownInts(3, "axes") : IntStream.range(0, x.rank()).toArray();
        if (pads == null || pads.length != 2 * axes.length) {
            throw cx.badShape("pads " + Arrays.toString(pads) + " do not fit " + axes.length + " axes");
        }
        int[] before = new int[x.rank()];
        int[] after = new int[x.rank()];
        for (int i = 0; i < axes.length; i++) {
            int axis = cx.axis(axes[i], x.rank());
            before[axis] = pads[i];
            after[axis] = pads[axes.length + i];
            Math.addExact(x.dim(axis), Math.addExact(Math.max(0, pads[i]), Math.max(0, pads[axes.length + i])));
        }
        float value = old ? cx.attributes().floatOr("value", 0) : cx.has(2) ? border(cx, x) : border(x, 0);
        cx.set(0, cx.emit(new Pad(Ints.of(before), Ints.of(after), mode, value), x));
    }

    private static float border(NodeContext cx, Edge x) {
        Tensor value = cx.known(2, "constant_value");
        if (value.size() != 1) {
            throw cx.badShape("operand 2 (constant_value) must have one element");
        }
        return value.type().storage().isFloat() ? cx.knownFloat(2, "constant_value") : border(x, value.integer(0));
    }

    /** The border as a real number. */
    private static float border(Edge x, long stored) {
        return x.type().element() instanceof QuantizedType.PerTensor q
                ? (float) ((double) (stored - q.zeroPoint()) * q.scale()) : stored;
    }

    /** Zero outside a triangle of the last two axes. */
    private static void trilu(NodeContext cx) {
        Edge x = cx.input(0);
        boolean upper = cx.attributes().flag("upper", true);
        long k = cx.has(1) ? cx.knownLongs(1, "k")[0] : 0;
        if (x.rank() < 2) {
            throw cx.badShape("operand " + x.shape() + " has no rows and columns");
        }
        Edge offset = cx.emit(new Binary(BinaryKind.SUB), axisPositions(x.dim(-1), 1, x.dim(-1)),
                axisPositions(x.dim(-2), x.dim(-2), 1));
        CompareKind kind = upper ? CompareKind.GREATER_OR_EQUAL : CompareKind.LESS_OR_EQUAL;
        Edge inside = cx.emit(new Compare(kind), offset, Emitter.scalar(ScalarType.I64, k));
        cx.set(0, cx.emit(new Where(), inside, x, Emitter.zero(x.type().storage())));
    }

    /** 0, 1, ... as i64 of the given shape. */
    private static Edge axisPositions(int count, int... dims) {
        long[] positions = new long[count];
        Arrays.setAll(positions, i -> i);
        return Emitter.constant(Tensor.of(TensorType.of(ScalarType.I64, dims), positions));
    }

    /** Values[1] where the new axis equals the index, which counts from the end if negative; else values[0]. */
    private static void oneHot(NodeContext cx) {
        Edge indices = cx.input(0);
        long depth = (long) cx.knownFloat(1, "depth");
        Edge values = cx.input(2);
        if (depth < 1 || depth > 1 << 24 || values.shape().elementCount() != 2) {
            throw cx.badShape("depth " + depth + ", values of shape " + values.shape());
        }
        int axis = cx.axis(cx.attributes().intOr("axis", -1), indices.rank() + 1);
        int[] wide = new int[indices.rank() + 1];
        int[] along = new int[wide.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = i == axis ? 1 : indices.dim(i < axis ? i : i - 1);
            along[i] = i == axis ? (int) depth : 1;
        }
        Edge whole = cx.emit(new Cast(ScalarType.I64), indices);
        Edge negative = cx.emit(new Compare(CompareKind.LESS), whole, Emitter.scalar(ScalarType.I64, 0));
        Edge turned = cx.emit(new Binary(BinaryKind.ADD), whole, Emitter.scalar(ScalarType.I64, depth));
        Edge position = cx.emitter().reshape(cx.emit(new Where(), negative, turned, whole), wide);
        Edge hit = cx.emit(new Compare(CompareKind.EQUAL), position, axisPositions((int) depth, along));
        cx.set(0, cx.emit(new Where(), hit, element(cx, values, 1), element(cx, values, 0)));
    }

    private static Edge element(NodeContext cx, Edge pair, int i) {
        return cx.emitter().reshape(cx.emit(new Slice(Ints.of(i), Ints.of(1), Ints.of(1)), pair));
    }

    private static int block(NodeContext cx, Edge x) {
        int block = cx.attributes().requiredInt("blocksize");
        if (block < 1 || block > 1 << 12) {
            throw Attributes.fail("blocksize", "is " + block + ", which is out of range");
        }
        if (x.rank() != 4) {
            throw cx.badShape("operand " + x.shape() + " must have rank 4");
        }
        return block;
    }

    private static void depthToSpace(NodeContext cx) {
        Edge x = cx.movable(0);
        int block = block(cx, x);
        String mode = cx.attributes().stringOr("mode", "DCR");
        if (!mode.equals("DCR") && !mode.equals("CRD")) {
            throw Attributes.fail("mode", "is '" + mode + "', which is not known");
        }
        Edge y = cx.emit(new DepthToSpace(block, mode.equals("CRD")), ChannelsLast.image(cx, x));
        cx.set(0, ChannelsLast.back(cx, y, 4));
    }

    private static void spaceToDepth(NodeContext cx) {
        Edge x = cx.movable(0);
        int block = block(cx, x);
        Edge y = cx.emit(new SpaceToDepth(block), ChannelsLast.image(cx, x));
        cx.set(0, ChannelsLast.back(cx, y, 4));
    }
}
