package quantwright.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class QirRoundTripTest {
    private final OpRegistry registry = new OpRegistry(List.of(RandomGraphs.Everything.class));

    @Test
    void everyOpAndAttributeComesBackToTheSameBytes() {
        for (int seed = 0; seed < 200; seed++) {
            Graph graph = new RandomGraphs(seed, registry).graph(2);
            String text = QirPrinter.print(graph);
            Graph back = new QirParser(registry).parse(text, "seed " + seed);
            assertEquals(text, QirPrinter.print(back), "seed " + seed);
            assertSame(graph, back, "seed " + seed);
        }
    }

    @Test
    void printingTheSameGraphTwiceGivesTheSameBytes() {
        for (int seed = 0; seed < 20; seed++) {
            assertEquals(QirPrinter.print(new RandomGraphs(seed, registry).graph(1)),
                    QirPrinter.print(new RandomGraphs(seed, registry).graph(1)));
        }
    }

    /** Compares structure directly, so that a mistake shared by printer and parser shows. */
    private static void assertSame(Graph a, Graph b, String message) {
        assertEquals(a.name(), b.name(), message);
        assertEquals(a.level(), b.level(), message);
        assertEquals(a.inputs().stream().map(v -> v.name() + v.type()).toList(),
                b.inputs().stream().map(v -> v.name() + v.type()).toList(), message);
        assertEquals(a.size(), b.size(), message);
        List<Node> as = a.nodes();
        List<Node> bs = b.nodes();
        for (int i = 0; i < as.size(); i++) {
            Node x = as.get(i);
            Node y = bs.get(i);
            assertEquals(x.location(), y.location(), message);
            assertEquals(x.results().stream().map(Value::type).toList(), y.results().stream().map(Value::type)
                    .toList());
            assertEquals(x.results().stream().map(Value::name).toList(), y.results().stream().map(Value::name)
                    .toList());
            assertEquals(x.operands().stream().map(v -> position(a, v)).toList(),
                    y.operands().stream().map(v -> position(b, v)).toList(), message);
            if (x.op() instanceof quantwright.ir.op.Fused f && y.op() instanceof quantwright.ir.op.Fused g) {
                assertSame(f.body().graph(), g.body().graph(), message);
            } else {
                assertEquals(x.op(), y.op(), message);
            }
        }
        for (int i = 0; i < a.outputs().size(); i++) {
            assertEquals(a.outputName(i), b.outputName(i), message);
            assertEquals(position(a, a.outputs().get(i)), position(b, b.outputs().get(i)), message);
        }
        assertEquals(a.outputs().size(), b.outputs().size(), message);
    }

    private static String position(Graph graph, Value value) {
        return value.isInput() ? "input " + value.index() : graph.nodes().indexOf(value.producer()) + "."
                + value.index();
    }

    @Test
    void sideFileHoldsLargeConstants(@TempDir Path folder) throws IOException {
        Graph graph = new RandomGraphs(7, registry).graph(1);
        big(graph, 100_000);
        Path file = folder.resolve("model.qir");
        QirPrinter printer = new QirPrinter(PrintOptions.WITH_SIDE_FILE);
        printer.write(graph, file);
        Graph back = new QirParser(registry).read(file);
        assertEquals(QirPrinter.print(graph), QirPrinter.print(back));
        assertTrue(Files.size(folder.resolve("model.qdata")) > 100_000);
        byte[] text = Files.readAllBytes(file);
        byte[] data = Files.readAllBytes(folder.resolve("model.qdata"));
        printer.write(graph, file);
        assertEquals(new String(text, StandardCharsets.UTF_8), Files.readString(file));
        org.junit.jupiter.api.Assertions.assertArrayEquals(data, Files.readAllBytes(folder.resolve("model.qdata")));
        try (var list = Files.list(folder)) {
            assertEquals(2, list.count(), "no temporary file stays");
        }
    }

    @Test
    void equalConstantsShareOneResource() {
        Graph graph = new Graph("g", Level.GRAPH);
        big(graph, 1000);
        big(graph, 1000);
        String text = QirPrinter.print(graph);
        String section = text.substring(text.indexOf("resources {"));
        assertEquals(2, section.lines().filter(l -> l.startsWith("  #") || l.equals("}")).count());
    }

    private static void big(Graph graph, int bytes) {
        byte[] data = new byte[bytes];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) random.nextInt();
        }
        ConstantData constant = ConstantData.of(Tensor.of(TensorType.of(ScalarType.I8, bytes), data));
        Node node = graph.append(new Constant(constant), List.of(), Location.UNKNOWN);
        graph.addOutput("big" + graph.outputs().size(), node.result());
    }

    /**
     * A network of 200 nodes with 4 MB of weights, the size of MobileNetV2, per-channel scales included. It takes
     * about 25 ms of CPU time when warm; the bound leaves room for a busy machine and still catches anything quadratic.
     */
    @Test
    void aMobileNetPrintsAndParsesQuickly(@TempDir Path folder) throws IOException {
        Graph graph = mobileNet();
        Path file = folder.resolve("m.qir");
        QirPrinter printer = new QirPrinter(PrintOptions.WITH_SIDE_FILE);
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 8; i++) {
            long start = System.nanoTime();
            printer.write(graph, file);
            new QirParser(registry).read(file);
            best = Math.min(best, System.nanoTime() - start);
        }
        assertTrue(best < 1_000_000_000L, "printing and parsing took " + best / 1e6 + " ms");
    }

    static Graph mobileNet() {
        Graph graph = new Graph("mobilenet", Level.QUANT);
        SplittableRandom random = new SplittableRandom(3);
        Value x = graph.addInput("x", TensorType.of(ScalarType.F32, 1, 14, 14, 160));
        for (int i = 0; i < 100; i++) {
            byte[] weights = new byte[256 * 160];
            for (int k = 0; k < weights.length; k++) {
                weights[k] = (byte) random.nextInt();
            }
            float[] scales = new float[256];
            for (int k = 0; k < scales.length; k++) {
                scales[k] = (float) random.nextDouble() + 1e-5f;
            }
            TensorType type = TensorType.of(QuantizedType.perAxis(ScalarType.I8, 0, scales), 256, 1, 1, 160);
            Node w = graph.append(new Constant(ConstantData.of(Tensor.of(type, weights))), List.of(), Location.UNKNOWN);
            Node conv = graph.insertTyped(null, new Conv2d(Window2d.of(1, 1, 1, 1), 1), List.of(x, w.result()),
                    List.of(x.type()), new Location.InModel("m", "Conv", "conv" + i, i));
            conv.result().setName("conv" + i + "/out:0");
            x = conv.result();
        }
        graph.addOutput("y", x);
        return graph;
    }
}
