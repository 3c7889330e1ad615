package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.ControlInstruction;
import quantwright.npu.isa.DmaInstruction;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Instruction;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.ProgramBinary;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;

/** {@code qw simulate}: what it prints and writes, and that a program that does not finish gets no figure. */
class SimulateVerbTest {
    private static final String PROFILE = "npu-systolic-16x16";
    private static final Set<String> EVENTS = Set.of("macs", "dramRead", "dramWritten", "flashRead", "scratchpadRead",
            "scratchpadWritten", "accumulatorReads", "accumulatorWrites", "vectorElements");

    @TempDir
    private static Path folder;
    private static Path artifact;

    private record Result(int status, String out, String err) {
    }

    @BeforeAll
    static void compile() throws IOException {
        artifact = compiled(PROFILE);
    }

    private static Path compiled(String profile) throws IOException {
        Path to = folder.resolve(profile);
        Result r = qw("compile", demo("glyphs.onnx"), "--profile", profile, "--calibrate", demo("glyphs-calibration.npz"),
                "--samples", 8, "--preprocess", "{\"layout\": \"CHW\", \"divide\": 255}", "-o", to);
        assertEquals(0, r.status, r.err);
        return to;
    }

    private static Path demo(String name) throws IOException {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            try (InputStream in = Main.class.getResourceAsStream(name)) {
                Files.copy(in, file);
            }
        }
        return file;
    }

    private static Result qw(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Result(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static JsonNode json(Object... more) throws IOException {
        Object[] arguments = Stream.concat(Stream.of("simulate", artifact, "--json"), Stream.of(more)).toArray();
        Result r = qw(arguments);
        assertEquals(0, r.status, r.err);
        return new ObjectMapper().readTree(r.out);
    }

    @Test
    void theTableHasALineForEachLayerAndTheTotal() throws IOException {
        Result r = qw("simulate", artifact);
        assertEquals(0, r.status, r.err);
        JsonNode json = json();
        for (JsonNode layer : json.get("layers")) {
            String name = layer.get("name").asText();
            String shown = name.length() > 32 ? name.substring(0, 29) + "..." : name;
            assertTrue(r.out.lines().anyMatch(l -> l.startsWith(shown + " ")), r.out);
        }
        String total = r.out.lines().filter(l -> l.startsWith("total")).findFirst().orElseThrow();
        assertTrue(total.replace(",", "").contains(" " + json.get("cycles").asLong()), total);
    }

    @Test
    void jsonHasItsSchemaAndAddsUp() throws IOException {
        JsonNode json = json();
        assertEquals(keys(EVENTS, "version", "program", "profile", "point", "volts", "hertz", "cycles", "seconds",
                "utilisation", "units", "energy", "layers"), names(json));
        assertEquals(1, json.get("version").asInt());
        assertEquals(PROFILE, json.get("profile").asText());
        assertEquals(keys(Set.of(), "dma-in", "array", "vector", "dma-out"), names(json.get("units")));
        for (JsonNode unit : json.get("units")) {
            assertEquals(keys(Set.of(), "useful", "stalls"), names(unit));
            double sum = unit.get("useful").asDouble();
            for (JsonNode stall : unit.get("stalls")) {
                sum += stall.asDouble();
            }
            assertEquals(json.get("cycles").asDouble(), sum, 1);
        }
        assertEquals(keys(Set.of(), "joules", "plusMinus", "averageWatts", "peakWatts", "peakWindowSeconds", "components"),
                names(json.get("energy")));
        double cycles = 0;
        double joules = 0;
        for (JsonNode layer : json.get("layers")) {
            assertEquals(keys(EVENTS, "name", "start", "end", "cycles", "joules", "stalls"), names(layer));
            cycles += layer.get("cycles").asDouble();
            joules += layer.get("joules").asDouble();
        }
        assertEquals(json.get("cycles").asDouble(), cycles, 1);
        assertEquals(json.get("energy").get("joules").asDouble(), joules, joules * 1e-6);
    }

    private static Set<String> keys(Set<String> some, String... more) {
        Set<String> all = new TreeSet<>(some);
        all.addAll(List.of(more));
        return all;
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void theTraceLiesWithinTheRun() throws IOException {
        Path file = folder.resolve("trace/t.json");
        double total = json("--trace", file).get("seconds").asDouble() * 1e6;
        int events = 0;
        for (JsonNode event : new ObjectMapper().readTree(Files.readString(file)).get("traceEvents")) {
            assertTrue(event.has("pid") && event.has("tid") && event.has("name"), event.toString());
            if (event.get("ph").asText().equals("X")) {
                events++;
                double start = event.get("ts").asDouble();
                assertTrue(start >= 0 && start + event.get("dur").asDouble() <= total + 1e-5, event.toString());
            }
        }
        assertTrue(events > 100, events + " events");
    }

    @Test
    void theRooflineIsWellFormed() throws Exception {
        Path file = folder.resolve("roofline.svg");
        int layers = json("--roofline", file).get("layers").size();
        var svg = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile()).getDocumentElement();
        assertEquals("svg", svg.getTagName());
        int circles = svg.getElementsByTagName("circle").getLength();
        assertTrue(circles > 0 && circles <= layers, circles + " of " + layers);
    }

    private static Result refused(String code, Object... arguments) {
        Result r = qw(arguments);
        assertEquals(1, r.status, r.err);
        assertTrue(r.err.contains("error[" + code + "]"), r.err);
        assertFalse(r.err.contains("\tat "), r.err);
        assertEquals("", r.out, "figures of what was refused");
        return r;
    }

    @Test
    void whatIsNotForAnNpuOrNotThereIsRefused() throws IOException {
        refused("QW-U0105", "simulate", compiled("jvm"));
        refused("QW-B0203", "simulate", folder.resolve("nowhere.npu"), "--profile", PROFILE);
        refused("QW-B0201", "simulate", Files.createDirectories(folder.resolve("empty")));
        refused("QW-S0107", "simulate", artifact, "--point", "nowhere");
        refused("QW-S0106", "simulate", artifact, "--profile", "npu-systolic-128x128");
        Path file = Files.writeString(folder.resolve("file"), "");
        refused("QW-U0104", "simulate", artifact, "--trace", file.resolve("t.json"));
        refused("QW-U0104", "simulate", artifact, "--roofline", file.resolve("r.svg"));
    }

    @Test
    void aTruncatedProgramIsRefusedWhereverItEnds() throws IOException {
        byte[] whole = Files.readAllBytes(artifact.resolve("program.npu"));
        for (int bytes : new int[] {0, 3, 10, whole.length / 3, whole.length - 1}) {
            Path file = Files.write(folder.resolve("cut.npu"), Arrays.copyOf(whole, bytes));
            refused("QW-B0203", "simulate", file, "--profile", PROFILE);
        }
    }

    /** A transfer of 256 bytes, and then what is wrong. */
    private Path program(Instruction bad, Queue queue) throws IOException {
        Program whole;
        try {
            whole = ProgramBinary.read(Files.readAllBytes(artifact.resolve("program.npu")));
        } catch (quantwright.npu.isa.ProgramFormatException e) {
            throw new AssertionError(e);
        }
        Map<Queue, List<Instruction>> queues = new EnumMap<>(Queue.class);
        for (Queue q : Queue.values()) {
            queues.put(q, new java.util.ArrayList<>());
        }
        queues.get(Queue.DMA_IN).add(new DmaInstruction.DmaIn(0, 0, 0, new Block(0, 0, 0), new Extent(256, 1, 1)));
        queues.get(queue).add(bad);
        queues.values().forEach(q -> q.add(new ControlInstruction.Halt()));
        Program program = new Program("bad", whole.machine(), List.of("layer"),
                List.of(Segment.space("x", Segment.Kind.INPUT, 0, 256)), queues);
        return Files.write(folder.resolve("bad.npu"), ProgramBinary.write(program));
    }

    @Test
    void aProgramThatDoesNotFinishIsRefusedByInstructionAndCycle() throws IOException {
        Result deadlock = refused("QW-S0102", "simulate", program(new ControlInstruction.Wait(0, 1), Queue.DMA_IN),
                "--profile", PROFILE);
        assertTrue(deadlock.err.matches("(?s).*dma-in instruction 1 \\(wait\\).*after cycle [1-9]\\d*.*"), deadlock.err);
        Result address = refused("QW-S0101", "simulate", program(new DmaInstruction.DmaIn(1 << 20, 0, 0, new Block(0, 0, 0),
                new Extent(64, 1, 1)), Queue.DMA_IN), "--profile", PROFILE, "--trace", folder.resolve("none.json"));
        assertTrue(address.err.matches("(?s).*dma-in instruction 1 \\(dma.in\\): DRAM bytes.*in cycle 80.*"), address.err);
        assertFalse(Files.exists(folder.resolve("none.json")));
    }
}
