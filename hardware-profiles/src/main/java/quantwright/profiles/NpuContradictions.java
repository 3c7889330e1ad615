package quantwright.profiles;

import java.util.Locale;
import quantwright.ir.diag.DiagnosticSink;

/** Numbers of a neural processing unit that cannot be true together. */
final class NpuContradictions {
    private final NpuMachine machine;
    private final QuantizationRules rules;
    private final SectionReader section;
    private final DiagnosticSink sink;

    NpuContradictions(NpuMachine machine, QuantizationRules rules, SectionReader section, DiagnosticSink sink) {
        this.machine = machine;
        this.rules = rules;
        this.section = section;
        this.sink = sink;
    }

    void check() {
        array();
        accumulators();
        vector();
        scratchpad();
        dma();
    }

    private void array() {
        NpuMachine.MacArray a = machine.array();
        if (a.structure() == NpuMachine.Structure.SYSTOLIC && a.positions() != 1) {
            report("array", "positions", "a systolic array computes one output position at a time, not %d",
                    a.positions());
        }
        if (a.structure() == NpuMachine.Structure.SYSTOLIC && a.loadCycles() != a.rows()) {
            report("array", "load", "a systolic array of %d rows loads a tile in as many cycles, not %d", a.rows(),
                    a.loadCycles());
        }
        if (a.depthwiseMacs() > a.peakMacs()) {
            report("array", "depthwise", "%d MAC/cycle of depthwise is more than the array has: %d", a.depthwiseMacs(),
                    a.peakMacs());
        }
    }

    private void accumulators() {
        NpuMachine.MacArray a = machine.array();
        long tile = switch (a.dataflow()) {
            case WEIGHT_STATIONARY -> (long) a.columns() * a.positions();
            case OUTPUT_STATIONARY -> a.peakMacs();
            case INPUT_STATIONARY -> a.columns();
        };
        if (machine.accumulators().words() < 2 * tile) {
            report("accumulators", "words", "%d words hold less than two tiles of sums, one written while the other is"
                    + " read: %d", machine.accumulators().words(), 2 * tile);
        }
        if (machine.accumulators().bits() != rules.accumulatorBits()) {
            report("accumulators", "width", "%d-bit accumulators, but quantization.accumulator is %d bit",
                    machine.accumulators().bits(), rules.accumulatorBits());
        }
    }

    private void vector() {
        NpuMachine.VectorUnit v = machine.vector();
        v.outputPool().filter(p -> p.sums() > v.requantize()).ifPresent(p -> sink.report(ProfileDiagnostic.CONTRADICTION,
                section.section("vector").section("output-pool").location("sums"), String.format(Locale.ROOT,
                        "npu.vector.output-pool.sums: %.3g sums a cycle are pooled, but only %.3g are rescaled", p.sums(),
                        v.requantize())));
    }

    private void scratchpad() {
        NpuMachine.MacArray a = machine.array();
        NpuMachine.Scratchpad s = machine.scratchpad();
        int activation = machine.types().stream().mapToInt(NpuMachine.TypePair::activationBits).max().orElseThrow() / 8;
        int weightBits = machine.types().stream().mapToInt(NpuMachine.TypePair::weightBits).max().orElseThrow();
        long weights = (a.rows() * (long) a.columns() * weightBits + 7) / 8;
        long inputs = (long) a.rows() * Math.max(a.positions(), a.dataflow() == NpuMachine.Dataflow.INPUT_STATIONARY
                ? a.columns() : 1) * activation;
        long outputs = (long) a.columns() * a.positions() * activation;
        long need = 2 * (weights + inputs + outputs);
        if (s.bytes() < need) {
            report("scratchpad", "size", "%d B is less than one tile of the %dx%d array with double buffering: %d B",
                    s.bytes(), a.rows(), a.columns(), need);
        }
        long stripe = (long) s.banks() * s.bankWidth();
        if (s.bytes() % stripe != 0) {
            report("scratchpad", "size", "%d B are not shared equally by %d banks of %d B", s.bytes(), s.banks(),
                    s.bankWidth());
        }
        if (s.interleave() % s.bankWidth() != 0) {
            report("scratchpad", "interleave", "%d B are not whole lines of a bank of %d B", s.interleave(), s.bankWidth());
        }
        double fed = operandBytes(a);
        if (stripe < fed) {
            report("scratchpad", "banks", "%d banks of %d B give %d B/cycle, but the array takes %.0f B/cycle at its peak",
                    s.banks(), s.bankWidth(), stripe, fed);
        }
    }

    /** Bytes that stream into the array in each cycle with all cells busy, at its fastest pair of types. */
    private double operandBytes(NpuMachine.MacArray a) {
        NpuMachine.TypePair fastest = machine.types().stream()
                .max(java.util.Comparator.comparingDouble(NpuMachine.TypePair::macsPerCell)).orElseThrow();
        double activations = (double) a.rows() * a.positions() * fastest.activationBits() / 8;
        double weights = (double) a.columns() * fastest.weightBits() / 8;
        double perCycle = switch (a.dataflow()) {
            case WEIGHT_STATIONARY -> activations;
            case OUTPUT_STATIONARY -> activations + weights;
            case INPUT_STATIONARY -> (double) a.rows() * fastest.weightBits() / 8;
        };
        return perCycle * Math.min(1, fastest.macsPerCell());
    }

    private void dma() {
        NpuMachine.Dma d = machine.dma();
        long stripe = (long) machine.scratchpad().banks() * machine.scratchpad().bankWidth();
        if (d.bytesPerCycle() > stripe) {
            report("dma", "bandwidth", "%.3g B/cycle is more than the scratchpad's banks take: %d B/cycle",
                    d.bytesPerCycle(), stripe);
        }
        if (Integer.bitCount(d.alignment()) != 1) {
            report("dma", "alignment", "%d is not a power of two", d.alignment());
        }
        if (d.burstBytes() % d.alignment() != 0) {
            report("dma", "burst", "%d B is not a multiple of the alignment, %d B", d.burstBytes(), d.alignment());
        }
    }

    private void report(String unit, String key, String format, Object... arguments) {
        sink.report(ProfileDiagnostic.CONTRADICTION, section.section(unit).location(key), "npu." + unit + "." + key
                + ": " + String.format(Locale.ROOT, format, arguments));
    }
}
