package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;

/** Batch normalization in inference, and the normalizations over axes, which become their defining formulas. */
final class NormalizationOps {
    private NormalizationOps() {
    }

    static void register(OpTable table) {
        table.add("BatchNormalization", NormalizationOps::batch);
        table.add("InstanceNormalization", NormalizationOps::instance);
        table.add("GroupNormalization", NormalizationOps::group);
        table.add("LayerNormalization", NormalizationOps::layer);
        table.add("RMSNormalization", NormalizationOps::rootMeanSquare);
        table.add("MeanVarianceNormalization", NormalizationOps::meanVariance);
        table.add("LpNormalization", NormalizationOps::lp);
        table.add("LRN", NormalizationOps::acrossChannels);
    }

    private static void batch(NodeContext cx) {
        cx.attributes().floatOr("momentum", 0.9f);
        if (cx.attributes().flag("training_mode", false)) {
            throw cx.unsupported("attribute 'training_mode' = 1: only inference is supported");
        }
        if (cx.opset() < 9 && !cx.attributes().flag("spatial", true)) {
            throw cx.unsupported("attribute 'spatial' = 0 is not supported");
        }
        cx.noOutputsFrom(1, "statistics");
        Edge x = cx.input(0);
        if (x.rank() < 2) {
            throw cx.badShape("operand " + x.shape() + " has no channel axis");
        }
        BatchNorm op = new BatchNorm(1, cx.attributes().floatOr("epsilon", 1e-5f));
        cx.set(0, cx.emit(op, x, cx.input(1), cx.input(2), cx.input(3), cx.input(4)));
    }

    private static Edge mean(NodeContext cx, Edge x, Ints axes) {
        return cx.emit(new Reduce(ReduceKind.MEAN, axes, true), x);
    }

    private static Edge binary(NodeContext cx, BinaryKind kind, Edge a, Edge b) {
        return cx.emit(new Binary(kind), a, b);
    }

    private static Edge square(NodeContext cx, Edge x) {
        return binary(cx, BinaryKind.MUL, x, x);
    }

    /** 1 / sqrt(mean of squares + epsilon). */
    private static Edge inverseDeviation(NodeContext cx, Edge centred, Ints axes, float epsilon) {
        Edge variance = mean(cx, square(cx, centred), axes);
        Edge shifted = binary(cx, BinaryKind.ADD, variance, Emitter.scalar(variance.type().storage(), epsilon));
        return cx.emit(new Unary(UnaryKind.RECIPROCAL), cx.emit(new Unary(UnaryKind.SQRT), shifted));
    }

    /** A vector over axis 1 that broadcasts against a tensor of {@code rank}. */
    private static Edge perChannel(NodeContext cx, Edge vector, int rank) {
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        dims[1] = Math.toIntExact(vector.shape().elementCount());
        return cx.emitter().reshape(vector, dims);
    }

    private static void instance(NodeContext cx) {
        Edge x = cx.input(0);
        float epsilon = cx.attributes().floatOr("epsilon", 1e-5f);
        Ints axes = Ints.range(2, x.rank());
        Edge centred = binary(cx, BinaryKind.SUB, x, mean(cx, x, axes));
        Edge normal = binary(cx, BinaryKind.MUL, centred, inverseDeviation(cx, centred, axes, epsilon));
        Edge scaled = binary(cx, BinaryKind.MUL, normal, perChannel(cx, cx.input(1), x.rank()));
        cx.set(0, binary(cx, BinaryKind.ADD, scaled, perChannel(cx, cx.input(2), x.rank())));
    }

    private static void group(NodeContext cx) {
        Edge x = cx.input(0);
        int groups = cx.attributes().requiredInt("num_groups");
        float epsilon = cx.attributes().floatOr("epsilon", 1e-5f);
        stash(cx);
        if (x.rank() < 2 || groups < 1 || x.dim(1) % groups != 0) {
            throw Attributes.fail("num_groups", "is " + groups
                    + ", which does not divide the channels of " + x.shape());
        }
        int inner = Math.toIntExact(x.shape().product(1, x.rank()) / groups);
        Edge grouped = cx.emitter().reshape(x, x.dim(0), groups, inner);
        Ints axes = Ints.of(2);
        Edge centred = binary(cx, BinaryKind.SUB, grouped, mean(cx, grouped, axes));
        Edge normal = binary(cx, BinaryKind.MUL, centred, inverseDeviation(cx, centred, axes, epsilon));
        Edge scale = cx.input(1);
        Edge bias = cx.input(2);
        if (cx.opset() < 21) {
            // Scale and bias go by group.
            Edge scaled = binary(cx, BinaryKind.MUL, normal, perChannel(cx, scale, 3));
            Edge y = binary(cx, BinaryKind.ADD, scaled, perChannel(cx, bias, 3));
            cx.set(0, cx.emitter().reshape(y, x.shape().toArray()));
            return;
        }
        Edge whole = cx.emitter().reshape(normal, x.shape().toArray());
        Edge scaled = binary(cx, BinaryKind.MUL, whole, perChannel(cx, scale, x.rank()));
        cx.set(0, binary(cx, BinaryKind.ADD, scaled, perChannel(cx, bias, x.rank())));
    }

    private static void stash(NodeContext cx) {
        if (cx.attributes().intOr("stash_type", 1) != 1) {
            throw cx.unsupported("attribute 'stash_type' must be 1 (float)");
        }
    }

    /** Statistics are taken in f32. */
    private static Edge widened(NodeContext cx, Edge x) {
        return x.type().storage() == ScalarType.F32 ? x : cx.emit(new Cast(ScalarType.F32), x);
    }

    private static Edge narrowed(NodeContext cx, Edge x, Edge like) {
        return like.type().storage() == ScalarType.F32 ? x : cx.emit(new Cast(like.type().storage()), x);
    }

    private static void layer(NodeContext cx) {
        Edge x = cx.input(0);
        Ints axes = Ints.range(cx.axis(cx.attributes().intOr("axis", -1), x.rank()), x.rank());
        float epsilon = cx.attributes().floatOr("epsilon", 1e-5f);
        stash(cx);
        Edge wide = widened(cx, x);
        Edge mean = mean(cx, wide, axes);
        Edge centred = binary(cx, BinaryKind.SUB, wide, mean);
        Edge inverse = inverseDeviation(cx, centred, axes, epsilon);
        Edge normal = narrowed(cx, binary(cx, BinaryKind.MUL, centred, inverse), x);
        Edge y = binary(cx, BinaryKind.MUL, normal, cx.input(1));
        cx.set(0, cx.has(2) ? binary(cx, BinaryKind.ADD, y, cx.input(2)) : y);
        if (cx.outputCount() > 1) {
            cx.set(1, mean);
        }
        if (cx.outputCount() > 2) {
            cx.set(2, inverse);
        }
    }

    private static void rootMeanSquare(NodeContext cx) {
        Edge x = cx.input(0);
        Ints axes = Ints.range(cx.axis(cx.attributes().intOr("axis", -1), x.rank()), x.rank());
        float epsilon = cx.attributes().floatOr("epsilon", 1e-5f);
        stash(cx);
        Edge wide = widened(cx, x);
        Edge normal = binary(cx, BinaryKind.MUL, wide, inverseDeviation(cx, wide, axes, epsilon));
        cx.set(0, binary(cx, BinaryKind.MUL, narrowed(cx, normal, x), cx.input(1)));
    }

    // (x - mean) / sqrt(mean of squares of it), with ONNX's 1e-9 below
    private static void meanVariance(NodeContext cx) {
        Edge x = cx.input(0);
        int[] given = cx.attributes().intsOrNull("axes");
        Ints axes = Ints.of(given == null ? new int[] {0, 2, 3} : given);
        Edge centred = binary(cx, BinaryKind.SUB, x, mean(cx, x, axes));
        Edge deviation = cx.emit(new Unary(UnaryKind.SQRT), mean(cx, square(cx, centred), axes));
        Edge below = binary(cx, BinaryKind.ADD, deviation, Emitter.scalar(x.type().storage(), 1e-9));
        cx.set(0, binary(cx, BinaryKind.DIV, centred, below));
    }

    /** x / (bias + alpha * mean of the squares of size neighbouring channels, zeros beyond the ends) ^ beta. */
    private static void acrossChannels(NodeContext cx) {
        Edge x = cx.input(0);
        int size = cx.attributes().requiredInt("size");
        if (x.rank() < 3 || size < 1 || size > 1 << 16) {
            throw Attributes.fail("size", "is " + size + " for an operand of shape " + x.shape());
        }
        // Channels stand as rows of an image with one channel, so that an average over a column of it is the mean.
        int inner = Math.toIntExact(x.shape().product(2, x.rank()));
        Edge rows = cx.emitter().reshape(square(cx, x), x.dim(0), x.dim(1), inner, 1);
        Window2d window = Window2d.of(size, 1, 1, 1).padded((size - 1) / 2, 0, size / 2, 0);
        Edge mean = cx.emitter().reshape(cx.emit(new AvgPool(window, true, 0, 0), rows), x.shape().toArray());
        ScalarType type = x.type().storage();
        Edge scaled = binary(cx, BinaryKind.MUL, mean, Emitter.scalar(type, cx.attributes().floatOr("alpha", 1e-4f)));
        Edge base = binary(cx, BinaryKind.ADD, scaled, Emitter.scalar(type, cx.attributes().floatOr("bias", 1)));
        Edge below = binary(cx, BinaryKind.POW, base, Emitter.scalar(type, cx.attributes().floatOr("beta", 0.75f)));
        cx.set(0, binary(cx, BinaryKind.DIV, x, below));
    }

    private static void lp(NodeContext cx) {
        Edge x = cx.input(0);
        Ints axes = Ints.of(cx.axis(cx.attributes().intOr("axis", -1), x.rank()));
        Edge norm = switch (cx.attributes().intOr("p", 2)) {
            case 1 -> cx.emit(new Reduce(ReduceKind.SUM, axes, true), cx.emit(new Unary(UnaryKind.ABS), x));
            case 2 -> cx.emit(new Reduce(ReduceKind.L2, axes, true), x);
            default -> throw Attributes.fail("p", "must be 1 or 2");
        };
        // A norm of zero leaves the zeros: the least normal number stands in for it.
        Edge below = cx.emit(new Clip(Float.MIN_NORMAL, Float.POSITIVE_INFINITY), norm);
        cx.set(0, binary(cx, BinaryKind.DIV, x, below));
    }
}
