package quantwright.backend.jvm;

import java.util.Arrays;
import java.util.stream.IntStream;
import quantwright.backend.jvm.runtime.Cast;
import quantwright.backend.jvm.runtime.Choose;
import quantwright.backend.jvm.runtime.FloatBinary;
import quantwright.backend.jvm.runtime.FloatMap;
import quantwright.backend.jvm.runtime.FloatRamp;
import quantwright.backend.jvm.runtime.Geometry;
import quantwright.backend.jvm.runtime.IntegerBinary;
import quantwright.backend.jvm.runtime.IntegerMap;
import quantwright.backend.jvm.runtime.IntegerReduce;
import quantwright.backend.jvm.runtime.IntegerUnary;
import quantwright.backend.jvm.runtime.Interpolate;
import quantwright.backend.jvm.runtime.Normalize;
import quantwright.backend.jvm.runtime.Pool;
import quantwright.backend.jvm.runtime.Reduce;
import quantwright.backend.jvm.runtime.RowMaxima;
import quantwright.backend.jvm.runtime.Softmax;
import quantwright.backend.jvm.runtime.Step;
import quantwright.backend.jvm.runtime.Storage;
import quantwright.ir.arith.ResizeTaps;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeMode;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Steps of f32 ops but products, and of conversions. */
final class FloatLowering {
    /**
     * Neighbours of each position of a resized axis.
     *
     * @param pairs lower and upper index, one pair after another
     * @param weights share of the upper one
     */
    record Taps(int[] pairs, float[] weights) {
        static Taps of(ResizeTaps taps) {
            int[] pairs = new int[2 * taps.lower().length];
            for (int i = 0; i < taps.lower().length; i++) {
                pairs[2 * i] = taps.lower()[i];
                pairs[2 * i + 1] = taps.upper()[i];
            }
            return new Taps(pairs, taps.fraction());
        }
    }

    private FloatLowering() {
    }

    static void unary(Unary op, Site site) {
        if (isInteger(site)) {
            site.require(switch (op.kind()) {
                case RELU, NEG, ABS, SIGN, FLOOR, CEIL, ROUND, NOT -> true;
                default -> false;
            }, op.kind() + " of integers has no kernel");
            site.add(new IntegerUnary(site.in(0), site.out(), site.size(), site.storage(0),
                    site.type(0).storage() == ScalarType.BOOL, op.kind()));
            return;
        }
        site.requireFloat(0);
        site.require(op.kind() != UnaryKind.NOT, "NOT is for bool and integers, not f32");
        site.add(new FloatMap(site.in(0), site.out(), site.size(), op.kind()));
    }

    /** Whether operand 0 is of plain integers that fill their slots, or boolean. */
    private static boolean isInteger(Site site) {
        return site.type(0).element() instanceof ScalarType s && !s.isFloat()
                && (s.bits() >= 8 || s == ScalarType.BOOL);
    }

    static void clip(Clip op, Site site) {
        if (isInteger(site) && site.storage(0) != Storage.U64) {
            site.add(new IntegerMap(site.in(0), site.out(), site.size(), site.storage(0), site.resultStorage(), 0,
                    (long) Math.ceil(op.min()), (long) Math.floor(op.max())));
            return;
        }
        ramp(FloatRamp.Kind.CLIP, op.min(), op.max(), site);
    }

    static void ramp(FloatRamp.Kind kind, float alpha, float beta, Site site) {
        site.requireFloat(0);
        site.add(new FloatRamp(site.in(0), site.out(), site.size(), kind, alpha, beta));
    }

    static void binary(Binary op, Site site) {
        boolean integer = isInteger(site);
        if (!integer) {
            site.requireFloat(0);
        }
        Shape shape = site.result().shape();
        if (isSquare(op, site)) {
            int base = site.in(0);
            site.add(new FloatBinary(base, base, site.out(), site.size(), BinaryKind.MUL));
            return;
        }
        int left = site.expanded(0, shape);
        int right = site.expanded(1, shape);
        site.touch(left);
        if (integer) {
            site.add(new IntegerBinary(left, right, site.out(), site.size(), site.storage(0), op.kind()));
            return;
        }
        site.add(new FloatBinary(left, right, site.out(), site.size(), op.kind()));
    }

    /** Whether a power is {@code x * x}, which {@link quantwright.ir.arith.FloatPower} makes of exponent 2. */
    private static boolean isSquare(Binary op, Site site) {
        if (op.kind() != BinaryKind.POW || isInteger(site) || !site.isConstant(1)
                || !site.type(0).shape().equals(site.result().shape())) {
            return false;
        }
        Tensor exponent = site.constant(1);
        return exponent.size() == 1 && exponent.floats()[0] == 2f;
    }

    static void batchNorm(BatchNorm op, Site site) {
        site.requireFloat(0);
        TensorType x = site.type(0);
        int axis = op.axis() < 0 ? op.axis() + x.rank() : op.axis();
        float[] variance = site.constant(4).floats();
        float[] deviation = new float[variance.length];
        for (int c = 0; c < deviation.length; c++) {
            deviation[c] = (float) Math.sqrt(variance[c] + op.epsilon());
        }
        site.add(new Normalize(site.in(0), site.out(), (int) x.shape().product(0, axis),
                (int) x.shape().product(axis + 1, x.rank()), site.constant(3).floats(), deviation,
                site.constant(1).floats(), site.constant(2).floats()));
    }

    static void where(Site site) {
        Shape shape = site.result().shape();
        int condition = site.expanded(0, shape);
        int left = site.expanded(1, shape);
        int right = site.expanded(2, shape);
        site.touch(condition);
        site.touch(left);
        site.add(new Choose(condition, left, right, site.out(), site.size()));
    }

    static void compare(Compare op, Site site) {
        Shape shape = site.result().shape();
        int left = site.expanded(0, shape);
        int right = site.expanded(1, shape);
        site.touch(left);
        site.add(new quantwright.backend.jvm.runtime.Compare(left, right, site.out(), site.size(), site.storage(0),
                op.kind()));
    }

    static void cast(Site site) {
        ScalarType from = site.type(0).storage();
        ScalarType to = site.result().storage();
        if (from == to) {
            site.alias(0);
            return;
        }
        site.require(from.bits() >= 8 && to.bits() >= 8, "conversions of types below 8 bits have no kernel");
        boolean bounded = !to.isFloat() && to.bits() < 64;
        site.add(new Cast(site.in(0), site.out(), site.size(), site.storage(0), site.resultStorage(),
                to == ScalarType.BOOL, bounded ? to.minValue() : Long.MIN_VALUE,
                bounded ? to.maxValue() : Long.MAX_VALUE));
    }

    static void maxPool(MaxPool op, Site site) {
        site.require(site.storage(0) == Storage.F32 || site.type(0).storage().bits() <= 16,
                "maxima of " + site.type(0).element() + " have no kernel");
        Geometry geometry = ProductLowering.geometry(op.window(), site.type(0).shape(), site.type(0).dim(3),
                site.result().shape());
        float least = site.storage(0) == Storage.F32 ? Float.NEGATIVE_INFINITY : site.type(0).storage().minValue();
        Pool pool = new Pool(site.in(0), site.out(), geometry, site.storage(0), new Pool.Greatest(least));
        site.add(site.storage(0) == Storage.F32 || site.storage(0) == Storage.WHOLE ? new RowMaxima(pool) : pool);
    }

    static void averagePool(AvgPool op, Site site) {
        site.requireFloat(0);
        Geometry geometry = ProductLowering.geometry(op.window(), site.type(0).shape(), site.type(0).dim(3),
                site.result().shape());
        int[] counts = counts(op.window(), geometry, op.countIncludePad(), op.uncountedBottom(), op.uncountedRight());
        float[] divisors = new float[counts.length];
        for (int i = 0; i < counts.length; i++) {
            divisors[i] = counts[i];
        }
        site.add(new Pool(site.in(0), site.out(), geometry, Storage.F32, new Pool.Mean(divisors)));
    }

    /** For each output position of an image the number of taps that an average divides by. */
    static int[] counts(Window2d w, Geometry g, boolean includePad, int uncountedBottom, int uncountedRight) {
        int low = includePad ? -w.padTop() : 0;
        int left = includePad ? -w.padLeft() : 0;
        int high = g.height() + (includePad ? w.padBottom() - uncountedBottom : 0);
        int right = g.width() + (includePad ? w.padRight() - uncountedRight : 0);
        int[] counts = new int[g.positions()];
        Arrays.setAll(counts, p -> span(p / g.outWidth() * w.strideH() - w.padTop(), w.kernelH(), w.dilationH(), low,
                high) * span(p % g.outWidth() * w.strideW() - w.padLeft(), w.kernelW(), w.dilationW(), left, right));
        return counts;
    }

    private static int span(int start, int kernel, int dilation, int low, int high) {
        return (int) IntStream.range(0, kernel).map(k -> start + k * dilation).filter(at -> at >= low && at < high)
                .count();
    }

    static void reduce(quantwright.ir.op.Reduce op, Site site) {
        boolean integer = isInteger(site);
        if (!integer) {
            site.requireFloat(0);
        }
        int[] axes = op.axes().toArray();
        int length = rowLength(site, axes);
        int rows = rows(site, axes);
        if (integer) {
            site.require(length > 0 || op.kind() == ReduceKind.SUM || op.kind() == ReduceKind.PROD,
                    op.kind() + " of no elements");
            site.add(new IntegerReduce(site.touch(rows), site.out(), site.size(), length, site.storage(0), op.kind()));
            return;
        }
        site.add(new Reduce(site.touch(rows), site.out(), site.size(), length, op.kind()));
    }

    private static int rowLength(Site site, int[] axes) {
        int rank = site.type(0).rank();
        return Arrays.stream(axes).map(a -> a < 0 ? a + rank : a).distinct().map(a -> site.type(0).dim(a))
                .reduce(1, (a, b) -> a * b);
    }

    /** Axes in the order that puts the given ones last. */
    private static int[] order(Site site, int[] axes) {
        int rank = site.type(0).rank();
        boolean[] inRow = new boolean[rank];
        for (int axis : axes) {
            inRow[axis < 0 ? axis + rank : axis] = true;
        }
        return IntStream.concat(IntStream.range(0, rank).filter(i -> !inRow[i]),
                IntStream.range(0, rank).filter(i -> inRow[i])).toArray();
    }

    /** Buffer of the operand with the given axes last. */
    private static int rows(Site site, int[] axes) {
        int[] order = order(site, axes);
        Shape shape = site.type(0).shape();
        if (Arrays.equals(order, IntStream.range(0, order.length).toArray()) || isMoot(shape, order)) {
            return site.in(0);
        }
        int to = site.between(site.storage(0), Site.size(site.type(0)));
        int[] own = Site.strides(shape);
        int[] dims = Arrays.stream(order).map(shape::dim).toArray();
        site.copy(site.in(0), 0, dims, Arrays.stream(order).map(i -> own[i]).toArray(), to, 0,
                Site.strides(Shape.of(dims)));
        return to;
    }

    /** Whether an order moves nothing but axes of extent 1. */
    private static boolean isMoot(Shape shape, int[] order) {
        int[] long1 = Arrays.stream(order).filter(i -> shape.dim(i) != 1).toArray();
        return Arrays.equals(long1, Arrays.stream(long1).sorted().toArray());
    }

    static void softmax(int axis, boolean logarithm, float beta, Site site) {
        site.requireFloat(0);
        alongRows(axis, site, (from, to, count, length) -> new Softmax(from, to, count, length, logarithm, beta));
    }

    /** Makes a step over rows. */
    @FunctionalInterface
    interface RowStep {
        Step of(int from, int to, int count, int length);
    }

    /** A step over the rows along an axis; for an inner axis between copies that move it last and back. */
    static void alongRows(int axis, Site site, RowStep step) {
        int[] axes = {axis};
        Shape shape = site.type(0).shape();
        int[] order = order(site, axes);
        int length = rowLength(site, axes);
        int count = length == 0 ? 0 : site.size() / length;
        if (isMoot(shape, order)) {
            site.add(step.of(site.in(0), site.out(), count, length));
            return;
        }
        int rows = rows(site, axes);
        int to = site.between(site.resultStorage(), site.size());
        site.touch(rows);
        site.add(step.of(rows, to, count, length));
        int[] own = Site.strides(shape);
        int[] dims = Arrays.stream(order).map(shape::dim).toArray();
        site.copy(to, 0, dims, Site.strides(Shape.of(dims)), site.out(), 0,
                Arrays.stream(order).map(i -> own[i]).toArray());
    }

    static void resize(Resize op, Site site) {
        if (op.spec().mode() == ResizeMode.NEAREST) {
            MovementLowering.nearest(op.spec(), site);
            return;
        }
        site.requireFloat(0);
        TensorType x = site.type(0);
        interpolate(site,
                Taps.of(ResizeTaps.linear(x.dim(1), op.spec().outH(), op.spec().scaleH(), op.spec().coordinates())),
                Taps.of(ResizeTaps.linear(x.dim(2), op.spec().outW(), op.spec().scaleW(), op.spec().coordinates())),
                Interpolate.How.REAL);
    }

    static void interpolate(Site site, Taps rows, Taps columns, Interpolate.How how) {
        TensorType x = site.type(0);
        site.add(new Interpolate(site.in(0), site.out(), x.dim(0), x.dim(1), x.dim(2), x.dim(3), site.storage(0), how,
                rows.pairs(), columns.pairs(), rows.weights(), columns.weights()));
    }
}
