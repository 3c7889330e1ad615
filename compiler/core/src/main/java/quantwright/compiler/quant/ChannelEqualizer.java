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
 * Before a dense product it costs weight precision; r_c then balances both errors: with step sizes d_x and d_w,
 * r_c = sqrt(d_x |W_c| / (d_w |x_c|)). Source: M. Nagel et al., "Data-free quantization through weight equalization and bias
 * correction", ICCV 2019, with activation magnitudes in place of weight ranges.
 */
public final class ChannelEqualizer {
    /** Values a little beyond what calibration saw are not cut off. */
    private static final double MARGIN = 1.25;
    private static final double MOST = 1024;
    /** A channel's mean is taken to be at least this share of its largest magnitude. */
    private static final double LEAST_MEAN = 1.0 / 64;
    private final Graph source;
    private final CalibrationStatistics statistics;
    private final Map<Value, Tensor> changed = new HashMap<>();

    private ChannelEqualizer(Graph source, CalibrationStatistics statistics) {
        this.source = source;
        this.statistics = statistics;
    }

    /** A graph with equalized constants; {@code source} is not changed. Values keep their names. */
    public static Graph equalize(Graph source, CalibrationStatistics statistics) {
        ChannelEqualizer equalizer = new ChannelEqualizer(source, statistics);
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
        double[] factors = factors(channels, value.users());
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

    /** Factor of each channel, at least 1, for the layers that read it. */
    private double[] factors(ChannelStatistics channels, List<Node> readers) {
        float[] magnitudes = channels.magnitudes();
        double[] means = channels.means();
        double largest = 0;
        for (float m : magnitudes) {
            largest = Math.max(largest, m);
        }
        double[] norms = new double[magnitudes.length];
        double weightStep = 0;
        for (Node reader : readers) {
            if (!isDepthwise(reader)) {
                inputNorms(tensor(reader.operand(1)), norms);
                weightStep += outputSteps(tensor(reader.operand(1)));
            }
        }
        double[] factors = new double[magnitudes.length];
        for (int c = 0; c < factors.length; c++) {
            double room = magnitudes[c] > 0 ? largest / magnitudes[c] / MARGIN : 1;
            double typical = Math.sqrt(Math.max(Math.abs(means[c]), magnitudes[c] * LEAST_MEAN) * magnitudes[c]);
            double wanted = weightStep == 0 || typical == 0 ? room
                    : Math.sqrt(largest / 255 * Math.sqrt(norms[c]) / (Math.sqrt(weightStep) * typical));
            factors[c] = Math.clamp(Math.min(room, wanted), 1, MOST);
        }
        return factors;
    }

    /** Adds the squares of the weights that see each input channel. */
    private static void inputNorms(Tensor weights, double[] sums) {
        float[] w = weights.floats();
        for (int i = 0; i < w.length; i++) {
            sums[i % sums.length] += (double) w[i] * w[i];
        }
    }

    /** Sum of squares of the steps of all weights that see one input channel. */
    private static double outputSteps(Tensor weights) {
        int outputs = weights.type().dim(0);
        float[] w = weights.floats();
        int per = w.length / outputs;
        int taps = per / weights.type().dim(-1);
        double sum = 0;
        for (int o = 0; o < outputs; o++) {
            double widest = 0;
            for (int k = o * per; k < (o + 1) * per; k++) {
                widest = Math.max(widest, Math.abs(w[k]));
            }
            sum += taps * (widest / 127) * (widest / 127);
        }
        return sum;
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
