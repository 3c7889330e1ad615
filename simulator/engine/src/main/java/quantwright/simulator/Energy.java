package quantwright.simulator;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import quantwright.npu.isa.Program;
import quantwright.profiles.NpuMachine;
import quantwright.profiles.NpuMachine.OperatingPoint;
import quantwright.profiles.Source;
import quantwright.simulator.timing.EventEnergy;

/**
 * Energy of a run: events times the profile's energy each, plus static power times time. On-chip dynamic energy goes with
 * the square of the voltage, on-chip static power with the voltage; the external memories have supplies of their own.
 *
 * @param parts   by component
 * @param layers  by layer, in the order of {@link Timing#layers()}
 * @param seconds time of the run
 * @param peakWatts greatest mean power of a window
 * @param windowSeconds length of such a window
 */
public record Energy(Map<Component, Part> parts, List<Double> layers, double seconds, double peakWatts,
        double windowSeconds) {
    /** Takes copies. */
    public Energy {
        parts = java.util.Collections.unmodifiableMap(new EnumMap<>(parts));
        layers = List.copyOf(layers);
    }

    /**
     * Energy of one component, joules.
     *
     * @param dynamic of events
     * @param idle    static power over the time
     * @param band    relative half-width of the interval that the sum is believed to lie in
     * @param sources where the numbers come from, each kind once
     */
    public record Part(double dynamic, double idle, double band, List<String> sources) {
        /** Takes a copy. */
        public Part {
            sources = List.copyOf(sources);
        }

        /** Both. */
        public double joules() {
            return dynamic + idle;
        }
    }

    /** Energy of a run. {@code sources} are those of the profile, by path; what has none there is assumed. */
    public static Energy of(Timing timing, NpuMachine machine, Map<String, Source> sources) {
        Scale scale = Scale.of(machine, timing.point());
        var parts = new EnumMap<Component, Part>(Component.class);
        for (Component c : Component.values()) {
            if (c == Component.FLASH && machine.flash().isEmpty()) {
                continue;
            }
            double dynamic = dynamic(c, timing.events(), timing.busy(), machine, scale);
            double idle = idle(c, machine, scale) * timing.seconds();
            parts.put(c, part(c, dynamic, idle, sources));
        }
        List<Double> layers = new ArrayList<>();
        for (Timing.LayerTiming l : timing.layers()) {
            double joules = 0;
            for (Component c : parts.keySet()) {
                joules += dynamic(c, l.events(), l.busy(), machine, scale)
                    + idle(c, machine, scale) * l.ticks() / Timing.TICKS / timing.point().hertz();
            }
            layers.add(joules);
        }
        return new Energy(parts, layers, timing.seconds(), peak(timing, machine, scale),
            timing.power().windowTicks() / (double) Timing.TICKS / timing.point().hertz());
    }

    private record Scale(double dynamic, double idle) {
        static Scale of(NpuMachine machine, OperatingPoint point) {
            double ratio = point.volts() / machine.nominal().volts();
            return new Scale(ratio * ratio, ratio);
        }
    }

    private static double dynamic(Component c, Events events, long busyTicks, NpuMachine m, Scale scale) {
        double picojoules = EventEnergy.of(c, events, m);
        if (c == Component.CONTROL) {
            picojoules = m.control().cyclePicojoules() * busyTicks / Timing.TICKS;
        }
        return picojoules * 1e-12 * (c.external() ? 1 : scale.dynamic());
    }

    private static double idle(Component c, NpuMachine m, Scale scale) {
        return c.staticWatts(m) * (c.external() ? 1 : scale.idle());
    }

    private static double peak(Timing timing, NpuMachine m, Scale scale) {
        double window = timing.power().windowTicks() / (double) Timing.TICKS / timing.point().hertz();
        double most = 0;
        for (int i = 0; i < timing.power().picojoules().size(); i++) {
            most = Math.max(most, timing.power().picojoules().get(i) * scale.dynamic() + timing.power().external().get(i));
        }
        // The clock is taken to run through the whole of the window.
        double control = m.control().cyclePicojoules() * 1e-12 * timing.point().hertz() * scale.dynamic();
        double watts = most * 1e-12 / window + control;
        for (Component c : Component.values()) {
            watts += idle(c, m, scale);
        }
        return watts;
    }

    /** Bands add in proportion to what they are of: errors of one profile are not independent. */
    private static Part part(Component c, double dynamic, double idle, Map<String, Source> sources) {
        String section = "npu." + (c == Component.ARRAY ? "pair" : c.text());
        var kinds = new TreeSet<String>();
        double dynamicBand = band(sources, section, List.of("energy", "read", "write"), kinds);
        double idleBand = band(sources, "npu." + c.text(), List.of("leakage", "background"), kinds);
        double joules = dynamic + idle;
        double band = joules == 0 ? 0 : (dynamic * dynamicBand + idle * idleBand) / joules;
        return new Part(dynamic, idle, band, List.copyOf(kinds));
    }

    /** Widest band of the numbers of a section with these keys. */
    private static double band(Map<String, Source> sources, String section, List<String> keys,
            java.util.Set<String> kinds) {
        double widest = -1;
        for (Map.Entry<String, Source> e : sources.entrySet()) {
            String path = e.getKey();
            String key = path.substring(path.lastIndexOf('.') + 1);
            if (path.startsWith(section) && keys.contains(key)) {
                widest = Math.max(widest, e.getValue().band());
                kinds.add(e.getValue().kind().text());
            }
        }
        return widest < 0 ? Source.Kind.ASSUMED.band() : widest;
    }

    /** Sum of all parts. */
    public double joules() {
        return parts.values().stream().mapToDouble(Part::joules).sum();
    }

    /** Half-width of the interval of the sum, joules. */
    public double uncertainty() {
        return parts.values().stream().mapToDouble(p -> p.joules() * p.band()).sum();
    }

    /** Mean power. */
    public double averageWatts() {
        return seconds == 0 ? 0 : joules() / seconds;
    }

    /** Name of a layer of a program. */
    static String layerName(Program program, int index) {
        return index < 0 ? "(before the first layer)" : program.layers().get(index);
    }
}
