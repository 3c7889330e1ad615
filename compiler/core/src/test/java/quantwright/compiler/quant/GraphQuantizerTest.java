package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.profiles.ProfileCatalogue;

/** A small residual network: which ops come out, which parameters are shared, and how close the result is. */
class GraphQuantizerTest {
    private static final Tensor INPUT = reals(new Random(1), Shape.of(1, 8, 8, 3), 1);
    private final Random random = new Random(2);

    @Test
    void clampsDisappearIntoTheirProducers() {
        Graph q = quantize(network(), QuantizationOptions.standard());
        assertEquals(0, count(q, QClamp.class));
        assertEquals(0, count(q, Unary.class) + count(q, Clip.class));
        assertEquals(4, count(q, QConv2d.class));
        QConv2d first = (QConv2d) producer(q, "a").op();
        assertEquals(zeroPoint(q, "a"), first.clamp().min(), "a ReLU stops at the zero point");
    }

    @Test
    void joinedAndPooledValuesShareTheirScale() {
        Graph q = quantize(network(), QuantizationOptions.standard());
        assertEquals(1, count(q, QConcat.class));
        QuantizedType joined = producer(q, "joined").result().type().quantized();
        assertEquals(joined, producer(q, "sum").result().type().quantized());
        assertEquals(joined, producer(q, "b").result().type().quantized());
        assertEquals(joined, producer(q, "pooled").result().type().quantized());
    }

    @Test
    void theResultIsCloseToFloat() {
        Graph g = network();
        Tensor expected = Interpreter.run(g, List.of(INPUT), null).getFirst();
        Tensor actual = Interpreter.run(quantize(g, QuantizationOptions.standard()), List.of(INPUT), null).getFirst();
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < expected.size(); i++) {
            signal += Math.pow(expected.floats()[i], 2);
            noise += Math.pow(expected.floats()[i] - actual.floats()[i], 2);
        }
        assertTrue(10 * Math.log10(signal / noise) > 30, "SQNR " + 10 * Math.log10(signal / noise) + " dB");
    }

    @Test
    void aSkippedNodeStaysFloat() {
        QuantizationOptions by = QuantizationOptions.standard();
        Graph name = quantize(network(), by.withSkip(new SkipList(List.of("s*"), List.of())));
        assertEquals(0, count(name, QAdd.class));
        assertEquals(1, count(name, Binary.class));
        Graph type = quantize(network(), by.withSkip(new SkipList(List.of(), List.of("conv2d"))));
        assertEquals(4, count(type, Conv2d.class));
        assertEquals(0, count(type, QConv2d.class));
    }

    @Test
    void globsMatchWholeNames() {
        assertTrue(SkipList.matches("layer*conv", "layer1.conv"));
        assertFalse(SkipList.matches("layer", "layer1"));
        assertFalse(SkipList.matches("l.yer", "layer"));
    }

    @Test
    void eachLayerHasTheBitsThePlanSays() {
        PrecisionPlan plan = PrecisionPlan.uniform(LayerPrecision.W8A8).with("a.conv", precision("w4a8"))
                .with("c", precision("w2a16")).with("b.conv", precision("w1a8")).with("y", precision("float"));
        Graph q = quantize(network(), QuantizationOptions.standard().withPrecision(plan));
        assertEquals(ScalarType.I4, weights(q, "a").type().storage());
        assertEquals(ScalarType.I2, weights(q, "c").type().storage());
        assertEquals(ScalarType.SIGN1, weights(q, "b").type().storage());
        assertEquals(1, count(q, Conv2d.class), "the last layer stays float");
        assertEquals(ScalarType.I16, producer(q, "a").result().type().storage(), "what c reads");
        assertEquals(0, zeroPoint(q, "a"));
        assertEquals(ScalarType.I8, producer(q, "c").result().type().storage());
        for (byte w : weights(q, "a").bytes()) {
            assertTrue(Math.abs(w) <= 7, "4-bit weight " + w);
        }
        for (byte w : weights(q, "c").bytes()) {
            assertTrue(Math.abs(w) <= 1, "2-bit weight " + w);
        }
        assertEquals(6 * 3 * 3 * 3 / 2, ((Constant) producer(q, "a").operand(1).producer().op()).data().bytes().byteSize());
    }

    @Test
    void sixteenBitActivationsAreCloserThanEight() {
        Graph g = network();
        QuantizationOptions by = QuantizationOptions.standard();
        double narrow = noise(g, by);
        double wide = noise(g, by.withPrecision(PrecisionPlan.uniform(precision("w8a16"))));
        assertTrue(wide < narrow * 0.8, wide + " against " + narrow);
        double fewer = noise(g, by.withPrecision(PrecisionPlan.uniform(precision("w4a8"))));
        assertTrue(fewer > narrow * 10, fewer + " against " + narrow);
    }

    @Test
    void aPlanThatDoesNotFitIsRefused() {
        PrecisionPlan plan = PrecisionPlan.uniform(LayerPrecision.W8A8).with("a.con", precision("w4a8"))
                .with("sum", precision("w4a8"));
        UserErrorException e = assertThrows(UserErrorException.class, () -> quantize(network(),
                QuantizationOptions.standard().withPrecision(plan)));
        assertEquals(List.of(QuantDiagnostic.PLAN_NAMES_NO_NODE, QuantDiagnostic.PLAN_WITHOUT_WEIGHTS),
                e.diagnostics().stream().map(Diagnostic::code).toList());
        assertEquals(List.of("did you mean 'a.conv'?"), e.diagnostics().getFirst().notes());
    }

    @Test
    void precisionsReadBackAsTheyPrint() {
        for (String text : List.of("w8a8", "w4a16", "w2a8", "w1a8", "w4g32a8", "w2g128a8", "float")) {
            assertEquals(text, precision(text).text());
        }
        assertTrue(LayerPrecision.parse("w3a8").isEmpty());
        assertTrue(LayerPrecision.parse("w4g33a8").isEmpty());
        assertTrue(LayerPrecision.parse("w4g32a16").isEmpty());
    }

    @Test
    void aSoftmaxIsIntegerWhereAnIntegerOpReadsIt() {
        Graph g = gated(40);
        Graph q = quantize(g, QuantizationOptions.standard());
        assertEquals(1, count(q, QSoftmax.class), "the gate");
        assertEquals(1, count(q, Softmax.class), "the output");
        assertEquals(QuantizationPlan.SOFTMAX_TYPE, producer(q, "gate").result().type().element());
        Tensor expected = Interpreter.run(g, List.of(INPUT), null).getFirst();
        Tensor actual = Interpreter.run(q, List.of(INPUT), null).getFirst();
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.floats()[i], actual.floats()[i], 0.1);
        }
    }

    @Test
    void aSoftmaxBeforeAnOutputIsIntegerOnRequest() {
        Graph q = quantize(gated(40), QuantizationOptions.standard().withOutputSoftmax(true));
        assertEquals(2, count(q, QSoftmax.class));
        assertEquals(0, count(q, Softmax.class));
        assertEquals(ScalarType.F32, q.outputs().getFirst().type().element());
    }

    @Test
    void aSoftmaxOfSmallProbabilitiesOrWithoutZeroPointsStaysFloat() {
        assertEquals(0, count(quantize(gated(0.01f), QuantizationOptions.standard()), QSoftmax.class));
        QuantizationOptions symmetric = new QuantizationOptions(RangeMethod.MSE, 0.9999, true, false,
                WeightOptions.standard(), ArithmeticPreset.F32, new SkipList(List.of(), List.of()),
                PrecisionPlan.uniform(LayerPrecision.W8A8), true, true, 0);
        assertEquals(0, count(quantize(gated(40), symmetric), QSoftmax.class));
    }

    @Test
    void whatOnlyRealsFollowHas16BitsWhereTheChipStoresThem() {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 8, 8, 3));
        g.addOutput("y", act(g, conv(g, x, 6, "a"), new Reduce(ReduceKind.MEAN, Ints.of(1, 2), false), "mean"));
        QuantizationOptions on = QuantizationOptions.standard(new ProfileCatalogue().find("npu-edge-4bit"));
        QuantizationOptions off = QuantizationOptions.standard(new ProfileCatalogue().find("npu-systolic-16x16"));
        assertEquals(ScalarType.I16, storageOfMean(quantize(g, on)));
        assertEquals(ScalarType.I8, storageOfMean(quantize(g, off)));
    }

    private static ScalarType storageOfMean(Graph q) {
        return q.nodes().stream().filter(n -> n.op() instanceof QMean).findFirst().orElseThrow().result().type().storage();
    }

    /** A convolution times a softmax over its channels, and a softmax of that. */
    private Graph gated(float gain) {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 8, 8, 3));
        Value a = conv(g, x, 6, "a");
        Value sharp = named(g.append(new Binary(BinaryKind.MUL), List.of(a, constant(g, reals(new Random(4),
                Shape.of(1), gain))), Location.UNKNOWN).result(), "sharp");
        Value gate = act(g, sharp, new Softmax(3, 1), "gate");
        Value product = named(g.append(new Binary(BinaryKind.MUL), List.of(a, gate), Location.UNKNOWN).result(),
                "product");
        g.addOutput("y", act(g, conv(g, product, 5, "b"), new Softmax(3, 1), "y"));
        return g;
    }

    private static LayerPrecision precision(String text) {
        return LayerPrecision.parse(text).orElseThrow();
    }

    private static Tensor weights(Graph q, String result) {
        return ((Constant) producer(q, result).operand(1).producer().op()).data().toTensor();
    }

    private static double noise(Graph g, QuantizationOptions options) {
        Tensor expected = Interpreter.run(g, List.of(INPUT), null).getFirst();
        Tensor actual = Interpreter.run(quantize(g, options), List.of(INPUT), null).getFirst();
        double noise = 0;
        for (int i = 0; i < expected.size(); i++) {
            noise += Math.pow(expected.floats()[i] - actual.floats()[i], 2);
        }
        return noise;
    }

    private static Graph quantize(Graph g, QuantizationOptions options) {
        CalibrationStatistics statistics = new CalibrationStatistics();
        Interpreter.run(g, List.of(INPUT), (v, t) -> {
            if (!OpRoles.isConstant(v)) {
                statistics.count(v.name(), t);
            }
        });
        return GraphQuantizer.quantize(g, statistics, options);
    }

    @Test
    void floatsThatCalibrationDoesNotSeeHaveTheRangeOfWhatTheyAreMovedFrom() {
        Graph g = network();
        CalibrationStatistics statistics = new CalibrationStatistics();
        Interpreter.run(g, List.of(INPUT), (v, t) -> {
            if (!OpRoles.isConstant(v) && !v.name().equals("pooled")) {
                statistics.count(v.name(), t);
            }
        });
        PrecisionPlan last = PrecisionPlan.uniform(precision("float")).with("y", LayerPrecision.W8A8);
        QuantizationOptions options = QuantizationOptions.standard().withMethod(RangeMethod.MIN_MAX).withPrecision(last);
        Node y = GraphQuantizer.quantize(g, statistics, options).nodes().stream().filter(n -> n.op() instanceof QConv2d)
                .findFirst().orElseThrow();
        ValueRange sum = statistics.extremes().get("sum");
        ValueRange b = statistics.extremes().get("b");
        ValueRange both = sum.union(b);
        assertEquals((float) ((both.high() - both.low()) / 255), y.operand(0).type().quantized().scale(0));
    }

    private Graph network() {
        Graph g = new Graph("g", Level.GRAPH);
        Value x = g.addInput("x", TensorType.of(ScalarType.F32, 1, 8, 8, 3));
        Value a = act(g, conv(g, x, 6, "a.conv"), new Unary(UnaryKind.RELU), "a");
        Value c = conv(g, a, 6, "c");
        Value sum = named(g.append(new Binary(BinaryKind.ADD), List.of(a, c), Location.UNKNOWN).result(), "sum");
        Value b = act(g, conv(g, x, 4, "b.conv"), new Clip(0, 6), "b");
        Value joined = named(g.append(new Concat(3), List.of(sum, b), Location.UNKNOWN).result(), "joined");
        Value pooled = named(g.append(new MaxPool(Window2d.of(2, 2, 2, 2)), List.of(joined), Location.UNKNOWN).result(),
                "pooled");
        g.addOutput("y", conv(g, pooled, 5, "y"));
        return g;
    }

    private Value conv(Graph g, Value x, int outputs, String name) {
        Value w = constant(g, reals(random, Shape.of(outputs, 3, 3, x.type().dim(3)), 0.3f));
        Value b = constant(g, reals(random, Shape.of(outputs), 0.1f));
        return named(g.append(new Conv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1), List.of(x, w, b),
                Location.UNKNOWN).result(), name);
    }

    private static Value constant(Graph g, Tensor t) {
        return g.append(new Constant(ConstantData.of(t)), List.of(), Location.UNKNOWN).result();
    }

    private static Value act(Graph g, Value x, Op op, String name) {
        return named(g.append(op, List.of(x), Location.UNKNOWN).result(), name);
    }

    private static Value named(Value v, String name) {
        v.setName(name);
        return v;
    }

    private static Tensor reals(Random random, Shape shape, float gain) {
        float[] values = new float[(int) shape.elementCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = gain * (float) random.nextGaussian();
        }
        return Tensor.of(new TensorType(ScalarType.F32, shape), values);
    }

    private static long count(Graph g, Class<? extends Op> type) {
        return g.nodes().stream().filter(n -> type.isInstance(n.op())).count();
    }

    private static Node producer(Graph g, String name) {
        Map<String, Node> byName = new HashMap<>();
        g.nodes().forEach(n -> n.results().forEach(v -> byName.put(v.name(), n)));
        return byName.get(name);
    }

    private static int zeroPoint(Graph g, String name) {
        return producer(g, name).result().type().quantized().zeroPoint(0);
    }
}
