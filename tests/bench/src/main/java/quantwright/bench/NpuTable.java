package quantwright.bench;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.npu.NpuRun;
import quantwright.tests.npu.OracleComparison;

/**
 * Every model of the catalogue on NPU profiles: cycles, utilisation, energy and power by the event-driven engine, and the
 * bytes in which the functional engine's maps differ from the interpreter's. Arguments: {@code [--only REGEX]} of model
 * ids; {@code [--profiles A,B]}.
 */
public final class NpuTable {
    private NpuTable() {
    }

    /** Prints Markdown, each row as soon as it is known. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "profiles");
        Pattern only = Pattern.compile(arguments.text("only", ""));
        Quantwright driver = Quantwright.discover();
        List<HardwareProfile> profiles = Arrays.stream(arguments.text("profiles", String.join(",", NpuRun.PROFILES))
                .split(",")).map(driver.profiles()::find).toList();
        OracleComparison oracle = new OracleComparison();
        System.out.println("Batch 1, nominal operating point. Utilisation: multiply-accumulates of the layers' definitions"
                + " over the array's peak in the cycles. Energy and average power are the NPU's and its memories', not the"
                + " host's. Differing bytes: all maps in memory and all outputs, one sample, against the interpreter.\n");
        System.out.println("| model | profile | cycles | utilisation | energy, uJ | average power, mW | compile, s"
                + " | timing, s | functional, s | layers | pools in products | on the host | maps | differing bytes |");
        System.out.println("|---|---|" + "---:|".repeat(9) + "---|---:|---:|");
        for (CatalogueModel entry : ModelCatalogue.load().all()) {
            if (Files.exists(entry.path()) && ModelCatalogue.absent(entry).isEmpty() && only.matcher(entry.id()).find()) {
                model(driver, entry, profiles, oracle);
            }
        }
        System.out.println();
        System.out.println("Cost oracle against the simulator: " + oracle.figures());
    }

    private static void model(Quantwright driver, CatalogueModel entry, List<HardwareProfile> profiles,
            OracleComparison oracle) throws Exception {
        IntegerModels models = new IntegerModels(driver, entry);
        NpuRun.Expected expected = null;
        Model interpreted = null;
        for (HardwareProfile profile : profiles) {
            Model model = models.of(profile);
            if (model != interpreted) {
                expected = NpuRun.Expected.of(model, models.sample());
                interpreted = model;
            }
            NpuRun run = NpuRun.of(model, profile);
            oracle.add(entry.id(), model.graph(), run);
            NpuRun.Comparison comparison = run.compare(models.sample(), expected);
            System.out.println(row(entry.id(), run, comparison, run.mergedPools(model.graph())));
        }
    }

    private static String row(String id, NpuRun run, NpuRun.Comparison comparison, String pools) {
        String host = run.host().entrySet().stream().map(e -> counted(e.getValue()) + ": " + e.getKey())
                .collect(Collectors.joining("; "));
        String maps = comparison.maps() + (comparison.unknown().isEmpty() ? "" : " (" + comparison.unknown().size()
                + " not compared)");
        return String.format(Locale.ROOT, "| %s | %s | %,d | %.1f %% | %,.1f | %.1f | %.2f | %.2f | %.2f | %d | %s | %s | %s"
                + " | %d |", id, run.profile().id(), run.cycles(), 100 * run.utilisation(), 1e6 * run.joules(),
                1e3 * run.watts(), run.compileSeconds(), run.timingSeconds(), comparison.seconds(), run.layers(), pools, host,
                maps, comparison.differing());
    }

    private static String counted(List<String> ops) {
        Map<String, Long> counts = ops.stream().collect(Collectors.groupingBy(o -> o, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream().map(e -> e.getValue() == 1 ? e.getKey() : e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }
}
