package quantwright.backend.npu.emit;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Who last wrote and who has since read each part of one memory. Instructions are numbered in the order of one thread; a
 * read depends on the last write, a write on the last write and on every read since. Parts are kept in arrays sorted by
 * address: there are few thousands of them, and they are looked at far more often than they change.
 */
final class Hazards {
    private static final int QUEUES = 4;
    /** Reads are seen in units of as many bytes within what was written at once, so that parts stay few. */
    private static final long UNIT = 64;

    private long[] starts = new long[64];
    private long[] ends = new long[64];
    private int[] writers = new int[64];
    /** Last reader of each queue since the write; -1 if none. */
    private int[] readers = new int[64 * QUEUES];
    private int size;

    /** Notes a read by instruction {@code index} of a queue, telling what it depends on. */
    void read(long start, long end, int queue, int index, IntConsumer dependency) {
        int i = splitBefore(start);
        long at = start;
        while (at < end) {
            long next = i == size ? end : Math.min(end, starts[i]);
            if (next > at) {
                insert(i, at, next, -1);
            } else if (ends[i] > end) {
                split(Math.min(ends[i], Math.ceilDiv(end, UNIT) * UNIT));
            }
            if (writers[i] >= 0) {
                dependency.accept(writers[i]);
            }
            readers[i * QUEUES + queue] = index;
            at = ends[i++];
        }
    }

    /** Notes a write by instruction {@code index}, telling what it depends on. */
    void write(long start, long end, int index, IntConsumer dependency) {
        int first = split(start);
        int last = split(end);
        for (int i = first; i < last; i++) {
            if (writers[i] >= 0) {
                dependency.accept(writers[i]);
            }
            for (int q = 0; q < QUEUES; q++) {
                if (readers[i * QUEUES + q] >= 0) {
                    dependency.accept(readers[i * QUEUES + q]);
                }
            }
        }
        if (last == first) {
            insert(first, start, end, index);
            return;
        }
        set(first, start, end, index);
        move(last, first + 1);
        size -= last - first - 1;
    }

    /** The part that holds an address, cut off at the unit before; or else the first that begins later. */
    private int splitBefore(long at) {
        int i = split(Math.floorDiv(at, UNIT) * UNIT);
        while (i < size && ends[i] <= at) {
            i++;
        }
        return i;
    }

    /** Makes a part begin at an address that lies within one; the first part that begins there or later. */
    private int split(long at) {
        int found = Arrays.binarySearch(starts, 0, size, at);
        if (found >= 0) {
            return found;
        }
        int i = -found - 1;
        if (i > 0 && ends[i - 1] > at) {
            insert(i, at, ends[i - 1], writers[i - 1]);
            System.arraycopy(readers, (i - 1) * QUEUES, readers, i * QUEUES, QUEUES);
            ends[i - 1] = at;
        }
        return i;
    }

    private void insert(int i, long start, long end, int writer) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
            writers = Arrays.copyOf(writers, 2 * size);
            readers = Arrays.copyOf(readers, 2 * size * QUEUES);
        }
        move(i, i + 1);
        size++;
        set(i, start, end, writer);
    }

    private void set(int i, long start, long end, int writer) {
        starts[i] = start;
        ends[i] = end;
        writers[i] = writer;
        Arrays.fill(readers, i * QUEUES, (i + 1) * QUEUES, -1);
    }

    /** Moves all parts from one index on. */
    private void move(int from, int to) {
        System.arraycopy(starts, from, starts, to, size - from);
        System.arraycopy(ends, from, ends, to, size - from);
        System.arraycopy(writers, from, writers, to, size - from);
        System.arraycopy(readers, from * QUEUES, readers, to * QUEUES, (size - from) * QUEUES);
    }
}
