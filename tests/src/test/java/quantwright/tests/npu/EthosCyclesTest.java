package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.npu.NpuModel;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.Program;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.NpuMachine;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.Timing;
import quantwright.simulator.TimingEngine;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * The event-driven engine and the shipped Ethos-U profiles against Arm's cycle model. What the profiles fit is found again
 * from MobileNetV2's rows of U55-128 and U65-256 alone; {@code -Dquantwright.bless=true} writes it into the profiles, and
 * the tables into {@code docs/npu-backend.md}.
 */
class EthosCyclesTest {
    private static final List<String> FITTED = List.of("ethos-u55-128", "ethos-u65-256");
    private static final List<String> PREDICTED = List.of("ethos-u55-256", "ethos-u85-256");
    private static final QuantizedType.PerTensor Q = QuantizedType.perTensor(ScalarType.I8, 0.05f, 0);
    private static final Path PROFILES = Path.of("..", "hardware-profiles", "data", "arm");

    private final Quantwright qw = Quantwright.discover();

    /** Arm's cycles of a network by part. */
    private static Map<String, Long> published(String network) throws IOException {
        Map<String, Long> published = new LinkedHashMap<>();
        for (String line : Files.readAllLines(ModelCatalogue.requireFile("reference/ethos-u-cycles.csv"))) {
            String[] f = line.split(",");
            if (f[0].equals(network)) {
                published.put(f[1] + "-" + f[2], Long.parseLong(f[3]));
            }
        }
        return published;
    }

    private Graph mobileNet() {
        return qw.load(ModelCatalogue.load().require("mobilenet-v2-int8").path(), ImportOptions.none(), new DiagnosticSink())
                .graph();
    }

    @Test
    void fitOfTwoRowsIsWhatTheProfilesState() throws IOException {
        Map<String, Long> published = published("mobilenet_v2_224");
        Graph graph = mobileNet();
        List<HardwareProfile> profiles = FITTED.stream().map(qw.profiles()::find).toList();
        EthosFit fit = EthosFit.search(numbers -> {
            double squares = 0;
            for (HardwareProfile p : profiles) {
                squares += Math.pow(Math.log((double) cycles(graph, numbers.in(p)) / published.get(p.id())), 2);
            }
            return squares;
        });
        System.out.println(fit);
        for (String id : Stream.concat(FITTED.stream(), PREDICTED.stream()).toList()) {
            if (PageTable.BLESS) {
                Path file = PROFILES.resolve(id + ".qhw");
                Files.writeString(file, Files.readString(file).replaceFirst("pipeline \\d+ cycle", "pipeline " + fit.pipeline()
                        + " cycle").replaceFirst("start \\d+ cycle", "start " + fit.start() + " cycle")
                        .replaceFirst("setup \\d+ cycle", "setup " + fit.setup() + " cycle"));
                continue;
            }
            HardwareProfile p = qw.profiles().find(id);
            assertEquals(fit, EthosFit.of(p.npu().orElseThrow()), id + " states other numbers than the fit gives");
            for (String key : List.of("npu.array.pipeline", "npu.vector.start", "npu.dma.setup")) {
                assertTrue(p.sources().get(key).text().startsWith("fitted on"), id + " does not say that " + key
                        + " is fitted");
            }
        }
    }

    @Test
    void mobileNetIsWithinFifteenPercent() throws IOException {
        Map<String, Long> published = published("mobilenet_v2_224");
        Graph graph = mobileNet();
        List<String> table = new ArrayList<>();
        for (String id : Stream.concat(FITTED.stream(), PREDICTED.stream()).toList()) {
            long cycles = cycles(graph, qw.profiles().find(id));
            double error = (double) cycles / published.get(id) - 1;
            table.add(String.format(Locale.ROOT, "| %s | %s | %,d | %,d | %+.1f %% |", id,
                    FITTED.contains(id) ? "fitted" : "predicted", published.get(id), cycles, 100 * error));
            System.out.println(table.getLast());
            assertTrue(Math.abs(error) <= 0.15, id + " is off by " + error);
        }
        PageTable.require("npu-backend.md", "mobilenet", table);
    }

    /** Nothing is fitted to this network; its kernels are not recorded, so that only a band is asked of it. */
    @Test
    void keywordSpottingIsWithinThirtyPercent() throws IOException {
        Map<String, Long> published = published("kws_micronet_m");
        List<String> table = new ArrayList<>();
        for (String id : Stream.concat(FITTED.stream(), PREDICTED.stream()).toList()) {
            double cycles = chain(perOperator(), qw.profiles().find(id)).values().stream().mapToDouble(c -> c).sum();
            double error = cycles / published.get(id) - 1;
            table.add(String.format(Locale.ROOT, "| %s | predicted | %,d | %,.0f | %+.1f %% |", id, published.get(id), cycles,
                    100 * error));
            System.out.println(table.getLast());
            assertTrue(Math.abs(error) <= 0.30, id + " is off by " + error);
        }
        PageTable.require("npu-backend.md", "keywords", table);
    }

    private static List<String[]> perOperator() throws IOException {
        return Files.readAllLines(ModelCatalogue.requireFile("reference/ethos-u85-256-per-op.csv")).stream()
                .map(l -> l.split(",")).filter(f -> f[1].contains("Conv2D")).toList();
    }

    @Test
    void convolutionsAreWithinTwentyFivePercentOnAverage() throws IOException {
        List<String[]> rows = perOperator();
        Map<String, Double> simulated = chain(rows, qw.profiles().find("ethos-u85-256"));
        List<String> table = new ArrayList<>();
        double sum = 0;
        for (String[] f : rows) {
            long published = Long.parseLong(f[4]);
            double error = simulated.get(f[1]) / published - 1;
            sum += Math.abs(error);
            table.add(String.format(Locale.ROOT, "| %s | %s to %s | %,d | %,.0f | %+.1f %% |", f[1], f[2], f[3], published,
                    simulated.get(f[1]), 100 * error));
        }
        table.add(String.format(Locale.ROOT, "| mean of magnitudes | | | | %.1f %% |", 100 * sum / rows.size()));
        System.out.println(String.join("\n", table));
        assertTrue(sum / rows.size() <= 0.25, "mean error " + sum / rows.size());
        PageTable.require("npu-backend.md", "convolutions", table);
    }

    /** Cycles of each operator in a network of all of them; between those whose shapes do not meet is a mean or a copy. */
    private static Map<String, Double> chain(List<String[]> rows, HardwareProfile profile) {
        Graph graph = new Graph("kws", Level.QUANT);
        Value x = graph.addInput("x", TensorType.of(Q, 1, 49, 10, 1));
        for (String[] f : rows) {
            int[] in = extents(f[2]);
            if (x.type().dim(1) != in[0]) {
                x = graph.append(new QMean(Ints.of(1, 2), true, AverageRule.SCALED, Rounding.GEMMLOWP,
                        Clamp.full(ScalarType.I8)), List.of(x), Q, Location.UNKNOWN).result();
                x.setName("mean");
            }
            x = layer(graph, x, f[1], in, extents(f[3]));
        }
        graph.addOutput("y", x);
        NpuMachine machine = profile.npu().orElseThrow();
        Map<String, Double> cycles = new LinkedHashMap<>();
        for (Program p : NpuModel.of(new CompileRequest(graph, profile, "m", Progress.SILENT)).programs()) {
            TimingEngine.time(p, machine, machine.nominal(), TimelineListener.NONE).layers().forEach(t ->
                    cycles.put(p.layers().get(t.index()), t.ticks() / (double) Timing.TICKS));
        }
        return cycles;
    }

    /** A layer of the table: 10x4 for the first, 3x3 for depthwise, 1x1 for the rest; padded to keep or halve the extent. */
    private static Value layer(Graph graph, Value x, String op, int[] in, int[] out) {
        boolean depthwise = op.startsWith("Depthwise");
        int kh = op.equals("Conv2D#1") ? 10 : depthwise ? 3 : 1;
        int kw = op.equals("Conv2D#1") ? 4 : depthwise ? 3 : 1;
        int strideH = Math.ceilDiv(in[0], out[0]);
        int strideW = Math.ceilDiv(in[1], out[1]);
        int down = Math.max(0, (out[0] - 1) * strideH + kh - in[0]);
        int across = Math.max(0, (out[1] - 1) * strideW + kw - in[1]);
        Window2d window = Window2d.of(kh, kw, strideH, strideW).padded(down / 2, across / 2, down - down / 2,
                across - across / 2);
        int groups = depthwise ? in[2] : 1;
        Value w = constant(graph, op + ".w", TensorType.of(Q, out[2], kh, kw, in[2] / groups));
        Value b = constant(graph, op + ".b", TensorType.of(ScalarType.I32, out[2]));
        Value y = graph.append(new QConv2d(window, groups, Rounding.GEMMLOWP, Clamp.full(ScalarType.I8)), List.of(x, w, b), Q,
                Location.UNKNOWN).result();
        y.setName(op);
        assertEquals(TensorType.of(Q, 1, out[0], out[1], out[2]), y.type());
        return y;
    }

    private static Value constant(Graph graph, String name, TensorType type) {
        Value v = graph.append(new Constant(ConstantData.of(Tensor.zeros(type))), List.of(), Location.UNKNOWN).result();
        v.setName(name);
        return v;
    }

    private static int[] extents(String text) {
        return java.util.Arrays.stream(text.split("x")).mapToInt(Integer::parseInt).toArray();
    }

    private static long cycles(Graph graph, HardwareProfile profile) {
        NpuMachine machine = profile.npu().orElseThrow();
        long cycles = 0;
        for (Program p : NpuModel.of(new CompileRequest(graph, profile, "m", Progress.SILENT)).programs()) {
            cycles += TimingEngine.time(p, machine, machine.nominal(), TimelineListener.NONE).cycles();
        }
        return cycles;
    }
}
