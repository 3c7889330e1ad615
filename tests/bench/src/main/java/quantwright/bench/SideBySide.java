package quantwright.bench;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import quantwright.bench.Contenders.Kind;
import quantwright.bench.Rounds.Times;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Latency of each catalogue model beside ONNX Runtime and TensorFlow Lite, one thread each, taking turns in one
 * process. Arguments: {@code [--seconds S]} for each model, default 10; {@code [--only REGEX]} of model ids;
 * {@code [--compile none|one|all]} for which models compile times follow, default {@code one}: MobileNetV2.
 */
public final class SideBySide {
    private static final String COMPILED = "mobilenet-v2-int8";

    private SideBySide() {
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "seconds", "only", "compile");
        double seconds = arguments.number("seconds", 10);
        Pattern only = Pattern.compile(arguments.text("only", ""));
        System.out.printf("One thread, batch 1, %s, profile %s; fastest (median) of measurements in turns, in us. Our"
                + " int8 is by the standard recipe (models without data are calibrated on noise, for speed alone);"
                + " `.tflite` is the file's own quantization. ONNX Runtime int8 runs our export of the same integer models,"
                + " the faster of onnx-qdq and onnx-qoperator.%n%n", Host.processor(), Host.profile().id());
        System.out.println("| model | " + String.join(" | ", columns())
                + " | ours int8 : f32 | ours : best peer | GMAC/s | of `vpdpbusd` peak |");
        System.out.println("|---|" + "---:|".repeat(columns().size() + 4));
        List<String> notes = new ArrayList<>();
        for (var group : groups().entrySet()) {
            List<CatalogueModel> chosen = group.getValue().stream().filter(m -> Files.exists(m.path()))
                    .filter(m -> only.matcher(m.id()).find()).toList();
            if (!chosen.isEmpty()) {
                row(group.getKey(), chosen, seconds, notes);
            }
        }
        System.out.println();
        notes.forEach(n -> System.out.println("- " + n));
        String compile = arguments.text("compile", "one");
        if (!compile.equals("none")) {
            System.out.println();
            CompileTable.main(compile.equals("all") ? new String[0] : new String[] {"--only", COMPILED});
        }
    }

    /** The kinds by name; those of one name share a column, which shows the fastest. */
    private static List<String> columns() {
        return Stream.of(Kind.values()).map(Kind::toString).distinct().toList();
    }

    /** Float and int8 files of one network, by its name. */
    private static Map<String, List<CatalogueModel>> groups() {
        Map<String, List<CatalogueModel>> groups = new LinkedHashMap<>();
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            groups.computeIfAbsent(model.id().replaceFirst("-(fp32|int8)$", ""), _ -> new ArrayList<>()).add(model);
        }
        return groups;
    }

    private static void row(String name, List<CatalogueModel> models, double seconds, List<String> notes)
            throws Exception {
        try (Contenders contenders = new Contenders(); VnniPeak peak = Host.hasVnni() ? new VnniPeak() : null) {
            models.forEach(contenders::addAll);
            notes.addAll(contenders.notes());
            Rounds rounds = new Rounds();
            contenders.actions().forEach((kind, action) -> rounds.add(kind.name(), action));
            if (peak != null) {
                rounds.add("peak", peak::run);
            }
            Map<String, Times> measured = rounds.measure(seconds);
            Map<Kind, Times> times = new LinkedHashMap<>();
            contenders.actions().keySet().forEach(kind -> times.put(kind, measured.get(kind.name())));
            StringBuilder row = new StringBuilder("| " + name);
            for (String column : columns()) {
                Times t = times.entrySet().stream().filter(e -> e.getKey().toString().equals(column))
                        .map(Map.Entry::getValue).min(Comparator.comparingDouble(Times::min)).orElse(null);
                row.append(" | ").append(t == null ? "" : String.format("%s (%s)", micros(t.min()),
                        micros(t.median())));
            }
            row.append(ratios(times));
            Optional<Kind> integer = Stream.of(Kind.OURS_INT8, Kind.OURS_FILE).filter(times::containsKey).findFirst();
            if (integer.isPresent()) {
                double rate = contenders.macs(integer.get()).orElseThrow() / times.get(integer.get()).min();
                row.append(String.format(" | %.1f | ", rate));
                row.append(peak == null ? "" : String.format("%.0f %%",
                        100 * rate * measured.get("peak").min() / VnniPeak.macs()));
            } else {
                row.append(" | | ");
            }
            System.out.println(row + " |");
        }
    }

    /** Our fastest int8 time by our float time, and our fastest time by the fastest peer's. */
    private static String ratios(Map<Kind, Times> times) {
        double real = least(times, List.of(Kind.OURS_FLOAT));
        double integer = least(times, List.of(Kind.OURS_INT8, Kind.OURS_FILE));
        double ours = Math.min(real, integer);
        double peer = least(times, Stream.of(Kind.values()).filter(k -> !k.ours()).toList());
        return " | " + ratio(integer, real) + " | " + ratio(ours, peer);
    }

    private static double least(Map<Kind, Times> times, List<Kind> of) {
        return of.stream().filter(times::containsKey).mapToDouble(k -> times.get(k).min()).min()
                .orElse(Double.POSITIVE_INFINITY);
    }

    private static String ratio(double a, double b) {
        return Double.isInfinite(a) || Double.isInfinite(b) ? "" : String.format("%.2f", a / b);
    }

    /** Nanoseconds in us. */
    static String micros(double nanos) {
        double us = nanos / 1e3;
        return String.format(us < 10 ? "%.2f" : us < 1000 ? "%.1f" : "%.0f", us);
    }
}
