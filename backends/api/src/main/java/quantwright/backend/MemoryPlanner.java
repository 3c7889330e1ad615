package quantwright.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Places buffers with known lifetimes in one arena. Buffers whose lifetimes overlap never overlap in memory. Greedy: each
 * order of a small fixed set is tried with lowest-gap placement, and the smallest arena is kept. Deterministic.
 */
public final class MemoryPlanner {
    private MemoryPlanner() {
    }

    /**
     * A buffer to place.
     *
     * @param size bytes
     * @param first index of the step that writes it
     * @param last index of the last step that reads it, at least {@code first}
     */
    public record Buffer(long size, int first, int last) {
        boolean overlaps(Buffer o) {
            return first <= o.last && o.first <= last;
        }
    }

    /**
     * A placement.
     *
     * @param offsets offset of each buffer, in the order given
     * @param arenaBytes end of the highest buffer
     * @param lowerBound largest sum of (aligned) sizes alive at one step: no placement is smaller
     */
    public record Plan(List<Long> offsets, long arenaBytes, long lowerBound) {
        /** Copies the list. */
        public Plan {
            offsets = List.copyOf(offsets);
        }
    }

    /** Places the buffers at multiples of {@code alignment}. */
    public static Plan plan(List<Buffer> buffers, int alignment) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < buffers.size(); i++) {
            order.add(i);
        }
        List<Comparator<Integer>> orders = List.of(
                Comparator.<Integer>comparingLong(i -> -buffers.get(i).size),
                Comparator.<Integer>comparingLong(i -> -buffers.get(i).size * (buffers.get(i).last - buffers.get(i).first + 1)),
                Comparator.<Integer>comparingInt(i -> buffers.get(i).first),
                Comparator.<Integer>comparingInt(i -> -buffers.get(i).last));
        long[] best = null;
        long bestEnd = Long.MAX_VALUE;
        for (Comparator<Integer> c : orders) {
            order.sort(c.thenComparing(Comparator.naturalOrder()));
            long[] offsets = place(buffers, order, alignment);
            long end = end(buffers, offsets, alignment);
            if (end < bestEnd) {
                best = offsets;
                bestEnd = end;
            }
        }
        List<Long> offsets = new ArrayList<>();
        for (long o : best) {
            offsets.add(o);
        }
        return new Plan(offsets, bestEnd, lowerBound(buffers, alignment));
    }

    private static long[] place(List<Buffer> buffers, List<Integer> order, int alignment) {
        long[] offsets = new long[buffers.size()];
        List<Integer> placed = new ArrayList<>();
        for (int i : order) {
            Buffer buffer = buffers.get(i);
            List<Integer> conflicts = new ArrayList<>(placed.stream().filter(j -> buffers.get(j).overlaps(buffer)).toList());
            conflicts.sort(Comparator.comparingLong(j -> offsets[j]));
            long at = 0;
            long bestAt = -1;
            long bestGap = Long.MAX_VALUE;
            for (int j : conflicts) {
                long gap = offsets[j] - at;
                if (gap >= buffer.size && gap < bestGap) {
                    bestAt = at;
                    bestGap = gap;
                }
                at = Math.max(at, align(offsets[j] + buffers.get(j).size, alignment));
            }
            offsets[i] = bestAt >= 0 ? bestAt : at;
            placed.add(i);
        }
        return offsets;
    }

    private static long end(List<Buffer> buffers, long[] offsets, int alignment) {
        long end = 0;
        for (int i = 0; i < offsets.length; i++) {
            end = Math.max(end, align(offsets[i] + buffers.get(i).size, alignment));
        }
        return end;
    }

    private static long lowerBound(List<Buffer> buffers, int alignment) {
        long bound = 0;
        for (Buffer at : buffers) {
            long alive = buffers.stream().filter(b -> b.first <= at.first && at.first <= b.last)
                    .mapToLong(b -> align(b.size, alignment)).sum();
            bound = Math.max(bound, alive);
        }
        return bound;
    }

    private static long align(long offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }
}
