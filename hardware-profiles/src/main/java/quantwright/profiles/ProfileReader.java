package quantwright.profiles;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.Rounding;
import quantwright.ir.diag.DiagnosticSink;

/** Gives a parsed profile its meaning: checks it against the schema and builds the records. */
final class ProfileReader {
    /** Width of a CPU's sums. */
    private static final int CPU_SUMS = 32;

    private final DiagnosticSink sink;

    ProfileReader(DiagnosticSink sink) {
        this.sink = sink;
    }

    /**
     * The profile of a resolved section tree.
     *
     * @throws quantwright.ir.diag.UserErrorException with everything that is wrong with it
     */
    HardwareProfile read(String id, ProfileSection root, String hash) {
        new SchemaCheck(sink).check(root, ProfileSchema.ROOT);
        root.section("cpu").ifPresent(c -> CpuReader.requireFeatures(c, sink));
        long machines = ProfileSchema.MACHINES.stream().filter(m -> root.section(m).isPresent()).count();
        if (machines != 1) {
            sink.report(machines == 0 ? ProfileDiagnostic.MISSING_KEY : ProfileDiagnostic.CONTRADICTION, root.location(),
                    machines == 0 ? "section 'cpu' or 'npu' is missing" : "a profile describes one machine, this one has "
                            + String.join(" and ", ProfileSchema.MACHINES.stream()
                                    .filter(m -> root.section(m).isPresent()).toList()));
        }
        sink.throwIfErrors();
        Map<String, Source> sources = new TreeMap<>();
        SectionReader reader = new SectionReader(root, ProfileSchema.ROOT, sources);
        QuantizationRules rules = quantization(reader.section("quantization"));
        Optional<CpuMachine> cpu = reader.optional("cpu").map(c -> new CpuReader(sink).read(c));
        if (cpu.isPresent() && rules.accumulatorBits() != CPU_SUMS) {
            sink.report(ProfileDiagnostic.CONTRADICTION, reader.section("quantization").location("accumulator"),
                    "cpu: sums are of " + CPU_SUMS + " bit, but quantization.accumulator is " + rules.accumulatorBits()
                            + " bit");
        }
        Optional<NpuMachine> npu = reader.optional("npu").map(n -> new NpuReader(sink).read(n, rules));
        sink.throwIfErrors();
        Optional<String> vendor = reader.optional("vendor").map(v -> v.word("backend"));
        return new HardwareProfile(id, reader.word("summary"), cpu, npu, rules, sources, vendor, hash);
    }

    private QuantizationRules quantization(SectionReader s) {
        String weights = s.word("weights");
        boolean groups = weights.equals("per-group");
        if (groups != s.has("group")) {
            sink.report(groups ? ProfileDiagnostic.MISSING_KEY : ProfileDiagnostic.CONTRADICTION, s.location("weights"),
                    groups ? "'group' is missing in section 'quantization', which has per-group weights"
                            : "'group' is stated, but weights are " + weights);
        }
        Map<OpFamily, Rounding> rounding = new EnumMap<>(OpFamily.class);
        s.optional("rounding").ifPresent(r -> {
            for (OpFamily family : OpFamily.values()) {
                if (r.has(ProfileSchema.familyKey(family))) {
                    rounding.put(family, Rounding.parse(r.word(ProfileSchema.familyKey(family))));
                }
            }
        });
        return new QuantizationRules(s.word("arithmetic"), !weights.equals("per-tensor"), s.yes("weight-zero-points"),
                s.yes("activation-zero-points"), rounding, groups && s.has("group") ? s.whole("group") : 0,
                s.whole("accumulator"));
    }

    /** Operating points, the nominal one first; a point at a lower voltage must not be the faster one. */
    static List<NpuMachine.OperatingPoint> points(SectionReader machine, DiagnosticSink sink) {
        List<SectionReader> all = machine.each("point");
        List<NpuMachine.OperatingPoint> points = new java.util.ArrayList<>();
        for (SectionReader p : all) {
            points.add(new NpuMachine.OperatingPoint(p.labels().getFirst(), p.number("voltage"), p.number("clock")));
        }
        if (points.stream().noneMatch(p -> p.name().equals(ProfileSchema.NOMINAL))) {
            sink.report(ProfileDiagnostic.NO_NOMINAL, all.getFirst().location(), "operating points: "
                    + String.join(", ", points.stream().map(NpuMachine.OperatingPoint::name).toList()));
        }
        for (int i = 0; i < points.size(); i++) {
            for (NpuMachine.OperatingPoint other : points) {
                NpuMachine.OperatingPoint p = points.get(i);
                if (p.volts() < other.volts() && p.hertz() > other.hertz()) {
                    sink.report(ProfileDiagnostic.CONTRADICTION, all.get(i).location("clock"), "point '" + p.name()
                            + "' is faster than '" + other.name() + "' at a lower voltage");
                }
            }
        }
        points.sort(java.util.Comparator.comparing(p -> !p.name().equals(ProfileSchema.NOMINAL)));
        return points;
    }

    static NpuMachine.ExternalMemory externalMemory(SectionReader s) {
        return new NpuMachine.ExternalMemory((long) s.number("size"), s.number("bandwidth"), s.number("latency"),
                s.number("energy"), s.number("background"));
    }

    static NpuMachine.Control control(SectionReader s) {
        return new NpuMachine.Control(s.number("energy"), s.number("leakage"));
    }
}
