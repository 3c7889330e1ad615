package quantwright.simulator;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import quantwright.npu.isa.Queue;

/** A report as JSON, times in cycles and seconds, energies in joules. */
public final class SimulationJson {
    private final JsonGenerator json;
    private final SimulationReport report;

    private SimulationJson(JsonGenerator json, SimulationReport report) {
        this.json = json;
        this.report = report;
    }

    /** The report's JSON text. */
    public static String of(SimulationReport report) {
        var out = new StringWriter();
        var lines = new DefaultIndenter("  ", "\n");
        var printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(lines);
        printer.indentObjectsWith(lines);
        try (JsonGenerator json = new JsonFactory().createGenerator(out).setPrettyPrinter(printer)) {
            new SimulationJson(json, report).write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out + "\n";
    }

    private void write() throws IOException {
        Timing t = report.timing();
        json.writeStartObject();
        json.writeNumberField("version", 1);
        json.writeStringField("program", report.program().name());
        json.writeStringField("profile", report.profile().id());
        json.writeStringField("point", t.point().name());
        json.writeNumberField("volts", t.point().volts());
        json.writeNumberField("hertz", t.point().hertz());
        json.writeNumberField("cycles", t.cycles());
        json.writeNumberField("seconds", t.seconds());
        json.writeNumberField("utilisation", report.utilisation());
        events(t.events());
        json.writeObjectFieldStart("units");
        for (Queue queue : Queue.values()) {
            Activity a = t.units().get(queue);
            json.writeObjectFieldStart(queue.text());
            json.writeNumberField("useful", cycles(a.useful()));
            stalls(a.stalls());
            json.writeEndObject();
        }
        json.writeEndObject();
        energy();
        layers();
        json.writeEndObject();
    }

    private static double cycles(long ticks) {
        return ticks / (double) Timing.TICKS;
    }

    private void events(Events e) throws IOException {
        json.writeNumberField("macs", e.macs());
        json.writeNumberField("dramRead", e.dramRead());
        json.writeNumberField("dramWritten", e.dramWritten());
        json.writeNumberField("flashRead", e.flashRead());
        json.writeNumberField("scratchpadRead", e.scratchpadRead());
        json.writeNumberField("scratchpadWritten", e.scratchpadWritten());
        json.writeNumberField("accumulatorReads", e.accumulatorReads());
        json.writeNumberField("accumulatorWrites", e.accumulatorWrites());
        json.writeNumberField("vectorElements", e.vectorElements());
    }

    private void stalls(Map<StallCause, Long> stalls) throws IOException {
        json.writeObjectFieldStart("stalls");
        for (Map.Entry<StallCause, Long> e : new TreeMap<>(stalls).entrySet()) {
            json.writeNumberField(e.getKey().text(), cycles(e.getValue()));
        }
        json.writeEndObject();
    }

    private void energy() throws IOException {
        Energy energy = report.energy();
        json.writeObjectFieldStart("energy");
        json.writeNumberField("joules", energy.joules());
        json.writeNumberField("plusMinus", energy.uncertainty());
        json.writeNumberField("averageWatts", energy.averageWatts());
        json.writeNumberField("peakWatts", energy.peakWatts());
        json.writeNumberField("peakWindowSeconds", energy.windowSeconds());
        json.writeObjectFieldStart("components");
        for (Map.Entry<Component, Energy.Part> e : energy.parts().entrySet()) {
            json.writeObjectFieldStart(e.getKey().text());
            json.writeNumberField("dynamic", e.getValue().dynamic());
            json.writeNumberField("static", e.getValue().idle());
            json.writeNumberField("band", e.getValue().band());
            json.writeArrayFieldStart("sources");
            for (String kind : e.getValue().sources()) {
                json.writeString(kind);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private void layers() throws IOException {
        json.writeArrayFieldStart("layers");
        for (int i = 0; i < report.timing().layers().size(); i++) {
            Timing.LayerTiming l = report.timing().layers().get(i);
            json.writeStartObject();
            json.writeStringField("name", report.layerName(l.index()));
            json.writeNumberField("start", cycles(l.start()));
            json.writeNumberField("end", cycles(l.end()));
            json.writeNumberField("cycles", cycles(l.ticks()));
            json.writeNumberField("joules", report.energy().layers().get(i));
            events(l.events());
            stalls(l.stalls());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
