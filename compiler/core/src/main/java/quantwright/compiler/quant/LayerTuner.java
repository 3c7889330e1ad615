package quantwright.compiler.quant;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Quantization;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Constant;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/**
 * Chooses the weights and biases of a QUANT graph's layers again, one after the other, by what each layer reads on
 * calibration data. In sequential order a layer reads what the integer layers before it compute, and is to give what the
 * float layer gives on the float model's values, so that it makes good for the errors before it (as in E. Frantar and D.
 * Alistarh, "Optimal brain compression", NeurIPS 2022, section 6); the bias then takes back the mean error that is left
 * (M. Nagel et al., "Data-free quantization through weight equalization and bias correction", ICCV 2019, appendix D).
 *
 * <p>Memory is bounded: only as many samples take part as {@link #sampleLimit} allows, and of a layer's positions enough to
 * know its moments.
 */
final class LayerTuner {
    /** Most bytes that the values between two layers may take over all samples. */
    private static final long VALUE_BYTES = 1L << 30;
    private static final int MOST_ROWS = 1 << 16;
    /** Products spent on one group's second moments, unless that gives too few rows for its columns. */
    private static final long SECOND_MOMENT_WORK = 4_000_000_000L;
    private static final int ROWS_PER_COLUMN = 12;
    /**
     * Share of the mean error of the layers before that a bias takes back. Part of it comes from few large elements that
     * were cut off, which a constant for all elements does not mend.
     */
    private static final double MEAN_SHARE = 0.5;
    private final WeightOptions how;
    private final PrecisionPlan precision;
    private final Graph target;
    private final StagedRun reals;
    private final StagedRun integers;
    private final int samples;

    LayerTuner(Graph source, QuantizedGraph quantized, QuantizationOptions options,
            Function<Graph, Executor> executors, List<List<Tensor>> inputs) {
        this.how = options.weights();
        this.precision = options.precision();
        this.target = quantized.graph();
        this.samples = inputs.size();
        this.reals = new StagedRun(source, executors, inputs);
        this.integers = how.sequential() ? new StagedRun(target, executors, inputs) : null;
    }

    /** Whether options ask for anything this does. */
    static boolean isNeeded(WeightOptions how) {
        return how.rounding() != WeightRounding.NEAREST || how.sequential();
    }

    /** Most samples whose values between two layers fit the memory allowed; at least 1. */
    static int sampleLimit(Graph source) {
        List<Node> nodes = source.nodes();
        Map<Node, Integer> index = new HashMap<>();
        nodes.forEach(n -> index.put(n, index.size()));
        long[] live = new long[nodes.size() + 1];
        List<Value> values = new ArrayList<>(source.inputs());
        nodes.forEach(n -> values.addAll(n.results()));
        for (Value v : values) {
            if (!OpRoles.isConstant(v)) {
                int last = v.users().stream().mapToInt(index::get).max().orElse(-1);
                // A quarter more for the integer value beside the float one.
                long bytes = v.type().packedBytes() * 5 / 4;
                for (int i = v.isInput() ? 0 : index.get(v.producer()) + 1; i <= last; i++) {
                    live[i] += OpRoles.of(nodes.get(i)) == OpRoles.PRODUCT ? bytes : 0;
                }
            }
        }
        return (int) Math.max(1, VALUE_BYTES / Math.max(1, Arrays.stream(live).max().orElse(1)));
    }

    /** Inputs of the first samples, as many as memory allows. */
    static List<List<Tensor>> inputs(Graph source, ModelFeed feed) {
        List<List<Tensor>> inputs = new ArrayList<>();
        for (long sample = 0; sample < Math.min(feed.size(), sampleLimit(source)); sample++) {
            inputs.add(Calibrator.inputs(feed, sample));
        }
        return inputs;
    }

    /**
     * Replaces the constants of a QUANT graph's layers in place.
     *
     * @param source the float graph the QUANT graph was made of
     * @param executors makes an executor of a graph
     * @param inputs of each calibration sample
     */
    static void tune(Graph source, QuantizedGraph quantized, QuantizationOptions options,
            Function<Graph, Executor> executors, List<List<Tensor>> inputs, Progress progress) {
        LayerTuner tuner = new LayerTuner(source, quantized, options, executors, inputs);
        int done = 0;
        for (Map.Entry<Node, Node> layer : quantized.layers().entrySet()) {
            progress.update("tuning layers", done++, quantized.layers().size());
            tuner.tune(layer.getKey(), layer.getValue());
        }
        progress.update("tuning layers", done, done);
    }

    private void tune(Node real, Node integer) {
        LayerMoments[] moments = moments(LayerColumns.of(real), real.operand(0), integer.operand(0));
        replace(target, integer, tuned(real, integer, ((LayerPrecision.Integer) precision.of(real)).weights(), moments));
    }

    /**
     * The parameters of an integer layer for what it reads.
     *
     * @param integer the layer with the scales to keep
     * @param moments of each of its groups
     */
    StoredWeights tuned(Node real, Node integer, WeightBits bits, LayerMoments[] moments) {
        Tensor weights = constant(real.operand(1)).toTensor();
        QuantizedType type = integer.operand(1).type().quantized();
        int outputs = weights.type().dim(0);
        int each = outputs / moments.length;
        byte[] stored = constant(integer.operand(1)).toTensor().bytes();
        float[] bias = real.operands().size() < 3 ? new float[outputs] : constant(real.operand(2)).toTensor().floats();
        float[] scales = new float[type.sumScaleCount()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = type.sumScale(i);
        }
        StoredWeights result = new StoredWeights(bits, stored, scales, type instanceof QuantizedType.PerGroup p
                ? new StoredWeights.Groups(p.groupSize(), p.multipliers().toArray()) : null, bias);
        float inputScale = integer.operand(0).type().quantized().scale(0);
        for (int g = 0; g < moments.length; g++) {
            if (how.rounding() != WeightRounding.NEAREST) {
                round(result, inputScale, weights.floats(), g * each, each, moments[g]);
            }
            for (int o = g * each; how.biasCorrection() && o < (g + 1) * each; o++) {
                bias[o] = (float) (bias[o] + shift(result, weights.floats(), o, moments[g]));
            }
        }
        return result;
    }

    /** Makes parameters the constants of a layer of a QUANT graph. */
    static void replace(Graph target, Node integer, StoredWeights by) {
        Value weights = integer.operand(1);
        replace(target, integer, 1, by.weights(weights.type().shape(), weights.type().element() instanceof
                QuantizedType.PerAxis));
        float inputScale = integer.operand(0).type().quantized().scale(0);
        replace(target, integer, 2, by.bias(inputScale));
        for (Node user : integer.result().users()) {
            if (user.op() instanceof QReinterpret) {
                TensorType old = user.result().type();
                user.result().setType(new TensorType(GraphQuantizer.sumType(by.scales(), inputScale, old), old.shape()));
            }
        }
    }

    private void round(StoredWeights result, float inputScale, float[] weights, int first, int count,
            LayerMoments moments) {
        int size = moments.size();
        double[][] w = new double[count][size];
        double[][] steps = new double[count][size];
        double[] scales = new double[count];
        double[] least = new double[count];
        for (int o = 0; o < count; o++) {
            scales[o] = result.scale(first + o);
            least[o] = StoredWeights.leastScale(result.bias()[first + o], inputScale);
            for (int k = 0; k < size; k++) {
                w[o][k] = weights[(first + o) * size + k];
                steps[o][k] = result.step(first + o, k);
            }
        }
        boolean ownScales = result.scales().length == result.bias().length;
        int[][] q = RoundingProblem.solve(w, steps, scales, least, result.bits(), moments, ownScales ? how
                : how.withSharedScales());
        for (int o = 0; o < count; o++) {
            if (ownScales) {
                result.scales()[first + o] = (float) scales[o];
            }
            for (int k = 0; k < size; k++) {
                result.values()[(first + o) * size + k] = (byte) q[o][k];
            }
        }
    }

    /** How much too low the mean of an output is. */
    private static double shift(StoredWeights result, float[] weights, int o, LayerMoments moments) {
        double sum = 0;
        for (int k = 0; k < moments.size(); k++) {
            sum += weights[o * moments.size() + k]
                    * (MEAN_SHARE * moments.wantedMean(k) + (1 - MEAN_SHARE) * moments.mean(k))
                    - result.real(o, k) * moments.mean(k);
        }
        return sum;
    }

    private static ConstantData constant(Value value) {
        return ((Constant) value.producer().op()).data();
    }

    private static void replace(Graph target, Node layer, int operand, Tensor by) {
        Node old = layer.operand(operand).producer();
        Value made = target.insertBefore(layer, new Constant(ConstantData.of(by)), List.of(), List.of(),
                old.location()).result();
        made.setName(old.result().name());
        layer.setOperand(operand, made);
        if (old.result().users().isEmpty()) {
            target.erase(old);
        }
    }

    /**
     * What each group of a layer reads.
     *
     * @param real what it reads of the float graph
     * @param integer what it reads of the QUANT graph; only looked at in sequential order
     */
    LayerMoments[] moments(LayerColumns columns, Value real, Value integer) {
        Tensor[] wanted = reals.value(real);
        Tensor[] given = how.sequential() ? integers.value(integer) : wanted;
        boolean second = how.rounding() != WeightRounding.NEAREST;
        LayerMoments[] moments = new LayerMoments[columns.groups()];
        Arrays.setAll(moments, _ -> new LayerMoments(columns.size(), second, how.sequential()));
        long rows = second ? Math.clamp(SECOND_MOMENT_WORK / ((long) columns.size() * columns.size()),
                (long) ROWS_PER_COLUMN * columns.size(), Math.max(MOST_ROWS, (long) ROWS_PER_COLUMN * columns.size()))
                : MOST_ROWS;
        int perSample = (int) Math.min(columns.positions(), Math.ceilDiv(rows, samples));
        for (int s = 0; s < samples; s++) {
            float[] want = wanted[s].floats();
            float[] have = how.sequential() ? reals(given[s]) : want;
            int[] positions = positions(s, columns.positions(), perSample);
            for (int g = 0; g < moments.length; g++) {
                for (int position : positions) {
                    columns.read(have, position, g, moments[g].next());
                    if (how.sequential()) {
                        columns.read(want, position, g, moments[g].nextWanted());
                    }
                    moments[g].add();
                }
            }
        }
        for (LayerMoments m : moments) {
            m.finish();
        }
        return moments;
    }

    /** All positions of a sample, or as many as wanted, drawn by the sample's number. */
    private static int[] positions(int sample, int all, int wanted) {
        int[] positions = new int[wanted];
        Random random = new Random(sample);
        Arrays.setAll(positions, i -> wanted == all ? i : random.nextInt(all));
        return positions;
    }

    private static float[] reals(Tensor stored) {
        QuantizedType type = stored.type().quantized();
        float[] reals = new float[stored.size()];
        for (int i = 0; i < reals.length; i++) {
            reals[i] = Quantization.dequantize((int) stored.integer(i), type.scale(0), type.zeroPoint(0));
        }
        return reals;
    }
}
