package quantwright.backend.llvm.loops;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Extents of a nest of loops and, for each operand, the bytes it moves per iteration of each loop (0 where it is
 * broadcast). Outermost loop first. Value-equal, so that equal nests share code.
 *
 * @param extents iterations of each loop
 * @param strides for each operand, bytes per iteration of each loop
 */
public record LoopNest(List<Integer> extents, List<List<Long>> strides) {
    /** Copies the lists and checks that they agree. */
    public LoopNest {
        extents = List.copyOf(extents);
        strides = strides.stream().map(List::copyOf).toList();
        for (List<Long> s : strides) {
            if (s.size() != extents.size()) {
                throw new IllegalArgumentException(s.size() + " strides for " + extents.size() + " loops");
            }
        }
    }

    /** A nest over {@code extents} with the byte strides of each operand. */
    public static LoopNest of(int[] extents, long[]... strides) {
        return new LoopNest(IntStream.of(extents).boxed().toList(),
                java.util.Arrays.stream(strides).map(s -> java.util.Arrays.stream(s).boxed().toList()).toList());
    }

    /** Number of loops. */
    public int depth() {
        return extents.size();
    }

    /** Iterations in all. */
    public long iterations() {
        return extents.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** Bytes operand {@code i} moves per iteration of loop {@code loop}. */
    public long stride(int i, int loop) {
        return strides.get(i).get(loop);
    }

    /** Bytes operand {@code i} moves per iteration of the innermost loop; 0 if there is no loop. */
    public long innermost(int i) {
        return depth() == 0 ? 0 : stride(i, depth() - 1);
    }

    /** Iterations of the innermost loop; 1 if there is none. */
    public int innermostExtent() {
        return depth() == 0 ? 1 : extents.getLast();
    }

    /**
     * The same iterations with single-iteration loops dropped and neighbouring loops joined where every operand allows
     * it.
     */
    public LoopNest simplified() {
        List<Integer> outExtents = new ArrayList<>();
        List<List<Long>> outStrides = new ArrayList<>();
        strides.forEach(_ -> outStrides.add(new ArrayList<>()));
        for (int loop = depth() - 1; loop >= 0; loop--) {
            int extent = extents.get(loop);
            if (extent == 1) {
                continue;
            }
            if (!outExtents.isEmpty() && joins(loop, outExtents.getFirst(), outStrides)) {
                outExtents.set(0, outExtents.getFirst() * extent);
                continue;
            }
            outExtents.addFirst(extent);
            for (int i = 0; i < outStrides.size(); i++) {
                outStrides.get(i).addFirst(stride(i, loop));
            }
        }
        return new LoopNest(outExtents, outStrides);
    }

    private boolean joins(int loop, int innerExtent, List<List<Long>> inner) {
        for (int i = 0; i < inner.size(); i++) {
            if (stride(i, loop) != inner.get(i).getFirst() * innerExtent) {
                return false;
            }
        }
        return true;
    }

    /** This nest without its innermost loop. */
    public LoopNest outer() {
        return new LoopNest(extents.subList(0, depth() - 1), strides.stream().map(s -> s.subList(0,
                depth() - 1)).toList());
    }

    /** This nest without one of its loops. */
    public LoopNest without(int loop) {
        return new LoopNest(drop(extents, loop), strides.stream().map(s -> drop(s, loop)).toList());
    }

    private static <T> List<T> drop(List<T> list, int at) {
        List<T> rest = new ArrayList<>(list);
        rest.remove(at);
        return rest;
    }
}
