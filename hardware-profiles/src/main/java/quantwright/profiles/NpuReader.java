package quantwright.profiles;

import java.util.List;
import java.util.Locale;
import quantwright.ir.diag.DiagnosticSink;

/** Builds the record of a neural processing unit. */
final class NpuReader {
    private final DiagnosticSink sink;

    NpuReader(DiagnosticSink sink) {
        this.sink = sink;
    }

    NpuMachine read(SectionReader unclocked, QuantizationRules rules) {
        List<NpuMachine.OperatingPoint> points = ProfileReader.points(unclocked, sink);
        SectionReader s = unclocked.at(points.getFirst().hertz());
        NpuMachine machine = new NpuMachine(array(s.section("array")), s.each("pair").stream().map(this::pair).toList(),
                accumulators(s.section("accumulators")), vector(s.section("vector")),
                scratchpad(s.section("scratchpad")), dma(s.section("dma")),
                ProfileReader.externalMemory(s.section("dram")),
                s.optional("flash").map(ProfileReader::externalMemory), semaphores(s.section("semaphores")),
                limits(s.section("limits")), points, ProfileReader.control(s.section("control")));
        new NpuContradictions(machine, rules, s, sink).check();
        return machine;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        return Enum.valueOf(type, word.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    private NpuMachine.MacArray array(SectionReader s) {
        NpuMachine.Structure structure = constant(NpuMachine.Structure.class, s.word("structure"));
        boolean broadcast = structure == NpuMachine.Structure.BROADCAST;
        if (broadcast && !s.has("load")) {
            sink.report(ProfileDiagnostic.MISSING_KEY, s.location(), "'load' is missing in section 'array', whose structure is"
                    + " broadcast");
        }
        return new NpuMachine.MacArray(structure, constant(NpuMachine.Dataflow.class, s.word("dataflow")), s.whole("rows"),
                s.whole("columns"), s.whole("positions"), s.whole("stationary-buffers"),
                s.has("load") ? s.whole("load") : s.whole("rows"), !s.has("taps") || s.word("taps").equals("together"),
                s.whole("pipeline"), s.whole("depthwise"), s.has("depthwise-taps") ? s.whole("depthwise-taps") : 1,
                s.number("leakage"));
    }

    private NpuMachine.TypePair pair(SectionReader s) {
        return new NpuMachine.TypePair(Integer.parseInt(s.labels().get(0).substring(1)),
                Integer.parseInt(s.labels().get(1).substring(1)), s.number("throughput"), s.number("energy"));
    }

    private NpuMachine.Accumulators accumulators(SectionReader s) {
        return new NpuMachine.Accumulators(s.whole("words"), s.whole("width"), s.number("energy"), s.number("leakage"));
    }

    private NpuMachine.VectorUnit vector(SectionReader s) {
        return new NpuMachine.VectorUnit(s.number("requantize"), s.number("elementwise"), s.number("pool"),
                s.number("lookup"), s.number("softmax"), s.number("move"), s.whole("start"), s.number("energy"),
                s.number("leakage"), s.optional("output-pool").map(p -> new NpuMachine.OutputPool(p.number("sums"),
                        p.whole("window"))));
    }

    private NpuMachine.Scratchpad scratchpad(SectionReader s) {
        return new NpuMachine.Scratchpad((long) s.number("size"), s.whole("banks"), s.whole("bank-width"),
                s.whole("interleave"), s.word("bank-order").equals("hashed"),
                s.number("read"), s.number("write"), s.number("leakage"));
    }

    private NpuMachine.Dma dma(SectionReader s) {
        return new NpuMachine.Dma(s.number("bandwidth"), s.whole("alignment"), s.whole("burst"), s.whole("setup"),
                s.number("energy"));
    }

    private NpuMachine.Semaphores semaphores(SectionReader s) {
        return new NpuMachine.Semaphores(s.whole("count"), s.whole("limit"));
    }

    private NpuMachine.Limits limits(SectionReader s) {
        return new NpuMachine.Limits(s.whole("kernel-rows"), s.whole("kernel-columns"), s.whole("stride"),
                s.whole("channels"));
    }
}
