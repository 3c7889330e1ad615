package quantwright.simulator.timing;

/** The units of a semaphore, each with the time from which it is there, in the order in which they appear. */
final class Tokens {
    private long[] times;
    private int first;
    private int count;

    /** {@code count} units that are there from the start. */
    Tokens(int count) {
        this.times = new long[Math.max(count, 4)];
        this.count = count;
    }

    int count() {
        return count;
    }

    void add(int units, long time) {
        for (int i = 0; i < units; i++) {
            if (count == times.length) {
                var grown = new long[2 * count];
                for (int j = 0; j < count; j++) {
                    grown[j] = times[(first + j) % count];
                }
                times = grown;
                first = 0;
            }
            times[(first + count++) % times.length] = time;
        }
    }

    /** Takes the units that came first; when the last of them was there. Times never decrease. */
    long take(int units) {
        long time = times[(first + units - 1) % times.length];
        first = (first + units) % times.length;
        count -= units;
        return time;
    }
}
