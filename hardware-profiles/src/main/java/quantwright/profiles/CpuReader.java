package quantwright.profiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.text.Names;

/** Builds the record of a CPU. */
final class CpuReader {
    /** Bits of an SSE or NEON register. */
    private static final int NARROWEST = 128;
    private final DiagnosticSink sink;

    CpuReader(DiagnosticSink sink) {
        this.sink = sink;
    }

    /** Reports that the extensions are not stated, which only bytecode does without. */
    static void requireFeatures(ProfileSection cpu, DiagnosticSink sink) {
        boolean takes = cpu.entry("isa").filter(e -> !CpuNames.features(e.values().getFirst().text()).isEmpty())
                .isPresent();
        if (takes && cpu.entry("features").isEmpty()) {
            sink.report(ProfileDiagnostic.MISSING_KEY, cpu.location(), "'features' is missing in section 'cpu'");
        }
    }

    CpuMachine read(SectionReader s) {
        String isa = s.word("isa");
        requireModel(s, isa);
        List<String> known = CpuNames.features(isa);
        if (known.isEmpty() && s.has("features")) {
            sink.report(ProfileDiagnostic.CONTRADICTION, s.location("features"), "'features' is stated, but " + isa
                    + " has no extensions");
            return new CpuMachine(isa, s.word("tune"), List.of(), s.whole("vector"), 0, 0);
        }
        for (ProfileSection.Item feature : s.items("features")) {
            if (!known.contains(feature.text())) {
                sink.report(ProfileDiagnostic.UNKNOWN_FEATURE, feature.location(), "'" + feature.text() + "' on " + isa,
                        Names.suggestion(feature.text(), known));
            }
        }
        List<String> features = s.items("features").stream().map(ProfileSection.Item::text).toList();
        int vector = s.whole("vector");
        int widest = widest(isa, features);
        if (vector > widest) {
            sink.report(ProfileDiagnostic.CONTRADICTION, s.location("vector"), "cpu.vector: " + vector
                    + " bit, but the features have " + widest + "-bit registers at most");
        }
        long l1 = (long) s.number("l1");
        long l2 = (long) s.number("l2");
        if (l1 > l2) {
            sink.report(ProfileDiagnostic.CONTRADICTION, s.location("l1"), "cpu.l1 is larger than cpu.l2");
        }
        Optional<CpuPerformance> performance = s.optional("performance").map(p -> performance(p, l1, l2));
        return new CpuMachine(isa, s.word("tune"), features, vector, l1, l2, performance);
    }

    /** Reports a scheduling model that LLVM would only warn of, and then schedule for any core. */
    private void requireModel(SectionReader s, String isa) {
        List<String> models = CpuNames.models(isa);
        if (!models.contains(s.word("tune"))) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, s.location("tune"), "'" + s.word("tune") + "' as tune of " + isa,
                    Names.suggestion(s.word("tune"), models));
        }
    }

    /** Widest vector register that the extensions have. */
    private static int widest(String isa, List<String> features) {
        if (!isa.equals(CpuNames.X86_64)) {
            return NARROWEST;
        }
        return features.contains("avx512f") ? 4 * NARROWEST
                : features.contains("avx") || features.contains("avx2") ? 2 * NARROWEST : NARROWEST;
    }

    private CpuPerformance performance(SectionReader unclocked, long l1, long l2) {
        List<NpuMachine.OperatingPoint> points = ProfileReader.points(unclocked, sink);
        SectionReader s = unclocked.at(points.getFirst().hertz());
        List<CpuPerformance.Product> products = s.each("pair").stream().map(p -> new CpuPerformance.Product(
                p.labels().get(0), p.labels().get(1), p.number("throughput"), p.number("energy"))).toList();
        List<CpuPerformance.Cache> caches = new ArrayList<>();
        for (SectionReader c : s.each("cache")) {
            caches.add(cache(c, l1, l2));
        }
        caches.sort(java.util.Comparator.comparing(CpuPerformance.Cache::level));
        return new CpuPerformance(points, products, s.number("issue"), caches,
                ProfileReader.externalMemory(s.section("dram")), ProfileReader.control(s.section("core")));
    }

    private CpuPerformance.Cache cache(SectionReader c, long l1, long l2) {
        String level = c.labels().getFirst();
        boolean outer = level.equals("l3");
        if (outer != c.has("size")) {
            sink.report(outer ? ProfileDiagnostic.MISSING_KEY : ProfileDiagnostic.CONTRADICTION, c.location(),
                    outer ? "'size' is missing in section 'cache l3'" : "the size of " + level
                            + " is stated by cpu." + level + "; remove 'size' here");
        }
        long bytes = level.equals("l1") ? l1 : level.equals("l2") ? l2 : c.has("size") ? (long) c.number("size") : 0;
        return new CpuPerformance.Cache(level, bytes, c.number("bandwidth"), c.number("latency"), c.number("energy"));
    }
}
