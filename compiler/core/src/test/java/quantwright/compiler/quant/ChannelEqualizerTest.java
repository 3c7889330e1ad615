package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

class ChannelEqualizerTest {
    private final Random random = new Random(5);

    @Test
    void theFunctionStaysAndChannelsGrow() {
        // Two layers joined, pooled, and read by two more: scales go through all of it.
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 6, 6, 3));
        Value a = relu(g, conv(g, x, 4, 1), "a");
        Value b = relu(g, conv(g, x, 5, 0.01f), "b");
        Value joined = named(g.append(new Concat(3), List.of(a, b), Location.UNKNOWN).result(), "joined");
        Value pooled = named(g.append(new MaxPool(Window2d.of(2, 2, 2, 2)), List.of(joined), Location.UNKNOWN).result(),
                "pooled");
        g.addOutput("y", named(conv(g, pooled, 6, 1), "y"));
        g.addOutput("z", named(conv(g, pooled, 2, 1), "z"));
        Graph equalized = checked(g);
        float[] before = magnitudes(g, "pooled");
        float[] after = magnitudes(equalized, "pooled");
        for (int c = 4; c < 9; c++) {
            assertTrue(after[c] > before[c] * 2, "channel " + c + " of the quiet layer grew from " + before[c] + " to "
                    + after[c]);
        }
    }

    @Test
    void withFourBitsTheErrorOfRoundedWeightsShrinks() {
        // Loud channels that small weights see: the weights of the quiet ones set every scale.
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 6, 6, 3));
        Value a = relu(g, conv(g, x, 8, 1), "a");
        Value b = relu(g, conv(g, x, 8, 0.05f), "b");
        Value joined = named(g.append(new Concat(3), List.of(a, b), Location.UNKNOWN).result(), "joined");
        g.addOutput("y", named(conv(g, joined, 32, 1), "y"));
        double eight = noise(checked(g, LayerPrecision.W8A8));
        double four = noise(checked(g, (LayerPrecision.Integer) LayerPrecision.parse("w4a8").orElseThrow()));
        assertTrue(four < 0.9 * noise(g), four + " against " + noise(g) + " as the model has it");
        assertTrue(four < eight, four + " against " + eight + " by the factors for eight bits");
    }

    @Test
    void aClippedValueKeepsItsBound() {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 6, 6, 3));
        Value a = conv(g, x, 8, 4);
        a.setName("a.conv");
        Value clipped = named(g.append(new Clip(0, 1), List.of(a), Location.UNKNOWN).result(), "a");
        g.addOutput("y", named(conv(g, clipped, 4, 1), "y"));
        checked(g, (LayerPrecision.Integer) LayerPrecision.parse("w4a8").orElseThrow());
    }

    /** Squared error of the last layer's outputs with its weights rounded to four bits. */
    private static double noise(Graph g) {
        Node layer = g.last();
        Tensor weights = ((Constant) layer.operand(1).producer().op()).data().toTensor();
        StoredWeights stored = WeightQuantizer.quantize(weights, null, 1, WeightBits.W4, WeightOptions.standard(), 0, null);
        Tensor[] seen = new Tensor[1];
        Interpreter.run(g, List.of(input()), (v, t) -> seen[0] = v.name().equals("joined") ? t : seen[0]);
        int inputs = weights.type().dim(3);
        double sum = 0;
        for (int at = 0; at < seen[0].size(); at += inputs) {
            for (int o = 0; o < weights.type().dim(0); o++) {
                double error = 0;
                for (int k = 0; k < inputs; k++) {
                    error += (stored.real(o, k) - weights.floats()[o * inputs + k]) * seen[0].floats()[at + k];
                }
                sum += error * error;
            }
        }
        return sum;
    }

    @Test
    void aValueThatSomethingElseReadsStays() {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 6, 6, 3));
        Value a = relu(g, conv(g, x, 4, 0.01f), "a");
        g.addOutput("y", named(conv(g, a, 6, 1), "y"));
        g.addOutput("a", a);
        assertEquals(0, run(checked(g)).get(1).countDifferences(run(g).get(1)));
    }

    private Graph checked(Graph g) {
        return checked(g, LayerPrecision.W8A8);
    }

    private Graph checked(Graph g, LayerPrecision.Integer precision) {
        CalibrationStatistics statistics = new CalibrationStatistics();
        Interpreter.run(g, List.of(input()), (v, t) -> {
            if (!OpRoles.isConstant(v)) {
                statistics.count(v.name(), t);
            }
        });
        Graph equalized = ChannelEqualizer.equalize(g, statistics, PrecisionPlan.uniform(precision));
        assertNotEquals(g, equalized);
        List<Tensor> expected = run(g);
        List<Tensor> actual = run(equalized);
        for (int i = 0; i < expected.size(); i++) {
            for (int k = 0; k < expected.get(i).size(); k++) {
                assertEquals(expected.get(i).floats()[k], actual.get(i).floats()[k], 1e-4);
            }
        }
        return equalized;
    }

    private static float[] magnitudes(Graph g, String name) {
        ChannelStatistics[] seen = new ChannelStatistics[1];
        Interpreter.run(g, List.of(input()), (v, t) -> {
            if (v.name().equals(name)) {
                seen[0] = new ChannelStatistics(t.type().dim(-1));
                seen[0].add(t.floats());
            }
        });
        return seen[0].magnitudes();
    }

    private static List<Tensor> run(Graph g) {
        return Interpreter.run(g, List.of(input()), null);
    }

    private static Tensor input() {
        Random random = new Random(1);
        float[] values = new float[108];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.ofFloats(new int[] {1, 6, 6, 3}, values);
    }

    private Value conv(Graph g, Value x, int outputs, float gain) {
        int inputs = x.type().dim(3);
        float[] w = new float[outputs * inputs];
        for (int i = 0; i < w.length; i++) {
            w[i] = gain * (float) random.nextGaussian();
        }
        Tensor weights = Tensor.of(new TensorType(ScalarType.F32, Shape.of(outputs, 1, 1, inputs)), w);
        Value constant = g.append(new Constant(ConstantData.of(weights)), List.of(), Location.UNKNOWN).result();
        return g.append(new Conv2d(Window2d.of(1, 1, 1, 1), 1), List.of(x, constant), Location.UNKNOWN).result();
    }

    private static Value relu(Graph g, Value x, String name) {
        x.setName(name + ".conv");
        return named(g.append(new Unary(UnaryKind.RELU), List.of(x), Location.UNKNOWN).result(), name);
    }

    private static Value named(Value v, String name) {
        v.setName(name);
        return v;
    }
}
