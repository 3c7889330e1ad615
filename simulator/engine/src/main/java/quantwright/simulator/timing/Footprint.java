package quantwright.simulator.timing;

import java.util.Arrays;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.Weights;
import quantwright.npu.isa.Window;
import quantwright.profiles.NpuMachine;

/**
 * Accesses of each scratchpad bank. An access gives a line of a bank, as wide as the bank, whole or in part; a run of
 * contiguous bytes takes one for each line that it touches, and runs share none.
 */
final class Footprint {
    /** Groups of banks at most; a machine with more is seen as groups of as many banks. */
    private static final int MAX_GROUPS = 64;
    /** Runs looked at one by one; the rest of a larger operand is taken to be like them. */
    private static final long MAX_RUNS = 1 << 13;

    /** Longest run, in granules, whose hashed banks are looked up one by one; longer ones spread evenly. */
    private static final int MAX_HASHED = 1 << 10;

    private final NpuMachine.Scratchpad scratchpad;
    private final int banks;
    private final int width;
    private final int interleave;
    private final int groups;
    private final double[] edges;
    private double everywhere;

    Footprint(NpuMachine.Scratchpad scratchpad) {
        this.scratchpad = scratchpad;
        this.banks = scratchpad.banks();
        this.width = scratchpad.bankWidth();
        this.interleave = scratchpad.interleave();
        this.groups = Math.min(banks, MAX_GROUPS);
        this.edges = new double[groups];
    }

    /** Accesses by bank (or the mean over a group's banks). */
    float[] accesses() {
        var out = new float[groups];
        double open = everywhere;
        for (int i = 0; i < groups; i++) {
            open += edges[i];
            out[i] = (float) open;
        }
        return out;
    }

    Footprint window(Window w) {
        boolean joined = w.kernelColumnPitch() == w.type().bytes(w.channels()) || w.kernelColumns() == 1;
        long run = joined ? w.type().bytes((long) w.channels() * w.kernelColumns()) : w.type().bytes(w.channels());
        int across = joined ? 1 : w.kernelColumns();
        loop(w.address(), run, new long[]{w.outerRows(), w.innerRows(), w.kernelRows(), across},
            new long[]{w.outerPitch(), w.innerPitch(), w.kernelRowPitch(), w.kernelColumnPitch()});
        return this;
    }

    Footprint weights(Weights w) {
        return rows(w.address(), w.type().bytes(w.columns()), w.depth(), w.pitch(), 1, 0);
    }

    Footprint area(Area a, Grid g, boolean oneColumn) {
        return rows(a.address(), a.type().bytes(oneColumn ? 1 : g.columns()), g.innerRows(), a.innerPitch(),
            g.outerRows(), a.outerPitch());
    }

    Footprint block(Block b, Extent e) {
        return rows(b.address(), e.bytes(), e.rows(), b.rowPitch(), e.planes(), b.planePitch());
    }

    Footprint bytes(long address, long bytes) {
        run(address, bytes, 1);
        return this;
    }

    private Footprint rows(long address, long bytes, long inner, long innerPitch, long outer, long outerPitch) {
        if (innerPitch == bytes) {
            loop(address, bytes * inner, new long[]{outer}, new long[]{outerPitch});
        } else {
            loop(address, bytes, new long[]{outer, inner}, new long[]{outerPitch, innerPitch});
        }
        return this;
    }

    private void loop(long address, long bytes, long[] counts, long[] pitches) {
        double total = Arrays.stream(counts).asDoubleStream().reduce(1, (a, b) -> a * b);
        long visited = (long) Math.min(total, MAX_RUNS);
        var at = new long[counts.length];
        long byteAt = address;
        for (long i = 0; i < visited; i++) {
            run(byteAt, bytes, total / visited);
            int d = counts.length - 1;
            while (d >= 0 && ++at[d] == counts[d]) {
                byteAt -= (counts[d] - 1) * pitches[d];
                at[d--] = 0;
            }
            if (d >= 0) {
                byteAt += pitches[d];
            }
        }
    }

    private void run(long address, long bytes, double times) {
        long end = address + bytes;
        long first = address / interleave;
        long last = (end - 1) / interleave;
        double share = (double) groups / banks * times;
        if (first == last) {
            add(first, 1, share * lines(address, end));
            return;
        }
        add(first, 1, share * lines(address, (first + 1) * interleave));
        add(last, 1, share * lines(last * interleave, end));
        add(first + 1, last - first - 1, share * (interleave / width));
    }

    /** Lines of a granule that bytes from {@code start} to {@code end} touch. */
    private long lines(long start, long end) {
        return (end - 1) / width - start / width + 1;
    }

    private void add(long first, long granules, double share) {
        if (!scratchpad.hashed()) {
            addInTurn(first, granules, share);
        } else if (granules > MAX_HASHED) {
            everywhere += (double) granules / groups * share;
        } else {
            for (long g = first; g < first + granules; g++) {
                addInTurn(scratchpad.bank(g), 1, share);
            }
        }
    }

    /** Adds {@code share} accesses for each of some granules, whose banks follow one another. */
    private void addInTurn(long first, long granules, double share) {
        everywhere += granules / groups * share;
        int rest = (int) (granules % groups);
        if (rest > 0) {
            int from = (int) (first % groups);
            int to = from + rest;
            edges[from] += share;
            if (to < groups) {
                edges[to] -= share;
            } else if (to > groups) {
                // Wraps: the banks from 0 on, too.
                edges[0] += share;
                edges[to - groups] -= share;
            }
        }
    }
}
