package quantwright.profiles;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.diag.DiagnosticSink;

/** Gives a parsed profile its meaning: checks keys, kinds and units, and builds the records. */
final class ProfileReader {
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final List<String> TOP = List.of("summary", "cpu", "quantization");
    private static final List<String> CPU = List.of("isa", "tune", "features", "vector", "l1", "l2");
    private static final List<String> ISAS = List.of("x86_64", "aarch64", "jvm");
    private static final List<String> QUANTIZATION = List.of("arithmetic", "weights", "weight-zero-points",
            "activation-zero-points");
    private final DiagnosticSink sink;

    ProfileReader(DiagnosticSink sink) {
        this.sink = sink;
    }

    /** The profile of a resolved section tree; problems go to the sink. */
    HardwareProfile read(String id, ProfileSection root, String hash) {
        root.allowOnly(TOP, sink);
        String summary = text(root, "summary");
        Optional<CpuMachine> cpu = root.section("cpu").map(this::cpu);
        if (cpu.isEmpty()) {
            sink.report(ProfileDiagnostic.MISSING_KEY, root.location(), "section 'cpu' is missing");
        }
        ProfileSection rules = root.section("quantization").orElse(null);
        if (rules == null) {
            sink.report(ProfileDiagnostic.MISSING_KEY, root.location(), "section 'quantization' is missing");
            return new HardwareProfile(id, summary, cpu, new QuantizationRules("f32", true, false, true), hash);
        }
        return new HardwareProfile(id, summary, cpu, quantization(rules), hash);
    }

    private CpuMachine cpu(ProfileSection s) {
        s.allowOnly(CPU, sink);
        List<String> features = s.entry("features").map(e -> e.values().stream().map(ProfileSection.Item::text).toList())
                .orElse(List.of());
        return new CpuMachine(choice(s, "isa", ISAS), text(s, "tune"), features,
                (int) quantity(s, "vector", Map.of("bit", 1L)), quantity(s, "l1", BYTES), quantity(s, "l2", BYTES));
    }

    private QuantizationRules quantization(ProfileSection s) {
        s.allowOnly(QUANTIZATION, sink);
        List<String> presets = java.util.Arrays.stream(ArithmeticPreset.values()).map(ArithmeticPreset::text).toList();
        return new QuantizationRules(choice(s, "arithmetic", presets),
                choice(s, "weights", List.of("per-channel", "per-tensor")).equals("per-channel"),
                choice(s, "weight-zero-points", List.of("yes", "no")).equals("yes"),
                choice(s, "activation-zero-points", List.of("yes", "no")).equals("yes"));
    }

    private Optional<ProfileSection.Item> single(ProfileSection s, String key) {
        Optional<ProfileSection.Entry> entry = s.entry(key);
        if (entry.isEmpty()) {
            sink.report(ProfileDiagnostic.MISSING_KEY, s.location(), "'" + key + "' is missing in this section");
            return Optional.empty();
        }
        if (entry.get().values().size() != 1) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, entry.get().location(), "'" + key + "' takes one value");
            return Optional.empty();
        }
        return Optional.of(entry.get().values().getFirst());
    }

    private String text(ProfileSection s, String key) {
        return single(s, key).map(ProfileSection.Item::text).orElse("");
    }

    private String choice(ProfileSection s, String key, List<String> choices) {
        Optional<ProfileSection.Item> item = single(s, key);
        if (item.isPresent() && !choices.contains(item.get().text())) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, item.get().location(), "'" + key + "' is one of "
                    + String.join(", ", choices), "did you mean '" + Names.nearest(item.get().text(), choices) + "'?");
        }
        return item.map(ProfileSection.Item::text).filter(choices::contains).orElse(choices.getFirst());
    }

    private long quantity(ProfileSection s, String key, Map<String, Long> units) {
        Optional<ProfileSection.Item> item = single(s, key);
        if (item.isEmpty()) {
            return 0;
        }
        Long factor = units.get(item.get().unit());
        if (!item.get().isNumber() || factor == null) {
            sink.report(item.get().isNumber() ? ProfileDiagnostic.WRONG_UNIT : ProfileDiagnostic.WRONG_VALUE,
                    item.get().location(), "'" + key + "' takes a number in " + String.join(", ",
                            units.keySet().stream().sorted().toList()));
            return 0;
        }
        double value = Double.parseDouble(item.get().text()) * factor;
        if (value <= 0 || value != Math.rint(value) || value > 1L << 50) {
            sink.report(ProfileDiagnostic.WRONG_VALUE, item.get().location(), "'" + key + "' is a positive whole number");
        }
        return (long) value;
    }
}
