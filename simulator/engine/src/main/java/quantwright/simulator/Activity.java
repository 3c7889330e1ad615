package quantwright.simulator;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * How a unit spent its time, in ticks.
 *
 * @param useful time of useful work
 * @param stalls the rest, by cause
 */
public record Activity(long useful, Map<StallCause, Long> stalls) {
    /** Takes a copy. */
    public Activity {
        var copy = new EnumMap<StallCause, Long>(StallCause.class);
        copy.putAll(stalls);
        stalls = Collections.unmodifiableMap(copy);
    }

    /** Useful and stalled time together. */
    public long total() {
        return useful + stalls.values().stream().mapToLong(Long::longValue).sum();
    }
}
