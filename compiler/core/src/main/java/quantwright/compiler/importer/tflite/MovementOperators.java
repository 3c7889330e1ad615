package quantwright.compiler.importer.tflite;

import java.util.ArrayList;
import java.util.Arrays;
import quantwright.ir.Value;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Concat;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Gather;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QResize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeCoordinates;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.ResizeNearest;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Operators that move elements. Extents, axes and permutations are constant operands. */
final class MovementOperators {
    private MovementOperators() {
    }

    /** RESHAPE, SQUEEZE, EXPAND_DIMS: the file states the result's shape. */
    static void reshape(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        var shape = site.output(0).shape();
        if (site.operator().code().orElseThrow() == BuiltinOperator.RESHAPE) {
            shape = requestedShape(site, shape);
        }
        site.define(0, site.b().append(new Reshape(Ints.of(resolved(shape, x))), x));
    }

    private static int[] requestedShape(OperatorSite site, int[] stated) throws NotImported {
        if (site.has(1) && site.b().isConstant(site.input(1))) {
            return site.b().ints(site.input(1));
        }
        // A shape that is computed has the result the file states; without a shape operand the options count.
        if (!site.has(1) && site.operator().options() instanceof OperatorOptions.Reshape(int[] shape)
            && shape.length > 0) {
            return shape;
        }
        return stated;
    }

    /** Fills in the one extent given as -1. */
    private static int[] resolved(int[] shape, Value x) throws NotImported {
        var out = shape.clone();
        int open = -1;
        long known = 1;
        for (int i = 0; i < out.length; i++) {
            if (out[i] == -1 && open < 0) {
                open = i;
            } else if (out[i] < 0) {
                throw NotImported.inconsistent("shape " + Arrays.toString(shape));
            } else {
                known = Math.multiplyExact(known, (long) out[i]);
            }
        }
        long count = x.type().shape().elementCount();
        if (open >= 0 && (known == 0 || count % known != 0)) {
            throw NotImported.inconsistent("shape " + Arrays.toString(shape) + " for " + count + " elements");
        }
        if (open >= 0) {
            out[open] = Math.toIntExact(count / known);
        }
        return out;
    }

    /** TRANSPOSE. */
    static void transpose(OperatorSite site) throws NotImported {
        site.define(0, site.b().append(new Transpose(Ints.of(site.b().ints(site.input(1)))), site.operand(0)));
    }

    /** CONCATENATION: operands of other parameters than the result's are requantized. */
    static void concatenation(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Concatenation.class);
        if (o.activation() != Activation.NONE) {
            throw NotImported.form("fused activation " + o.activation());
        }
        var operands = new ArrayList<Value>();
        for (int i = 0; i < site.inputs(); i++) {
            operands.add(site.operand(i));
        }
        join(site, operands, o.axis());
    }

    private static void join(OperatorSite site, ArrayList<Value> operands, int axis) throws NotImported {
        if (operands.isEmpty()) {
            throw NotImported.inconsistent("has no operands");
        }
        int rank = operands.getFirst().type().rank();
        int at = axis < 0 ? axis + rank : axis;
        var result = site.resultType(0).element();
        boolean equal = operands.stream().allMatch(v -> v.type().element().equals(result));
        var all = operands.toArray(Value[]::new);
        site.define(0, equal || !site.isQuantized() ? site.b().append(new Concat(at), all)
            : site.b().append(new QConcat(at, ArithmeticPreset.TFLITE.rounding(OpFamily.REQUANTIZE)),
                site.quantizedResult(), all));
    }

    /** PACK: a new axis, then a concatenation. */
    static void pack(OperatorSite site) throws NotImported {
        int axis = site.options(OperatorOptions.Pack.class).axis();
        var parts = new ArrayList<Value>();
        int at = axis;
        for (int i = 0; i < site.inputs(); i++) {
            var x = site.operand(i);
            at = axis < 0 ? axis + x.type().rank() + 1 : axis;
            if (at < 0 || at > x.type().rank()) {
                throw NotImported.inconsistent("axis " + axis + " for operands of rank " + x.type().rank());
            }
            var shape = new ArrayList<Integer>(Arrays.stream(x.type().shape().toArray()).boxed().toList());
            shape.add(at, 1);
            parts.add(site.b().append(new Reshape(Ints.of(shape)), x));
        }
        join(site, parts, at);
    }

    /** UNPACK: slices of extent 1 whose axis goes. */
    static void unpack(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Pack.class);
        var x = site.operand(0);
        int axis = axis(o.axis(), x);
        for (int i = 0; i < site.operator().outputs().length; i++) {
            var slice = slice(site, x, axis, i, 1);
            site.define(i, site.b().append(new Reshape(Ints.of(site.output(i).shape())), slice));
        }
    }

    /** SPLIT: equal parts; the axis is operand 0. */
    static void split(OperatorSite site) throws NotImported {
        var axes = site.b().ints(site.input(0));
        var x = site.operand(1);
        int parts = site.operator().outputs().length;
        if (axes.length != 1 || parts == 0) {
            throw NotImported.inconsistent("takes one axis, has " + axes.length);
        }
        int axis = axis(axes[0], x);
        int extent = x.type().dim(axis) / parts;
        if (extent * parts != x.type().dim(axis)) {
            throw NotImported.inconsistent("extent " + x.type().dim(axis) + " does not split into " + parts);
        }
        for (int i = 0; i < parts; i++) {
            site.define(i, slice(site, x, axis, i * extent, extent));
        }
    }

    private static int axis(int axis, Value x) throws NotImported {
        int at = axis < 0 ? axis + x.type().rank() : axis;
        if (at < 0 || at >= x.type().rank()) {
            throw NotImported.inconsistent("axis " + axis + " is outside rank " + x.type().rank());
        }
        return at;
    }

    private static Value slice(OperatorSite site, Value x, int axis, int start, int extent) {
        var starts = new int[x.type().rank()];
        var sizes = x.type().shape().toArray();
        starts[axis] = start;
        sizes[axis] = extent;
        return site.b().append(new Slice(Ints.of(starts), Ints.of(sizes), ones(starts.length)), x);
    }

    private static Ints ones(int rank) {
        var ones = new int[rank];
        Arrays.fill(ones, 1);
        return Ints.of(ones);
    }

    /** SLICE: begin and size; a size of -1 reaches to the end. */
    static void plainSlice(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        var starts = site.b().ints(site.input(1));
        var sizes = site.b().ints(site.input(2));
        for (int i = 0; i < Math.min(sizes.length, Math.min(starts.length, x.type().rank())); i++) {
            sizes[i] = sizes[i] == -1 ? x.type().dim(i) - starts[i] : sizes[i];
        }
        site.define(0, site.b().append(new Slice(Ints.of(starts), Ints.of(sizes), ones(x.type().rank())), x));
    }

    /** STRIDED_SLICE without ellipsis or new axes. */
    static void stridedSlice(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.StridedSlice.class);
        if (o.ellipsisMask() != 0 || o.newAxisMask() != 0) {
            throw NotImported.form("ellipsis or new axes");
        }
        var x = site.operand(0);
        var begin = site.b().ints(site.input(1));
        var end = site.b().ints(site.input(2));
        var step = site.b().ints(site.input(3));
        int rank = x.type().rank();
        if (begin.length > rank || end.length != begin.length || step.length != begin.length) {
            throw NotImported.inconsistent("has " + begin.length + " entries for rank " + rank);
        }
        var starts = new int[rank];
        var sizes = x.type().shape().toArray();
        var steps = ones(rank).toArray();
        var kept = new ArrayList<Integer>();
        for (int i = 0; i < rank; i++) {
            boolean shrinks = false;
            if (i < begin.length) {
                var range = range(o, i, begin[i], end[i], step[i], x.type().dim(i));
                starts[i] = range.start();
                sizes[i] = range.size();
                steps[i] = range.step();
                shrinks = bit(o.shrinkAxisMask(), i);
            }
            if (!shrinks) {
                kept.add(sizes[i]);
            }
        }
        var y = site.b().append(new Slice(Ints.of(starts), Ints.of(sizes), Ints.of(steps)), x);
        site.define(0, kept.size() == rank ? y : site.b().append(new Reshape(Ints.of(kept)), y));
    }

    private record Range(int start, int size, int step) {
    }

    /** NumPy's rules: negative positions count from the end, positions are clamped to the axis. */
    private static Range range(OperatorOptions.StridedSlice o, int i, int begin, int end, int step, int extent)
        throws NotImported {
        if (step == 0) {
            throw NotImported.inconsistent("stride 0");
        }
        int low = step > 0 ? 0 : -1;
        int high = step > 0 ? extent : extent - 1;
        int start = bit(o.beginMask(), i) ? (step > 0 ? 0 : extent - 1)
            : Math.clamp(begin < 0 ? (long) begin + extent : begin, low, high);
        if (bit(o.shrinkAxisMask(), i)) {
            return new Range(start, 1, 1);
        }
        long stop = o.offset() ? (long) begin + end : end;
        long last = bit(o.endMask(), i) ? (step > 0 ? extent : -1)
            : Math.clamp(stop < 0 ? stop + extent : stop, low, high);
        long distance = step > 0 ? last - start : start - last;
        long size = distance <= 0 ? 0 : (distance - 1) / Math.abs((long) step) + 1;
        return new Range(size == 0 ? 0 : start, (int) size, step);
    }

    private static boolean bit(int mask, int i) {
        return (mask >> i & 1) != 0;
    }

    /** PAD and PADV2: a border of zero or of a constant scalar. */
    static void pad(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        var amounts = site.b().ints(site.input(1));
        int rank = x.type().rank();
        if (amounts.length != 2 * rank) {
            throw NotImported.inconsistent("has " + amounts.length + " amounts for rank " + rank);
        }
        var before = new int[rank];
        var after = new int[rank];
        for (int i = 0; i < rank; i++) {
            before[i] = amounts[2 * i];
            after[i] = amounts[2 * i + 1];
            if (before[i] < 0 || after[i] < 0) {
                throw NotImported.inconsistent("pads by a negative amount");
            }
        }
        float value = site.has(2) ? borderValue(site) : 0;
        site.define(0, site.b().append(new Pad(Ints.of(before), Ints.of(after), PadMode.CONSTANT, value), x));
    }

    private static float borderValue(OperatorSite site) throws NotImported {
        var data = site.b().data(site.input(2));
        var tensor = data.toTensor();
        if (tensor.size() != 1) {
            throw NotImported.inconsistent("border value is not a scalar");
        }
        if (data.type().isQuantized()) {
            var q = data.type().quantized();
            return (float) (tensor.integer(0) - q.zeroPoint(0)) * q.scale(0);
        }
        if (data.type().storage() != ScalarType.F32) {
            throw NotImported.form("border value of " + data.type().storage());
        }
        return tensor.floats()[0];
    }

    /** RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR to a constant size. */
    static void resize(OperatorSite site, ResizeMode mode) throws NotImported {
        var o = site.options(OperatorOptions.Resize.class);
        var x = site.operand(0);
        var size = site.b().ints(site.input(1));
        if (size.length != 2 || x.type().rank() != 4) {
            throw NotImported.inconsistent("takes rank 4 and two extents");
        }
        var coordinates = o.alignCorners() ? ResizeCoordinates.ALIGN_CORNERS
            : o.halfPixelCenters() ? ResizeCoordinates.HALF_PIXEL : ResizeCoordinates.ASYMMETRIC;
        // With centres the runtime takes floor((y + 0.5) * scale), which is the position rounded, halves up.
        var nearest = coordinates == ResizeCoordinates.ASYMMETRIC ? ResizeNearest.FLOOR
            : ResizeNearest.ROUND_PREFER_CEIL;
        var spec = new ResizeSpec(mode, coordinates, nearest, size[0], size[1],
            (float) size[0] / x.type().dim(1), (float) size[1] / x.type().dim(2));
        site.define(0, site.isQuantized()
            ? site.b().append(new QResize(spec, ArithmeticPreset.TFLITE.rounding(OpFamily.REQUANTIZE)),
                x.type().element(), x)
            : site.b().append(new Resize(spec), x));
    }

    /** SHAPE: every extent is known. */
    static void shape(OperatorSite site) throws NotImported {
        var extents = site.operand(0).type().shape().toArray();
        boolean wide = site.options(OperatorOptions.Shape.class).outType() == TfliteType.INT64.ordinal();
        var tensor = Tensor.zeros(TensorType.of(wide ? ScalarType.I64 : ScalarType.I32, extents.length));
        for (int i = 0; i < extents.length; i++) {
            tensor.setInteger(i, extents[i]);
        }
        site.define(0, site.b().constant(tensor));
    }

    /** GATHER without batch axes. */
    static void gather(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Gather.class);
        if (o.batchDims() != 0) {
            throw NotImported.form("batch axes");
        }
        site.define(0, site.b().append(new Gather(o.axis()), site.operand(0), site.operand(1)));
    }

    static void depthToSpace(OperatorSite site) throws NotImported {
        int block = site.options(OperatorOptions.Block.class).size();
        site.define(0, site.b().append(new DepthToSpace(block, false), site.operand(0)));
    }

    static void spaceToDepth(OperatorSite site) throws NotImported {
        int block = site.options(OperatorOptions.Block.class).size();
        site.define(0, site.b().append(new SpaceToDepth(block), site.operand(0)));
    }

    /** BATCH_MATMUL on reals, the first operand as it is. */
    static void matMul(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.BatchMatMul.class);
        if (o.transposeX() || site.isQuantized()) {
            throw NotImported.form(o.transposeX() ? "transposed first operand" : "on quantized operands");
        }
        site.define(0, site.b().append(new MatMul(o.transposeY()), site.operand(0), site.operand(1)));
    }
}
