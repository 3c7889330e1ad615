package quantwright.simulator.timing;

import java.util.Arrays;
import java.util.List;

/** A set of times as intervals that do not touch, in order. */
final class Intervals {
    private long[] bounds = new long[16];
    private int size;
    private int cursor;

    /** Adds an interval that starts no earlier than those before. */
    void add(long start, long end) {
        if (end <= start) {
            return;
        }
        if (size > 0 && start <= bounds[size - 1]) {
            bounds[size - 1] = Math.max(bounds[size - 1], end);
            return;
        }
        if (size == bounds.length) {
            bounds = Arrays.copyOf(bounds, 2 * size);
        }
        bounds[size++] = start;
        bounds[size++] = end;
    }

    /** Their measure. */
    long measure() {
        long out = 0;
        for (int i = 0; i < size; i += 2) {
            out += bounds[i + 1] - bounds[i];
        }
        return out;
    }

    /** Measure within a window; windows are asked for in order. */
    long within(long from, long to) {
        long out = 0;
        while (cursor < size && bounds[cursor + 1] <= from) {
            cursor += 2;
        }
        for (int i = cursor; i < size && bounds[i] < to; i += 2) {
            out += Math.min(bounds[i + 1], to) - Math.max(bounds[i], from);
        }
        return out;
    }

    static Intervals union(List<Intervals> sets) {
        var out = new Intervals();
        var at = new int[sets.size()];
        while (true) {
            int least = -1;
            for (int s = 0; s < at.length; s++) {
                if (at[s] < sets.get(s).size
                    && (least < 0 || sets.get(s).bounds[at[s]] < sets.get(least).bounds[at[least]])) {
                    least = s;
                }
            }
            if (least < 0) {
                return out;
            }
            out.add(sets.get(least).bounds[at[least]], sets.get(least).bounds[at[least] + 1]);
            at[least] += 2;
        }
    }
}
