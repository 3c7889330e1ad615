package quantwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.compiler.search.CostTable;
import quantwright.compiler.search.LossTable;
import quantwright.compiler.search.Tables;
import quantwright.compiler.sensitivity.SensitivityResults;

/** {@code qw search} and {@code qw compile --plan} on the built-in model. */
class SearchVerbTest {
    @TempDir
    static Path folder;
    private static Demo demo;
    private static Path found;
    private static Command first;

    @BeforeAll
    static void search() throws IOException {
        demo = Demo.in(folder);
        found = folder.resolve("found");
        first = Command.ok(arguments("size<=24KiB", found));
    }

    private static Object[] arguments(String budget, Path output, Object... more) {
        List<Object> all = new ArrayList<>(List.of("search", demo.model(), "--profile", "x86-avx2", "--calibrate",
                demo.calibration(), "--samples", 16, "--loss-samples", 8, "--precisions", "w8a8,w4a8,float", "--rounds", 20,
                "--data", demo.test(), "--limit", 40, "--front", 4, "--preprocess", Demo.PREPROCESSING,
                "--budget", budget, "-o", output));
        List<Object> last = List.of(more);
        if (last.contains("--profile")) {
            all.set(all.indexOf("x86-avx2"), last.get(last.indexOf("--profile") + 1));
            last = new ArrayList<>(last);
            last.subList(last.indexOf("--profile"), last.indexOf("--profile") + 2).clear();
        }
        all.addAll(more.length > 0 ? last : List.of("--verify", 2));
        return all.toArray();
    }

    private static Map<String, String> texts(Path of) throws IOException {
        Map<String, String> texts = new TreeMap<>();
        try (var files = Files.list(of)) {
            for (Path file : files.toList()) {
                texts.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        return texts;
    }

    @Test
    void writesAProvenPlanThatCompiles() throws IOException {
        assertTrue(first.out().contains("gap 0"), first.out());
        String plan = Files.readString(found.resolve("best.plan"));
        assertTrue(plan.startsWith("quantwright-plan 1\n# glyphs.onnx for x86-avx2\n"), plan);
        assertTrue(plan.contains(" w4a8"), plan);
        Path artifact = folder.resolve("artifact");
        Command compiled = Command.ok("compile", demo.model(), "--profile", "x86-avx2", "--calibrate", demo.calibration(),
                "--samples", 16, "--preprocess", Demo.PREPROCESSING, "--plan", found.resolve("best.plan"), "-o", artifact);
        assertEquals("", compiled.err());
        assertTrue(Files.readString(artifact.resolve("model.qir")).contains("i4"), "weights of 4 bits");
        assertTrue(Files.size(artifact.resolve("model.qdata")) < 40 * 1024, "float weights are not kept");
        stepsAreExplained(artifact, plan);
    }

    /** {@code qw explain}: each layer's kernels and its price, as the plan states them. */
    private static void stepsAreExplained(Path artifact, String plan) {
        String all = Command.ok("explain", artifact).out();
        Command one = Command.ok("explain", artifact, "--node", "logits", "--search", found);
        assertTrue(all.lines().anyMatch(l -> l.contains("logits")), all);
        assertTrue(one.out().contains("chosen   ") && one.out().contains("refused  ") || one.out().contains("behind   "),
                one.out());
        String line = plan.lines().filter(l -> l.startsWith("layer \"logits\"")).findFirst().orElseThrow();
        String precision = line.split("\\s+")[2];
        assertTrue(one.out().contains("layer logits is " + precision), one.out() + line);
        assertTrue(one.out().lines().anyMatch(l -> l.strip().startsWith("> " + precision) && l.contains("+0 B")), one.out());
        assertTrue(one.out().contains("float"), one.out());
        Command wrong = Command.run("explain", artifact, "--node", "logit");
        assertEquals(1, wrong.status());
        assertTrue(wrong.err().contains("error[QW-C0114]") && wrong.err().contains("did you mean 'logits'?"), wrong.err());
        assertEquals(1, Command.run("explain", artifact, "--node", "logits", "--search", artifact).status());
        assertEquals(1, Command.run("explain", demo.model()).status());
    }

    @Test
    void theSameTablesGiveTheSameBytesAndNothingIsMeasuredTwice() throws IOException {
        Path again = folder.resolve("again");
        Files.createDirectories(again);
        for (String table : List.of("costs.json", "sensitivity.json")) {
            Files.copy(found.resolve(table), again.resolve(table));
        }
        Command.ok(arguments("size<=24KiB", again));
        Map<String, String> one = texts(found);
        Map<String, String> two = texts(again);
        assertEquals(one.keySet(), two.keySet());
        assertEquals(one, two);
    }

    @Test
    void anInterruptedSearchGoesOnFromWhatItMeasured() throws IOException {
        Path half = folder.resolve("half");
        Files.createDirectories(half);
        Files.copy(found.resolve("costs.json"), half.resolve("costs.json"));
        List<String> lines = Files.readAllLines(found.resolve("sensitivity.json"));
        // As it is after half of the rows, one of them marked.
        List<String> kept = new ArrayList<>(lines.subList(0, lines.size() / 2));
        int last = kept.size() - 1;
        kept.set(last, kept.get(last).replaceFirst("\"flipped\":\"[^\"]*\"", "\"flipped\":\"77.0\"")
                .replaceFirst(",$", "") + "]}");
        assertTrue(kept.get(last).contains("77.0"), kept.get(last));
        Files.write(half.resolve("sensitivity.json"), kept);
        Command.ok(arguments("size<=24KiB", half, "--verify", 0));
        List<String> whole = Files.readAllLines(half.resolve("sensitivity.json"));
        assertEquals(lines.size(), whole.size());
        assertTrue(String.join("", whole).contains("\"77.0\""), "measured again");
        assertEquals(-1, Files.mismatch(found.resolve("losses.json"), half.resolve("losses.json")));
    }

    @Test
    void uniformPlansAreExpectedToLoseWhatTheyWereMeasuredTo() throws IOException {
        SensitivityResults measured = SensitivityResults.read(found.resolve("sensitivity.json"));
        LossTable losses = Tables.read(found.resolve("losses.json"), LossTable.class, LossTable.FORMAT);
        for (String precision : List.of("w8a8", "w4a8")) {
            double sum = losses.rows().stream().filter(r -> r.precision().equals(precision))
                    .mapToDouble(LossTable.Row::loss).sum();
            assertEquals(measured.compiled().get(precision), sum, 1e-12);
        }
        assertTrue(measured.compiled().get("w4a8") > measured.compiled().get("w8a8"), measured.compiled().toString());
    }

    @Test
    void measuredTablesAreTakenByTheSearch() throws IOException {
        Path table = folder.resolve("table.json");
        Command made = Command.ok("profile", "measure", demo.model(), "--profile", "x86-avx2", "--calibrate",
                demo.calibration(), "--samples", 16, "--precisions", "w8a8,w4a8,float", "--rounds", 5, "--preprocess",
                Demo.PREPROCESSING, "-o", table);
        assertTrue(made.out().contains("least of 5 rounds"), made.out());
        Path with = folder.resolve("with");
        Command.ok(arguments("size<=24KiB", with, "--verify", 0, "--costs", table, "--sensitivity",
                found.resolve("sensitivity.json")));
        assertTrue(Files.readString(with.resolve("best.plan")).contains("costs      sha256:" + Tables.hash(Tables.read(table,
                CostTable.class, CostTable.FORMAT))));
    }

    @Test
    void aMeasurementThatIsInterruptedGoesOn() throws Exception {
        Path table = folder.resolve("broken.json");
        Path unfinished = folder.resolve("broken.json.unfinished");
        Object[] arguments = {"profile", "measure", demo.model(), "--profile", "x86-avx2", "--calibrate", demo.calibration(),
            "--samples", 4, "--precisions", "w8a8,w4a8", "--rounds", 100_000, "--preprocess", Demo.PREPROCESSING, "-o", table};
        Command[] broken = new Command[1];
        Thread thread = new Thread(() -> broken[0] = Command.run(arguments));
        thread.start();
        while (thread.isAlive() && !Files.exists(unfinished)) {
            Thread.sleep(2);
        }
        thread.interrupt();
        thread.join();
        assertEquals(130, broken[0].status(), broken[0].err());
        assertTrue(Files.exists(unfinished) && !Files.exists(table));
        // One round is left, and what was measured is marked: times no program can have.
        String kept = Files.readString(unfinished).replaceFirst("\"rounds\" : \\d+", "\"rounds\" : 99999")
                .replaceAll("\\d+\\.\\d+", "1.0");
        Files.writeString(unfinished, kept.substring(0, kept.length() / 2));
        assertTrue(Command.run(arguments).err().contains("error[QW-A0112]"));
        Files.writeString(unfinished, kept);
        Command.ok(arguments);
        CostTable made = Tables.read(table, CostTable.class, CostTable.FORMAT);
        long sum = made.layers().stream().mapToLong(l -> l.choices().getFirst().picoseconds()).sum();
        assertTrue(sum < 2000, "measured again: " + sum + " ps");
        assertFalse(Files.exists(unfinished));
        // The same of another chip is no start.
        Files.writeString(unfinished, kept);
        arguments[4] = "x86-avx512-vnni";
        arguments[12] = 20;
        Command.ok(arguments);
        long other = Tables.read(table, CostTable.class, CostTable.FORMAT).layers().stream().mapToLong(l -> l.choices()
                .getFirst().picoseconds()).sum();
        assertTrue(other > 100_000, other + " ps");
    }

    /** A search for fewest bit operations, which few bits win whatever they cost. */
    private static Command fewestBits(Path costs, Path output) {
        return Command.ok(arguments("drop<=50%", output, "--verify", 0, "--minimize", "bops", "--costs", costs,
                "--sensitivity", found.resolve("sensitivity.json")));
    }

    @Test
    void int8IsReturnedWhereTheMixedPlanIsNeitherFasterNorSmaller() throws IOException {
        CostTable costs = Tables.read(found.resolve("costs.json"), CostTable.class, CostTable.FORMAT);
        List<CostTable.LayerCosts> layers = new ArrayList<>();
        for (CostTable.LayerCosts layer : costs.layers()) {
            CostTable.ChoiceCosts int8 = layer.choices().getFirst();
            assertEquals("w8a8", int8.precision());
            layers.add(new CostTable.LayerCosts(layer.name(), layer.parameters(), layer.macs(), layer.choices().stream()
                    .map(c -> c.precision().equals("w4a8") ? new CostTable.ChoiceCosts(c.precision(), int8.picoseconds() + 1,
                    0, int8.bytes(), c.bitOperations(), 0) : c).toList()));
        }
        Path slow = folder.resolve("slow.json");
        Tables.write(slow, Tables.text(new CostTable(costs.format(), costs.model(), costs.profile(), costs.profileHash(),
                "by hand", false, costs.precisions(), layers, costs.boundaries(), costs.ties(), costs.otherBytes(),
                costs.arena())));
        Path simple = folder.resolve("simple");
        Command returned = fewestBits(slow, simple);
        assertTrue(returned.out().contains("returned uniform int8: the mixed plan is predicted neither faster"),
                returned.out());
        assertFalse(layerLines(simple).contains("w4a8"), layerLines(simple));
        assertTrue(layerLines(simple).contains("w8a8"), layerLines(simple));
        Path mixed = folder.resolve("mixed");
        Command shipped = fewestBits(found.resolve("costs.json"), mixed);
        assertFalse(shipped.out().contains("returned uniform int8"), shipped.out());
        assertTrue(layerLines(mixed).contains("w4a8"), layerLines(mixed));
    }

    private static String layerLines(Path search) throws IOException {
        return String.join("\n", Files.readAllLines(search.resolve("best.plan")).stream().filter(l -> l.startsWith("layer "))
                .toList());
    }

    @Test
    void energyIsRefusedBeforeAnythingIsMeasured() {
        Path none = folder.resolve("none");
        Command c = Command.run(arguments("energy<=1uJ", none));
        assertEquals(1, c.status());
        assertTrue(c.err().contains("error[QW-A0105]") && c.err().contains("states no performance of its cpu"), c.err());
        assertFalse(Files.exists(none));
    }

    @Test
    void plansAreCostedOnOtherChips() throws IOException {
        Path other = folder.resolve("other");
        Command c = Command.ok(arguments("energy<=1J", other, "--verify", 0, "--profile", "cortex-a76", "--minimize", "loss",
                "--across", "cortex-a76,npu-edge-4bit", "--sensitivity", found.resolve("sensitivity.json")));
        assertTrue(c.out().contains("simulated"), c.out());
        String json = Files.readString(other.resolve("matrix.json"));
        assertTrue(json.contains("\"cortex-a76\",\"npu-edge-4bit\"") || json.contains("npu-edge-4bit"), json);
        CostTable arm = Tables.read(other.resolve("costs-cortex-a76.json"), CostTable.class, CostTable.FORMAT);
        assertTrue(arm.energy());
        long[] times = new long[3];
        for (CostTable.LayerCosts layer : arm.layers()) {
            assertTrue(layer.choices().stream().allMatch(x -> x.picoseconds() > 0 && x.femtojoules() > 0), layer.toString());
            for (int p = 0; p < times.length; p++) {
                times[p] += layer.choices().get(p).picoseconds();
            }
        }
        assertTrue(times[2] > times[0] && times[1] >= times[0], "float slower than int8, unpacking no gain: "
                + java.util.Arrays.toString(times));
    }

    @Test
    void budgetsThatConflictAreNamed() {
        Command c = Command.run(arguments("size<=1KiB,bops<=900G", found, "--verify", 0));
        assertEquals(1, c.status());
        assertTrue(c.err().contains("error[QW-A0104]: size<=1.000 KiB"), c.err());
        assertTrue(c.err().contains("the least size attainable is "), c.err());
        assertFalse(c.err().contains("bops"), c.err());
    }

    @Test
    void badPlansAreRefused() throws IOException {
        String plan = Files.readString(found.resolve("best.plan"));
        String layer = plan.lines().filter(l -> l.startsWith("layer ")).findFirst().orElseThrow().split("\"")[1];
        Command missing = compileWith(plan.replace('"' + layer + '"', '"' + layer + "x\""));
        assertTrue(missing.err().contains("error[QW-A0109]"), missing.err());
        assertTrue(missing.err().contains("did you mean '" + layer + "'?"), missing.err());
        Command illegal = compileWith("quantwright-plan 1\nlayer \"" + layer + "\" w3a8\n");
        assertTrue(illegal.err().contains("a.plan:2"), illegal.err());
        assertTrue(illegal.err().contains("did you mean 'w4a8'?"), illegal.err());
        assertTrue(compileWith("precision: 4\n").err().contains("error[QW-A0108]"));
        Command another = Command.run("compile", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate",
                demo.calibration(), "--samples", 2, "--preprocess", Demo.PREPROCESSING, "--plan",
                found.resolve("best.plan"), "--to", "quantize");
        assertTrue(another.err().contains("warning[QW-A0111]"), another.err());
    }

    @Test
    void groupsThatTheChipHasNoScalesForAreRefused() throws IOException {
        String plan = "quantwright-plan 1\ndefault w4g32a8\n";
        Command none = compileWith(plan, "npu-edge-4bit");
        assertTrue(none.err().contains("error[QW-A0110]") && none.err().contains("nearest: w4a8"), none.err());
        Path profile = Files.writeString(folder.resolve("groups.qhw"), """
                qhw 1
                profile groups extends npu-edge-4bit {
                    quantization { weights per-group; group 64 source assumed "test"; }
                }
                """);
        Command others = compileWith(plan, profile.toString());
        assertTrue(others.err().contains("at w4g32a8") && others.err().contains("nearest: w4g64a8"), others.err());
        assertTrue(others.err().contains("w4g128a8, w4g256a8"), others.err());
    }

    private static Command compileWith(String plan) throws IOException {
        return compileWith(plan, "x86-avx2");
    }

    private static Command compileWith(String plan, String profile) throws IOException {
        Path file = Files.writeString(folder.resolve("a.plan"), plan);
        Path output = folder.resolve("refused");
        Command c = Command.run("compile", demo.model(), "--profile", profile, "--calibrate", demo.calibration(),
                "--preprocess", Demo.PREPROCESSING, "--plan", file, "-o", output);
        assertEquals(1, c.status(), c.err());
        assertFalse(Files.exists(output));
        return c;
    }

    @Test
    void aTableOfAnotherProfileIsRefused() {
        Command c = Command.run("search", demo.model(), "--profile", "x86-avx512-vnni", "--calibrate", demo.calibration(),
                "--samples", 2, "--precisions", "w8a8,w4a8,float", "--preprocess", Demo.PREPROCESSING, "--costs",
                found.resolve("costs.json"), "-o", folder.resolve("none"));
        assertEquals(1, c.status());
        assertTrue(c.err().contains("error[QW-A0112]"), c.err());
    }

    @Test
    void optionsAreChecked() {
        for (List<Object> bad : List.<List<Object>>of(List.of("--budget", "latancy<=1ms"), List.of("--minimize", "size"),
                List.of("--precisions", "w3a8"), List.of("--rounds", 0), List.of("--verify", -1), List.of("--samples", 0),
                List.of("--loss-samples", 0), List.of("--limit", 0), List.of("--budget", "size<=1KiB,size<=2KiB"),
                List.of("--budget", "drop<=1"), List.of("--across", "cortex-a35"), List.of("--profile", "x86-avx"),
                List.of("--budget", "latency<=1ms", "--minimize", "energie"))) {
            List<Object> all = new ArrayList<>(List.of("search", demo.model(), "--calibrate", demo.calibration(), "-o",
                    folder.resolve("none")));
            all.addAll(bad);
            Command c = Command.run(all.toArray());
            assertEquals(1, c.status(), c.err());
            assertTrue(c.err().contains("hint: ") && !c.err().contains("\tat "), c.err());
            assertFalse(Files.exists(folder.resolve("none")), bad.toString());
        }
    }

    @Test
    void damagedFilesAndFoldersThatCannotBeWrittenAreRefusedBeforeAnythingIsMeasured() throws IOException {
        String costs = Files.readString(found.resolve("costs.json"));
        Path edited = folder.resolve("edited.json");
        for (String bad : List.of("", costs.substring(0, costs.length() / 2), costs.replace("\"format\" : 2", "\"format\" : 1"),
                costs.replaceFirst("\"picoseconds\" : ", "\"picoseconds\" : -"), costs.replaceFirst("\"first\" : \\d+",
                "\"first\" : 99"), costs.replaceFirst("\"choices\" : \\[", "\"choices\" : null, \"x\" : ["))) {
            Files.writeString(edited, bad);
            Path output = folder.resolve("nothing");
            Command c = Command.run(arguments("size<=24KiB", output, "--verify", 0, "--costs", edited));
            assertEquals(1, c.status(), c.err());
            assertTrue(c.err().contains("edited.json") && c.err().contains("error[QW-A0112]"), c.err());
            assertFalse(Files.exists(output), bad);
        }
        for (Path output : List.of(demo.model(), demo.model().resolve("below"))) {
            Command c = Command.run(arguments("size<=24KiB", output, "--verify", 0));
            assertEquals(1, c.status(), c.err());
            assertTrue(c.err().contains("error[QW-C0105]"), c.err());
        }
        Object[] absent = arguments("size<=24KiB", folder.resolve("nothing"), "--verify", 0);
        absent[List.of(absent).indexOf("--data") + 1] = folder.resolve("absent");
        Command data = Command.run(absent);
        assertTrue(data.status() == 1 && data.err().contains("error[QW-D0101]"), data.err());
        assertFalse(Files.exists(folder.resolve("nothing")));
    }
}
