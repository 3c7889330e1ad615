package quantwright.simulator;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Locale;
import quantwright.npu.isa.ArrayInstruction;
import quantwright.npu.isa.Operation;
import quantwright.npu.isa.Program;
import quantwright.npu.isa.Queue;

/**
 * Writes a timeline in Chrome's trace format, one event a line, as it is told; Perfetto and chrome://tracing open it.
 * Each queue is a thread; loads of stationary tiles, which overlap products, have one of their own, and stalls are
 * events beside the instructions. Times are microseconds of the machine.
 */
public final class ChromeTrace implements TimelineListener, AutoCloseable {
    private static final int LOADER = Queue.values().length;
    private static final int STALLS = 10;

    private final Writer out;
    private final Program program;
    private final double microsecondsPerTick;
    private boolean first = true;

    /**
     * Starts a trace; closing it ends the file and closes the writer.
     *
     * @param hertz clock of the operating point
     */
    public ChromeTrace(Writer out, Program program, double hertz) {
        this.out = out;
        this.program = program;
        this.microsecondsPerTick = 1e6 / hertz / Timing.TICKS;
        write("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
        for (Queue queue : Queue.values()) {
            thread(queue.ordinal(), queue.text());
            thread(STALLS + queue.ordinal(), queue.text() + " stalls");
        }
        thread(LOADER, "array loads");
    }

    private void thread(int id, String name) {
        event("{\"ph\":\"M\",\"pid\":1,\"tid\":" + id + ",\"name\":\"thread_name\",\"args\":{\"name\":\"" + name
            + "\"}}");
        event("{\"ph\":\"M\",\"pid\":1,\"tid\":" + id + ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":" + id
            + "}}");
    }

    @Override
    public void executed(Queue queue, int index, int layer, long start, long end) {
        var instruction = program.queue(queue).get(index);
        boolean load = instruction instanceof ArrayInstruction.LoadWeights
            || instruction instanceof ArrayInstruction.LoadInputs;
        String name = instruction.getClass().getAnnotation(Operation.class).mnemonic();
        event(complete(load ? LOADER : queue.ordinal(), name, start, end) + ",\"args\":{\"layer\":"
            + quote(Energy.layerName(program, layer)) + ",\"index\":" + index + "}}");
    }

    @Override
    public void stalled(Queue queue, int layer, StallCause cause, long start, long end) {
        event(complete(STALLS + queue.ordinal(), cause.text(), start, end) + "}");
    }

    private String complete(int thread, String name, long start, long end) {
        return String.format(Locale.ROOT, "{\"ph\":\"X\",\"pid\":1,\"tid\":%d,\"name\":\"%s\",\"ts\":%.6f,\"dur\":%.6f",
            thread, name, start * microsecondsPerTick, (end - start) * microsecondsPerTick);
    }

    /** A JSON string. */
    static String quote(String text) {
        var out = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < ' ') {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private void event(String json) {
        write((first ? "\n" : ",\n") + json);
        first = false;
    }

    private void write(String text) {
        try {
            out.write(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        write("\n]}\n");
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
