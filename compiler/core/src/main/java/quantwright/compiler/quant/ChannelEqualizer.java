package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.pass.GraphCopy;

/**
 * Scales the channels of an activation between two layers so that each uses the activation's 8 bits well: the first layer's
 * outputs are multiplied by r_c, the second layer's inputs divided by it. The reals the pair computes stay the same (up to
 * rounding, and up to a clip's upper bound beyond what calibration saw), because the functions in between are positively
 * homogeneous on the values seen.
 *
 * <p>After a depthwise layer's own per-channel scales the division is free, so its input channels all grow to the full range.
 * Before a dense product the factors also decide how much the rounding of its weights matters. With W_c the squares of the
 * weights that see a channel of mean square X_c, and e the share of their squares that rounding to the layer's bits takes
 * from weights, the expected squared error is about
 * {@code (e / n * sum r_c^2 X_c + d^2 / 12) * sum W_c / r_c^2} over the n channels, where d is the step of the activation, set
 * by the loudest channel. Its first part is least for r_c = (W_c / X_c)^1/4, the second for channels of equal range; the
 * best of the factors {@code min(t (W_c / X_c)^1/4, range / magnitude)} is taken. With few bits of weights the first part
 * is all that counts. Source: M. Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV
 * 2019, for what is exchanged; J. Lin et al., "AWQ", MLSys 2024, for weights of few bits that are scaled by what they see.
 */
public final class ChannelEqualizer {
    /** Values a little beyond what calibration saw are not cut off. */
    private static final double MARGIN = 1.25;
    private static final double MOST = 1024;
    /** Values of t that are tried: powers of two by eighths of the exponent, up to that of {@link #MOST} either way. */
    private static final int TRIED = 80;
    private static final double EIGHTHS = 8;
    private static final double STEPS = 255;
    private final Graph source;
    private final CalibrationStatistics statistics;
    private final Map<Value, Tensor> changed = new HashMap<>();

    private final PrecisionPlan precision;

    private ChannelEqualizer(Graph source, CalibrationStatistics statistics, PrecisionPlan precision) {
        this.source = source;
        this.precision = precision;
        this.statistics = statistics;
    }

    /**
     * A graph with equalized constants; {@code source} is not changed. Values keep their names.
     *
     * @param precision bits of the layers that read the channels
     */
    public static Graph equalize(Graph source, CalibrationStatistics statistics, PrecisionPlan precision) {
        ChannelEqualizer equalizer = new ChannelEqualizer(source, statistics, precision);
        for (Node node : source) {
            if (!OpRoles.isConstant(node.results().getFirst())) {
                equalizer.equalize(node.results().getFirst());
            }
        }
        return equalizer.rebuild();
    }

    /** A layer whose outputs are channels {@code first} and following of a value. */
    private record Producer(Node layer, int first) {
    }

    private void equalize(Value value) {
        ChannelStatistics channels = statistics.channels(value.name());
        boolean read = !value.users().isEmpty() && !source.isOutput(value) && value.users().stream().allMatch(u ->
                OpRoles.of(u) == OpRoles.PRODUCT && u.operand(0) == value && (isDepthwise(u) || isFull(u)));
        List<Producer> producers = new ArrayList<>();
        if (!read || channels == null || !findProducers(value, 0, producers)) {
            return;
        }
        // A value that a clip cut off must still reach its bound.
        double[] factors = factors(reach(value, channels), channels.meanSquares(), value.users(),
                isClipped(value) ? 1 : 1 / MOST);
        for (Producer p : producers) {
            int outputs = p.layer.operand(1).type().dim(0);
            scaleOutputs(p.layer, Arrays.copyOfRange(factors, p.first, p.first + outputs));
        }
        value.users().forEach(u -> scaleInputs(u, factors, isDepthwise(u)));
    }

    /** Whether every channel of {@code value} is the output of a layer through homogeneous ops that nothing else reads. */
    private boolean findProducers(Value value, int first, List<Producer> into) {
        if (value.isInput()) {
            return false;
        }
        Node node = value.producer();
        if (OpRoles.of(node) == OpRoles.PRODUCT) {
            into.add(new Producer(node, first));
            return true;
        }
        int rank = value.type().rank();
        boolean joins = node.op() instanceof Concat c && Math.floorMod(c.axis(), rank) == rank - 1;
        if (!joins && !isHomogeneous(node.op())) {
            return false;
        }
        int at = first;
        for (Value operand : node.operands()) {
            if (operand.users().size() != 1 || source.isOutput(operand) || !findProducers(operand, at, into)) {
                return false;
            }
            at += operand.type().dim(-1);
        }
        return true;
    }

    private static boolean isDepthwise(Node layer) {
        return layer.op() instanceof Conv2d c && c.groups() > 1 && c.groups() == layer.operand(0).type().dim(-1)
                && c.groups() == layer.operand(1).type().dim(0);
    }

    private static boolean isFull(Node layer) {
        return layer.op() instanceof Dense || layer.op() instanceof Conv2d c && c.groups() == 1;
    }

    private static boolean isHomogeneous(Op op) {
        return op instanceof Unary u && u.kind() == UnaryKind.RELU || op instanceof LeakyRelu || op instanceof MaxPool
                || op instanceof Clip c && c.min() == 0;
    }

    private static boolean isClipped(Value value) {
        Node node = value.producer();
        return OpRoles.of(node) != OpRoles.PRODUCT && (node.op() instanceof Clip c && c.max() < Float.POSITIVE_INFINITY
                || node.operands().stream().anyMatch(ChannelEqualizer::isClipped));
    }

    /** What is known of the channels of a value and of the weights that see them. */
    private record Channels(float[] magnitudes, double[] squares, double[] seen, double[] rounded, double largest) {
    }

    /** Largest magnitude of each channel wherever it is stored: in front of a leaky ReLU too, whose negatives are larger. */
    private float[] reach(Value value, ChannelStatistics channels) {
        float[] magnitudes = channels.magnitudes().clone();
        widen(value, 0, magnitudes);
        return magnitudes;
    }

    private void widen(Value value, int first, float[] magnitudes) {
        Node node = value.producer();
        if (OpRoles.of(node) == OpRoles.PRODUCT) {
            return;
        }
        int at = first;
        for (Value operand : node.operands()) {
            ChannelStatistics before = statistics.channels(operand.name());
            if (node.op() instanceof LeakyRelu && before != null) {
                float[] wider = before.magnitudes();
                for (int c = 0; c < wider.length; c++) {
                    magnitudes[at + c] = Math.max(magnitudes[at + c], wider[c]);
                }
            }
            widen(operand, at, magnitudes);
            at += operand.type().dim(-1);
        }
    }

    /**
     * Factor of each channel for the layers that read it.
     *
     * @param magnitudes largest magnitude of each channel
     * @param squares mean square of each channel
     * @param low least factor
     */
    private double[] factors(float[] magnitudes, double[] squares, List<Node> readers, double low) {
        int n = magnitudes.length;
        double largest = 0;
        for (float m : magnitudes) {
            largest = Math.max(largest, m);
        }
        Channels all = new Channels(magnitudes, squares, new double[n], new double[n], largest);
        for (Node reader : readers) {
            if (!isDepthwise(reader)) {
                double[] norms = new double[n];
                inputNorms(tensor(reader.operand(1)), norms);
                double share = precision.of(reader) instanceof LayerPrecision.Integer i ? i.weights().roundingError() : 0;
                for (int c = 0; c < n; c++) {
                    all.seen[c] += norms[c];
                    all.rounded[c] += share * norms[c];
                }
            }
        }
        boolean free = readers.stream().allMatch(ChannelEqualizer::isDepthwise);
        double[] best = factors(all, MOST * MOST, low);
        double least = error(all, best);
        for (int i = -TRIED; i <= TRIED && !free; i++) {
            double[] tried = factors(all, Math.pow(2, i / EIGHTHS), low);
            double error = error(all, tried);
            if (error < least) {
                least = error;
                best = tried;
            }
        }
        return best;
    }

    /** Factors as near as the range allows to those best for the weights, times {@code t}; the range stays the same. */
    private static double[] factors(Channels all, double t, double low) {
        double[] balance = new double[all.magnitudes.length];
        double loudest = 1;
        for (int c = 0; c < balance.length; c++) {
            balance[c] = all.squares[c] > 0 ? Math.pow(all.rounded[c] / all.squares[c], 0.25) : 0;
            loudest = all.magnitudes[c] == all.largest && balance[c] > 0 ? balance[c] : loudest;
        }
        double[] factors = new double[balance.length];
        double range = 0;
        for (int c = 0; c < factors.length; c++) {
            double m = all.magnitudes[c];
            double room = m == 0 || m == all.largest ? 1 : Math.max(1, all.largest / m / MARGIN);
            factors[c] = Math.clamp(balance[c] == 0 ? room : Math.min(room, t * balance[c] / loudest), low, MOST);
            range = Math.max(range, factors[c] * m);
        }
        if (low < 1 && range > 0) {
            for (int c = 0; c < factors.length; c++) {
                factors[c] *= all.largest / range;
            }
        }
        return factors;
    }

    /** The squared error that is to be expected of the layers that read the channels. */
    private static double error(Channels all, double[] factors) {
        double rounded = 0;
        double seen = 0;
        double inputs = 0;
        for (int c = 0; c < factors.length; c++) {
            double square = factors[c] * factors[c];
            rounded += all.rounded[c] / square;
            seen += all.seen[c] / square;
            inputs += all.squares[c] * square;
        }
        double step = all.largest / STEPS;
        return rounded * inputs / factors.length + seen * step * step / 12;
    }

    /** Adds the squares of the weights that see each input channel. */
    private static void inputNorms(Tensor weights, double[] sums) {
        float[] w = weights.floats();
        for (int i = 0; i < w.length; i++) {
            sums[i % sums.length] += (double) w[i] * w[i];
        }
    }

    private Tensor tensor(Value constant) {
        return changed.computeIfAbsent(constant, v -> ((Constant) v.producer().op()).data().toTensor());
    }

    private void scaleOutputs(Node layer, double[] factors) {
        float[] w = tensor(layer.operand(1)).floats();
        int per = w.length / factors.length;
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) (w[i] * factors[i / per]);
        }
        if (layer.operands().size() > 2) {
            float[] b = tensor(layer.operand(2)).floats();
            for (int c = 0; c < b.length; c++) {
                b[c] = (float) (b[c] * factors[c]);
            }
        }
    }

    private void scaleInputs(Node layer, double[] factors, boolean depthwise) {
        float[] w = tensor(layer.operand(1)).floats();
        int per = w.length / factors.length;
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) (w[i] / factors[depthwise ? i / per : i % factors.length]);
        }
    }

    private Graph rebuild() {
        return GraphCopy.of(source, node -> {
            Tensor tensor = changed.get(node.results().getFirst());
            return tensor == null ? node.op() : new Constant(ConstantData.of(tensor));
        });
    }
}
