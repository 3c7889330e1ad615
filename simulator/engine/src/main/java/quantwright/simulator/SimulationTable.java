package quantwright.simulator;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import quantwright.npu.isa.Queue;

/** A report for people, as text of fixed columns. */
public final class SimulationTable {
    private static final String ROW = "%-32s %12s %6s %12s %10s %12s %10s  %s%n";

    private SimulationTable() {
    }

    /** Layers, total, units and energy. */
    public static String of(SimulationReport report) {
        var out = new StringBuilder();
        Timing t = report.timing();
        line(out, "%s on %s at %s: %.3g V, %.4g MHz%n%n", report.program().name(), report.profile().id(),
            t.point().name(), t.point().volts(), t.point().hertz() / 1e6);
        line(out, ROW, "layer", "cycles", "use", "MACs", "DRAM B", "scratchpad B", "energy uJ", "stalls of the array");
        for (int i = 0; i < t.layers().size(); i++) {
            Timing.LayerTiming l = t.layers().get(i);
            row(out, report, report.layerName(l.index()), Math.round(l.ticks() / (double) Timing.TICKS), l.ticks(),
                l.events(), report.energy().layers().get(i),
                l.stalls());
        }
        row(out, report, "total", t.cycles(), t.ticks(), t.events(), report.energy().joules(),
            t.units().get(Queue.ARRAY).stalls());
        units(out, t);
        energy(out, report.energy());
        return out.toString();
    }

    private static void row(StringBuilder out, SimulationReport report, String name, long shown, long ticks, Events e,
            double joules, Map<StallCause, Long> stalls) {
        double cycles = ticks / (double) Timing.TICKS;
        double use = ticks == 0 ? 0 : e.macs() / (report.machine().array().peakMacs() * cycles);
        line(out, ROW, name.length() > 32 ? name.substring(0, 29) + "..." : name, format("%d", shown),
            format("%.1f%%", 100 * use), format("%d", e.macs()), format("%d", e.externalBytes()),
            format("%d", e.scratchpadBytes()), format("%.3f", joules * 1e6), causes(stalls, ticks));
    }

    private static String causes(Map<StallCause, Long> stalls, long ticks) {
        return stalls.entrySet().stream().filter(e -> e.getKey() != StallCause.FINISHED && ticks > 0)
            .filter(e -> e.getValue() * 50 > ticks)
            .sorted(Map.Entry.<StallCause, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry::getKey))
            .limit(3).map(e -> format("%s %.0f%%", e.getKey().text(), 100.0 * e.getValue() / ticks))
            .collect(Collectors.joining(", "));
    }

    private static void units(StringBuilder out, Timing t) {
        line(out, "%n%-10s %8s  %s%n", "unit", "useful", "the rest, by cause");
        for (Queue queue : Queue.values()) {
            Activity a = t.units().get(queue);
            String rest = a.stalls().entrySet().stream()
                .map(e -> format("%s %.1f%%", e.getKey().text(), percent(e.getValue(), t.ticks())))
                .collect(Collectors.joining(", "));
            line(out, "%-10s %7.1f%%  %s%n", queue.text(), percent(a.useful(), t.ticks()), rest);
        }
    }

    private static double percent(long part, long whole) {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }

    private static void energy(StringBuilder out, Energy energy) {
        line(out, "%n%-14s %12s %12s %12s %7s  %s%n", "component", "dynamic uJ", "static uJ", "sum uJ", "band",
            "numbers are");
        energy.parts().forEach((c, p) -> line(out, "%-14s %12.3f %12.3f %12.3f %6.0f%%  %s%n", c.text(),
            p.dynamic() * 1e6, p.idle() * 1e6, p.joules() * 1e6, 100 * p.band(), sources(p.sources())));
        double joules = energy.joules();
        double band = joules == 0 ? 0 : 100 * energy.uncertainty() / joules;
        String kinds = sources(energy.parts().values().stream().flatMap(p -> p.sources().stream()).distinct().sorted()
            .toList());
        line(out, "%-14s %12s %12s %12.3f %6.0f%%  %s%n", "total", "", "", joules * 1e6, band, kinds);
        line(out, "%n%.6g ms, average %.4g mW +- %.0f%%, peak %.4g mW +- %.0f%% over %.3g us, from numbers that are %s%n",
            energy.seconds() * 1e3, energy.averageWatts() * 1e3, band, energy.peakWatts() * 1e3, band,
            energy.windowSeconds() * 1e6, kinds);
    }

    private static String sources(List<String> kinds) {
        return kinds.isEmpty() ? "without source" : String.join(", ", kinds);
    }

    private static void line(StringBuilder out, String format, Object... arguments) {
        out.append(format(format, arguments).replace(System.lineSeparator(), "\n"));
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
