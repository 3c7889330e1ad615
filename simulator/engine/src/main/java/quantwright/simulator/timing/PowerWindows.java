package quantwright.simulator.timing;

import java.util.ArrayList;
import java.util.List;
import quantwright.simulator.Timing.PowerProfile;

/** Energy by time windows; an event's energy is spread evenly over its time. Windows grow as the time does. */
final class PowerWindows {
    private static final int MAX_WINDOWS = 1 << 12;

    private double[] onChip = new double[MAX_WINDOWS];
    private double[] external = new double[MAX_WINDOWS];
    private long window;

    PowerWindows(long window) {
        this.window = window;
    }

    void add(long start, long end, double chip, double outside) {
        while (end > window * MAX_WINDOWS) {
            onChip = halved(onChip);
            external = halved(external);
            window *= 2;
        }
        long last = Math.max(start, end - 1) / window;
        double length = Math.max(1, end - start);
        for (long w = start / window; w <= last; w++) {
            double share = w == last && w == start / window ? 1
                : (Math.min(end, (w + 1) * window) - Math.max(start, w * window)) / length;
            onChip[(int) w] += chip * share;
            external[(int) w] += outside * share;
        }
    }

    private static double[] halved(double[] values) {
        var out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i / 2] += values[i];
        }
        return out;
    }

    PowerProfile profile(long total) {
        int windows = (int) ((total + window - 1) / window);
        return new PowerProfile(window, list(onChip, windows), list(external, windows));
    }

    private static List<Double> list(double[] values, int count) {
        List<Double> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(values[i]);
        }
        return out;
    }
}
