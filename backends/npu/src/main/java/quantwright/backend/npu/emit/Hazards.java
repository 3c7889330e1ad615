package quantwright.backend.npu.emit;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * Who last wrote and who has since read each part of one memory. Instructions are numbered in the order of one thread; a
 * read depends on the last write, a write on the last write and on every read since.
 */
final class Hazards {
    private static final int QUEUES = 4;

    /** A range with one history. */
    private static final class Span {
        private final long end;
        private final int writer;
        /** Last reader of each queue since the write; -1 if none. */
        private final int[] readers;

        Span(long end, int writer, int[] readers) {
            this.end = end;
            this.writer = writer;
            this.readers = readers;
        }
    }

    private final TreeMap<Long, Span> spans = new TreeMap<>();

    /** Notes a read by instruction {@code index} of a queue, telling what it depends on. */
    void read(long start, long end, int queue, int index, IntConsumer dependency) {
        split(start);
        split(end);
        long at = start;
        while (at < end) {
            Map.Entry<Long, Span> entry = spans.ceilingEntry(at);
            long next = entry == null ? end : Math.min(end, entry.getKey());
            if (next > at) {
                spans.put(at, new Span(next, -1, readers(queue, index)));
                at = next;
            } else {
                Span span = entry.getValue();
                if (span.writer >= 0) {
                    dependency.accept(span.writer);
                }
                span.readers[queue] = index;
                at = span.end;
            }
        }
    }

    /** Notes a write by instruction {@code index}, telling what it depends on. */
    void write(long start, long end, int index, IntConsumer dependency) {
        split(start);
        split(end);
        Map<Long, Span> covered = spans.subMap(start, end);
        for (Span span : covered.values()) {
            if (span.writer >= 0) {
                dependency.accept(span.writer);
            }
            for (int reader : span.readers) {
                if (reader >= 0) {
                    dependency.accept(reader);
                }
            }
        }
        covered.clear();
        int[] none = new int[QUEUES];
        Arrays.fill(none, -1);
        spans.put(start, new Span(end, index, none));
    }

    private static int[] readers(int queue, int index) {
        int[] readers = new int[QUEUES];
        Arrays.fill(readers, -1);
        readers[queue] = index;
        return readers;
    }

    private void split(long at) {
        Map.Entry<Long, Span> entry = spans.lowerEntry(at);
        if (entry != null && entry.getValue().end > at) {
            Span span = entry.getValue();
            spans.put(entry.getKey(), new Span(at, span.writer, span.readers));
            spans.put(at, new Span(span.end, span.writer, span.readers.clone()));
        }
    }
}
