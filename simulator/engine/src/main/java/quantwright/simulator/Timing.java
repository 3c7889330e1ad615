package quantwright.simulator;

import java.util.List;
import java.util.Map;
import quantwright.npu.isa.Queue;
import quantwright.profiles.NpuMachine.OperatingPoint;

/**
 * When a program is done, and what it did until then.
 *
 * @param point    operating point
 * @param ticks    time of the whole program
 * @param events   what happened
 * @param units    how each unit spent the time; each adds up to {@code ticks}
 * @param layers   the same by layer, in the order in which layers end
 * @param busy     ticks in which any unit executed an instruction
 * @param latency  ticks of set-up, memory latency and start-up of all instructions, hidden or not
 * @param channelTicks ticks of all transfers, one after another, latencies apart
 * @param computeTicks ticks of all instructions of the array and the vector unit, one after another, start-up apart
 * @param power    energy over time, by windows
 */
public record Timing(OperatingPoint point, long ticks, Events events, Map<Queue, Activity> units,
        List<LayerTiming> layers, long busy, long latency, long channelTicks,
        long computeTicks, PowerProfile power) {
    /** Ticks of a cycle. */
    public static final long TICKS = 1 << 16;

    /** Takes copies. */
    public Timing {
        units = Map.copyOf(units);
        layers = List.copyOf(layers);
    }

    /** Cycles, a begun one counted. */
    public long cycles() {
        return cycles(ticks);
    }

    /** Whole cycles that contain a time. */
    public static long cycles(long ticks) {
        return (ticks + TICKS - 1) / TICKS;
    }

    /** Seconds. */
    public double seconds() {
        return ticks / (double) TICKS / point.hertz();
    }

    /** Multiply-accumulates per cycle relative to the array's peak for 8-bit operands. */
    public double utilisation(long peakMacs) {
        return ticks == 0 ? 0 : events.macs() / (peakMacs * (ticks / (double) TICKS));
    }

    /**
     * Part of a program. Layers overlap; a layer's time is what it adds after all that ended before it, so that the
     * times add up to the whole.
     *
     * @param index  index in the program's layer table, -1 for instructions before the first mark
     * @param start  when its first instruction started
     * @param end    when its last one ended
     * @param ticks  what it adds to the whole
     * @param busy   ticks of those in which any unit was busy
     * @param events what happened
     * @param stalls unproductive time of the array within the layer, by cause
     */
    public record LayerTiming(int index, long start, long end, long ticks, long busy, Events events,
            Map<StallCause, Long> stalls) {
        /** Takes a copy. */
        public LayerTiming {
            stalls = Map.copyOf(stalls);
        }
    }

    /**
     * Dynamic energy at the nominal voltage by time windows.
     *
     * @param windowTicks length of a window
     * @param picojoules  energy of on-chip events of each window
     * @param external    energy of the external memories of each window
     */
    public record PowerProfile(long windowTicks, List<Double> picojoules, List<Double> external) {
        /** Takes copies. */
        public PowerProfile {
            picojoules = List.copyOf(picojoules);
            external = List.copyOf(external);
        }
    }
}
