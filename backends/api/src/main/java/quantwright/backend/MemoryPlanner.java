package quantwright.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Places buffers with known lifetimes in one arena. Buffers whose lifetimes overlap never overlap in memory. Buffers are
 * placed one after the other into the smallest gap that holds them, in each order of a small fixed set; while the best
 * arena is above the lower bound, buffers that end at its top are moved forward in the order, and an order that is no
 * worse is kept. The search is a pure function of the buffers: its random numbers have a fixed seed, and its length is
 * counted in placed buffers, not in time.
 */
public final class MemoryPlanner {
    private static final long SEED = 0x5eed;
    /** Conflicts that a search may look at, over all its trials. */
    private static final long EFFORT = 30_000_000;
    private static final long MOST_TRIALS = 20_000;

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
        Search search = new Search(buffers, alignment);
        long bound = lowerBound(buffers, alignment);
        search.tryOrders();
        search.improve(bound);
        return new Plan(Arrays.stream(search.best).boxed().toList(), search.bestEnd, bound);
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

    /** The orders tried so far, and the best of them. */
    private static final class Search {
        private final long[] sizes;
        private final int[][] conflicts;
        private final List<Buffer> buffers;
        private int[] order = {};
        private long[] best = {};
        private long bestEnd = Long.MAX_VALUE;

        Search(List<Buffer> buffers, int alignment) {
            this.buffers = buffers;
            int n = buffers.size();
            sizes = new long[n];
            conflicts = new int[n][];
            for (int i = 0; i < n; i++) {
                Buffer buffer = buffers.get(i);
                sizes[i] = align(buffer.size, alignment);
                int self = i;
                conflicts[i] = java.util.stream.IntStream.range(0, n)
                        .filter(j -> j != self && buffers.get(j).overlaps(buffer)).toArray();
            }
        }

        void tryOrders() {
            List<Integer> indices = new ArrayList<>();
            for (int i = 0; i < sizes.length; i++) {
                indices.add(i);
            }
            List<Comparator<Integer>> orders = List.of(
                    Comparator.<Integer>comparingLong(i -> -sizes[i]),
                    Comparator.<Integer>comparingLong(i -> -sizes[i]
                            * (buffers.get(i).last - buffers.get(i).first + 1)),
                    Comparator.<Integer>comparingInt(i -> buffers.get(i).first),
                    Comparator.<Integer>comparingInt(i -> -buffers.get(i).last),
                    Comparator.<Integer>comparingInt(i -> buffers.get(i).first - buffers.get(i).last));
            for (Comparator<Integer> c : orders) {
                indices.sort(c.thenComparing(Comparator.naturalOrder()));
                keepIfBetter(indices.stream().mapToInt(Integer::intValue).toArray());
            }
        }

        /** Moves buffers at the top of the arena forward until the arena is as small as it can be, or effort ends. */
        void improve(long bound) {
            long perTrial = sizes.length;
            for (int[] c : conflicts) {
                perTrial += c.length;
            }
            long trials = perTrial == 0 ? 0 : Math.min(MOST_TRIALS, EFFORT / perTrial);
            SplittableRandom random = new SplittableRandom(SEED);
            for (long trial = 0; trial < trials && bestEnd > bound; trial++) {
                int[] next = order.clone();
                int moves = 1 + random.nextInt(2);
                for (int m = 0; m < moves; m++) {
                    int from = m == 0 ? positionOfTop(random) : random.nextInt(next.length);
                    move(next, from, random.nextInt(next.length));
                }
                keepIfBetter(next);
            }
        }

        /** Place in the order of a buffer that ends where the arena does. */
        private int positionOfTop(SplittableRandom random) {
            int[] tops = java.util.stream.IntStream.range(0, order.length)
                    .filter(p -> best[order[p]] + sizes[order[p]] == bestEnd).toArray();
            return tops[random.nextInt(tops.length)];
        }

        private static void move(int[] order, int from, int to) {
            int moved = order[from];
            if (from < to) {
                System.arraycopy(order, from + 1, order, from, to - from);
            } else {
                System.arraycopy(order, to, order, to + 1, from - to);
            }
            order[to] = moved;
        }

        private void keepIfBetter(int[] candidate) {
            long[] offsets = new long[sizes.length];
            Arrays.fill(offsets, -1);
            long end = 0;
            for (int i : candidate) {
                offsets[i] = lowestFit(i, offsets);
                end = Math.max(end, offsets[i] + sizes[i]);
            }
            if (end < bestEnd || end == bestEnd && order.length > 0) {
                order = candidate;
                best = offsets;
                bestEnd = end;
            }
        }

        /** The start of the smallest gap between placed conflicts that holds a buffer, else the end of the highest. */
        private long lowestFit(int buffer, long[] offsets) {
            int[] conflict = conflicts[buffer];
            int[] placed = new int[conflict.length];
            int n = 0;
            for (int j : conflict) {
                if (offsets[j] >= 0) {
                    int at = n++;
                    while (at > 0 && offsets[placed[at - 1]] > offsets[j]) {
                        placed[at] = placed[at - 1];
                        at--;
                    }
                    placed[at] = j;
                }
            }
            long at = 0;
            long bestAt = -1;
            long bestGap = Long.MAX_VALUE;
            for (int k = 0; k < n; k++) {
                long gap = offsets[placed[k]] - at;
                if (gap >= sizes[buffer] && gap < bestGap) {
                    bestAt = at;
                    bestGap = gap;
                }
                at = Math.max(at, offsets[placed[k]] + sizes[placed[k]]);
            }
            return bestAt >= 0 ? bestAt : at;
        }
    }
}
