package quantwright.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Executor;
import quantwright.ir.Graph;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Compile time from model file to loaded code, by phase, and peak memory: each model in a JVM of its own that has done
 * nothing before. Argument: {@code [--only REGEX]} of model ids.
 */
public final class CompileTable {
    private CompileTable() {
    }

    /** Prints a Markdown table. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "one");
        String one = arguments.text("one", "");
        if (!one.isEmpty()) {
            System.out.println(row(one));
            return;
        }
        Pattern only = Pattern.compile(arguments.text("only", ""));
        System.out.println("Milliseconds in a fresh JVM, its start included in the total; peak resident memory in"
                + " MiB.\n");
        System.out.println("| model | import | normalize | lower | LLVM | link | load | total | peak memory |");
        System.out.println("|---|" + "---:|".repeat(8));
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            if (Files.exists(model.path()) && only.matcher(model.id()).find()) {
                child(model.id());
            }
        }
    }

    private static void child(String id) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:-UsePerfData", "--enable-native-access=ALL-UNNAMED"));
        System.getProperties().stringPropertyNames().stream().filter(n -> n.startsWith("quantwright.")).sorted()
                .forEach(n -> command.add("-D" + n + "=" + System.getProperty(n)));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), CompileTable.class.getName(), "--one",
                id));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String row = new String(process.getInputStream().readAllBytes(),
                java.nio.charset.StandardCharsets.UTF_8).strip();
        System.out.println(process.waitFor() == 0 ? row : "| " + id + " | failed, see the messages |" + " |".repeat(7));
    }

    private static String row(String id) {
        CatalogueModel model = ModelCatalogue.load().get(id);
        Map<String, Long> ends = new LinkedHashMap<>();
        long start = System.nanoTime();
        Graph graph = Pipeline.read(model.path());
        ends.put("import", System.nanoTime());
        Pipeline.normalize(graph);
        ends.put("normalize", System.nanoTime());
        CompiledModel compiled = Host.backend().compile(new CompileRequest(graph, Host.profile(), "model",
                (activity, done, total) -> ends.put("compiled " + done, System.nanoTime())));
        long built = System.nanoTime();
        try (Executor executor = Host.backend().load(compiled)) {
            long loaded = System.nanoTime();
            long alive = ProcessHandle.current().info().startInstant()
                    .map(i -> System.currentTimeMillis() - i.toEpochMilli()).orElseThrow();
            return String.format("| %s | %.0f | %.0f | %.0f | %.0f | %.0f | %.0f | %d | %.0f |", id,
                    (ends.get("import") - start) / 1e6, (ends.get("normalize") - ends.get("import")) / 1e6,
                    (ends.get("compiled 1") - ends.get("normalize")) / 1e6,
                    (ends.get("compiled 2") - ends.get("compiled 1")) / 1e6, (built - ends.get("compiled 2")) / 1e6,
                    (loaded - built) / 1e6, alive, executor.bind().isPresent() ? Host.peakMemory() : 0);
        }
    }
}
