package quantwright.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.tests.peer.Timing;

/**
 * Measures contenders side by side in one process: in every round each takes its turn, so that all see the same
 * disturbances. A turn is one measurement of as many calls as fill about 100 us, after one call that is not measured
 * and brings the contender's data back into the caches.
 */
final class Rounds {
    private static final double TURN_NANOS = 100_000;

    /**
     * Times of one call.
     *
     * @param min the shortest, in nanoseconds
     * @param median the median
     */
    record Times(double min, double median) {
    }

    private final Map<String, Timing.Action> contenders = new LinkedHashMap<>();

    void add(String name, Timing.Action action) {
        if (contenders.put(name, action) != null) {
            throw new IllegalArgumentException("two contenders " + name);
        }
    }

    /**
     * Measures for a while.
     *
     * @param seconds most time, a tenth more for warming up
     * @return times by contender, in the order they were added
     */
    Map<String, Times> measure(double seconds) throws Exception {
        List<Timing.Action> actions = List.copyOf(contenders.values());
        int[] calls = new int[actions.size()];
        for (int i = 0; i < calls.length; i++) {
            calls[i] = warmUp(actions.get(i), seconds * 1e8 / calls.length);
        }
        List<List<Double>> nanos = new ArrayList<>();
        actions.forEach(_ -> nanos.add(new ArrayList<>()));
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int round = 0; round < 5 || System.nanoTime() < end; round++) {
            for (int i = 0; i < calls.length; i++) {
                nanos.get(i).add(turn(actions.get(i), calls[i]));
            }
        }
        Map<String, Times> times = new LinkedHashMap<>();
        int i = 0;
        for (String name : contenders.keySet()) {
            double[] sorted = nanos.get(i++).stream().mapToDouble(Double::doubleValue).sorted().toArray();
            times.put(name, new Times(sorted[0], sorted[sorted.length / 2]));
        }
        return times;
    }

    /** Runs an action for a while and ten times at least, for the JIT. */
    static void settle(Timing.Action action, double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int n = 0; n < 10 || System.nanoTime() < end; n++) {
            action.run();
        }
    }

    private static int warmUp(Timing.Action action, double nanos) throws Exception {
        double[] seen = new double[64];
        Arrays.fill(seen, Double.MAX_VALUE);
        long start = System.nanoTime();
        for (int n = 0; n < 3 || System.nanoTime() - start < nanos; n++) {
            seen[n % seen.length] = turn(action, 1);
        }
        double least = Arrays.stream(seen).min().orElseThrow();
        return (int) Math.clamp(TURN_NANOS / Math.max(1, least), 1, 10_000);
    }

    private static double turn(Timing.Action action, int calls) throws Exception {
        action.run();
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            action.run();
        }
        return (double) (System.nanoTime() - start) / calls;
    }
}
