package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;
import quantwright.npu.isa.Segment;
import quantwright.profiles.HardwareProfile;
import quantwright.simulator.ChromeTrace;
import quantwright.simulator.RooflinePicture;
import quantwright.simulator.SimulationJson;
import quantwright.simulator.SimulationReport;
import quantwright.simulator.SimulationTable;
import quantwright.simulator.TimelineListener;
import quantwright.simulator.Timing;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;

/** Time and energy of the catalogue's small models on the shipped NPUs: bounds, sums, and outputs that can be read. */
class SimulationTest {
    private static final List<String> MODELS = List.of("kws-int8", "resnet8-int8", "ad01-int8", "vww-int8");
    private static final List<String> PROFILES = List.of("npu-systolic-16x16", "npu-systolic-128x128", "npu-edge-4bit");

    static Stream<CatalogueModel> models() {
        return ModelCatalogue.load().all().stream().filter(m -> MODELS.contains(m.id()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void figuresArePossible(CatalogueModel entry) throws FormatException, IOException {
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Quantwright qw = Quantwright.discover();
        IntegerModels models = new IntegerModels(qw, entry);
        for (String id : PROFILES) {
            HardwareProfile profile = qw.profiles().find(id);
            List<Program> programs = NpuRun.programs(models.of(profile).compile(profile, Progress.SILENT));
            assertFalse(programs.isEmpty());
            for (Program program : programs) {
                check(program, profile);
            }
        }
    }

    private static void check(Program program, HardwareProfile profile) throws IOException {
        var timeline = new StringWriter();
        SimulationReport report;
        double hertz = profile.npu().orElseThrow().nominal().hertz();
        try (var trace = new ChromeTrace(timeline, program, hertz)) {
            report = SimulationReport.of(program, profile, null, trace);
        }
        Timing t = report.timing();
        double channel = t.events().dramOccupied() / report.machine().dram().bytesPerSecond() * hertz;
        assertTrue(Math.max(t.units().get(Queue.ARRAY).useful(), channel * Timing.TICKS) <= t.ticks());
        assertTrue(t.ticks() <= t.computeTicks() + t.channelTicks() + t.latency());
        t.units().forEach((queue, a) -> assertEquals(t.ticks(), a.total(), queue.text()));
        long compulsory = program.segments().stream().filter(s -> s.kind() == Segment.Kind.OUTPUT)
                .mapToLong(Segment::size).sum() + program.segments().stream()
                .filter(s -> s.kind() == Segment.Kind.INPUT).mapToLong(Segment::size).sum();
        assertTrue(compulsory <= t.events().externalBytes(), compulsory + " of " + t.events().externalBytes());
        assertTrue(t.events().externalBytes() <= t.events().scratchpadBytes());
        assertTrue(report.utilisation() > 0 && report.utilisation() <= 1);
        double layers = report.energy().layers().stream().mapToDouble(e -> e).sum();
        assertEquals(report.energy().joules(), layers, layers * 1e-9);
        assertTrue(report.energy().averageWatts() <= report.energy().peakWatts());
        readable(report, timeline.toString(), program);
        assertEquals(t.ticks(), SimulationReport.of(program, profile, null, TimelineListener.NONE).timing().ticks());
    }

    private static void readable(SimulationReport report, String timeline, Program program) throws IOException {
        JsonNode events = new ObjectMapper().readTree(timeline).get("traceEvents");
        long complete = 0;
        double end = 0;
        for (JsonNode event : events) {
            if (event.get("ph").asText().equals("X")) {
                complete += event.get("args") == null ? 0 : 1;
                end = Math.max(end, event.get("ts").asDouble() + event.get("dur").asDouble());
            }
        }
        long control = Stream.of(Queue.values()).flatMap(q -> program.queue(q).stream())
                .filter(quantwright.npu.isa.ControlInstruction.class::isInstance).count();
        assertEquals(program.size() - control, complete, "instructions in the timeline");
        assertEquals(report.timing().seconds() * 1e6, end, 1e-3);
        JsonNode json = new ObjectMapper().readTree(SimulationJson.of(report));
        assertEquals(report.timing().cycles(), json.get("cycles").asLong());
        double sum = 0;
        for (JsonNode component : json.get("energy").get("components")) {
            sum += component.get("dynamic").asDouble() + component.get("static").asDouble();
        }
        assertEquals(json.get("energy").get("joules").asDouble(), sum, sum * 1e-9);
        String table = SimulationTable.of(report);
        assertEquals(report.timing().layers().size(), table.lines().skip(3).takeWhile(l -> !l.startsWith("total")).count());
        String svg = RooflinePicture.of(report);
        assertTrue(svg.startsWith("<svg ") && svg.endsWith("</svg>\n") && svg.contains("<circle "));
    }
}
