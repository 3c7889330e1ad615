package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.InterpreterExecutor;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Op;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** A residual network with full, depthwise, grouped and strided convolutions and a dense layer, tuned in stages. */
class LayerTunerTest {
    private static final int CALIBRATION = 24;
    private final Random random = new Random(4);
    private final Graph network = network();
    private final List<List<Tensor>> samples = samples();

    @Test
    void tunedWeightsOfFourBitsAreCloserOnSamplesNotSeen() {
        double plain = noise(quantize(new WeightOptions(true, WeightRange.MAX, WeightRounding.NEAREST, false, false)));
        double mse = noise(quantize(new WeightOptions(true, WeightRange.MSE, WeightRounding.NEAREST, false, true)));
        double gptq = noise(quantize(new WeightOptions(true, WeightRange.MSE, WeightRounding.GPTQ, false, true)));
        double all = noise(quantize(new WeightOptions(true, WeightRange.MSE, WeightRounding.DESCENT, true, true)));
        String measured = String.join(" ", "" + plain, "" + mse, "" + gptq, "" + all);
        assertTrue(mse < plain, measured);
        assertTrue(gptq < 0.7 * mse, measured);
        assertTrue(all < 0.8 * mse, measured);
    }

    @Test
    void theSameDataGivesTheSameBytes() {
        WeightOptions how = WeightOptions.standard();
        assertEquals(QirPrinter.print(quantize(how)), QirPrinter.print(quantize(how)));
    }

    @Test
    void scalesOfSumsThatBecomeRealsFollowTheWeights() {
        Graph tuned = quantize(WeightOptions.standard().withRounding(WeightRounding.ALTERNATING));
        Node typed = tuned.nodes().stream().filter(n -> n.op() instanceof QReinterpret).findFirst().orElseThrow();
        Node layer = typed.operand(0).producer();
        double input = layer.operand(0).type().quantized().scale(0);
        for (int o = 0; o < typed.result().type().dim(-1); o++) {
            assertEquals((float) (input * layer.operand(1).type().quantized().scale(o)),
                    typed.result().type().quantized().scale(o));
        }
        double nearest = noise(quantize(WeightOptions.standard().untuned()));
        assertTrue(noise(tuned) < nearest, noise(tuned) + " against " + nearest);
    }

    @Test
    void stagesGiveWhatOneRunGives() {
        StagedRun run = new StagedRun(network, InterpreterExecutor::new, samples);
        for (String name : List.of("a", "d", "sum")) {
            Value value = network.nodes().stream().flatMap(n -> n.results().stream()).filter(v -> v.name().equals(name))
                    .findFirst().orElseThrow();
            Tensor[] staged = run.value(value);
            for (int s = 0; s < samples.size(); s++) {
                Tensor[] whole = new Tensor[1];
                Interpreter.run(network, samples.get(s), (v, t) -> whole[0] = v == value ? t : whole[0]);
                assertEquals(0, staged[s].countDifferences(whole[0]), name);
            }
        }
    }

    @Test
    void columnsTimesWeightsAreTheLayer() {
        network.nodes().stream().filter(n -> OpRoles.of(n) == OpRoles.PRODUCT).forEach(layer -> {
            Tensor[] x = new Tensor[1];
            Tensor[] y = new Tensor[1];
            Interpreter.run(network, samples.getFirst(), (v, t) -> {
                x[0] = v == layer.operand(0) ? t : x[0];
                y[0] = v == layer.result() ? t : y[0];
            });
            x[0] = layer.operand(0).isInput() ? samples.getFirst().getFirst() : x[0];
            LayerColumns columns = LayerColumns.of(layer);
            float[] w = ((Constant) layer.operand(1).producer().op()).data().toTensor().floats();
            double[] row = new double[columns.size()];
            int outputs = layer.operand(1).type().dim(0);
            for (int p = 0; p < columns.positions(); p++) {
                for (int o = 0; o < outputs; o++) {
                    columns.read(x[0].floats(), p, o / (outputs / columns.groups()), row);
                    double sum = layer.operands().size() < 3 ? 0
                            : ((Constant) layer.operand(2).producer().op()).data().toTensor().floats()[o];
                    for (int k = 0; k < row.length; k++) {
                        sum += row[k] * w[o * row.length + k];
                    }
                    assertEquals(y[0].floats()[p * outputs + o], sum, 1e-4, layer.result().name());
                }
            }
        });
    }

    private Graph quantize(WeightOptions how) {
        CalibrationStatistics statistics = new CalibrationStatistics();
        for (List<Tensor> inputs : samples.subList(0, CALIBRATION)) {
            statistics.count("x", inputs.getFirst());
            Interpreter.run(network, inputs, (v, t) -> {
                if (!OpRoles.isConstant(v)) {
                    statistics.count(v.name(), t);
                }
            });
        }
        QuantizationOptions options = QuantizationOptions.standard().withWeights(how)
                .withPrecision(PrecisionPlan.uniform(LayerPrecision.parse("w4a8").orElseThrow()));
        QuantizedGraph quantized = GraphQuantizer.quantizeLayers(network, statistics, options);
        if (LayerTuner.isNeeded(how)) {
            LayerTuner.tune(network, quantized, options, InterpreterExecutor::new, samples.subList(0, CALIBRATION),
                    Progress.SILENT);
        }
        return quantized.graph();
    }

    /** Squared error on samples that were not used for calibration. */
    private double noise(Graph quantized) {
        double noise = 0;
        for (List<Tensor> inputs : samples.subList(CALIBRATION, samples.size())) {
            float[] expected = Interpreter.run(network, inputs, null).getFirst().floats();
            float[] actual = Interpreter.run(quantized, inputs, null).getFirst().floats();
            for (int i = 0; i < expected.length; i++) {
                noise += Math.pow(expected[i] - actual[i], 2);
            }
        }
        return noise;
    }

    private Graph network() {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 8, 8, 3));
        Value a = relu(g, conv(g, x, 12, 3, 1, 1), "a");
        Value d = relu(g, conv(g, a, 12, 3, 1, 12), "d");
        Value p = conv(g, d, 12, 1, 1, 3);
        Value sum = named(g.append(new Binary(BinaryKind.ADD), List.of(a, p), Location.UNKNOWN).result(), "sum");
        Value s = relu(g, conv(g, sum, 8, 3, 2, 1), "s");
        Value flat = named(g.append(new Reshape(Ints.of(1, 128)), List.of(s), Location.UNKNOWN).result(), "flat");
        Value w = constant(g, reals(Shape.of(5, 128), 0.2f));
        g.addOutput("y", named(g.append(new Dense(), List.of(flat, w), Location.UNKNOWN).result(), "y"));
        return g;
    }

    private Value conv(Graph g, Value x, int outputs, int kernel, int stride, int groups) {
        int inputs = x.type().dim(3) / groups;
        Value w = constant(g, reals(Shape.of(outputs, kernel, kernel, inputs), 1f / kernel / (float) Math.sqrt(inputs)));
        Value b = constant(g, reals(Shape.of(outputs), 0.1f));
        int pad = kernel / 2;
        Value y = g.append(new Conv2d(Window2d.of(kernel, kernel, stride, stride).padded(pad, pad, pad, pad), groups),
                List.of(x, w, b), Location.UNKNOWN).result();
        return named(y, "conv" + g.size());
    }

    private static Value relu(Graph g, Value x, String name) {
        return named(g.append((Op) new Unary(UnaryKind.RELU), List.of(x), Location.UNKNOWN).result(), name);
    }

    private static Value constant(Graph g, Tensor t) {
        return named(g.append(new Constant(ConstantData.of(t)), List.of(), Location.UNKNOWN).result(), "k" + g.size());
    }

    private static Value named(Value v, String name) {
        v.setName(name);
        return v;
    }

    /** Smooth images, so that neighbouring inputs are alike. */
    private List<List<Tensor>> samples() {
        List<List<Tensor>> samples = new ArrayList<>();
        for (int i = 0; i < 2 * CALIBRATION; i++) {
            float[] values = new float[8 * 8 * 3];
            double slant = random.nextGaussian();
            double level = random.nextGaussian();
            for (int k = 0; k < values.length; k++) {
                values[k] = (float) (level + slant * (k / 24 - 4) / 4 + 0.3 * random.nextGaussian());
            }
            samples.add(List.of(Tensor.of(TensorType.of(ScalarType.F32, 1, 8, 8, 3), values)));
        }
        return samples;
    }

    private Tensor reals(Shape shape, float gain) {
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = gain * (float) random.nextGaussian();
        }
        return Tensor.of(new TensorType(ScalarType.F32, shape), values);
    }
}
