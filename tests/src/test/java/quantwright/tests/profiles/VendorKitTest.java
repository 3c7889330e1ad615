package quantwright.tests.profiles;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;
import quantwright.compiler.data.NpyFile;
import quantwright.compiler.data.NumericArray;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.QirParser;

/** What a chip vendor is given: templates, importers, test vectors. */
class VendorKitTest {
    @TempDir
    private Path folder;

    /** A command run in this process. */
    private record Ran(int status, String out, String err) {
    }

    private static Ran qw(Object... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true,
                StandardCharsets.UTF_8), Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static long missing(Ran ran) {
        return ran.err().lines().filter(l -> l.contains("error[QW-H0106]")).count();
    }

    @Test
    void aTemplateIsRefusedKeyByKeyUntilItIsFilled() throws IOException {
        for (String kind : List.of("npu", "x86", "arm")) {
            Path file = folder.resolve("chip-" + kind + ".qhw");
            Ran made = qw("profile", "new", "chip-" + kind, "--template", kind, "-o", file);
            assertEquals(0, made.status(), made.err());
            Ran checked = qw("profile", "check", file);
            assertEquals(1, checked.status());
            assertTrue(made.out().contains(": " + missing(checked) + " keys to fill"), made.out() + checked.err());
            Ran again = qw("profile", "new", "chip-" + kind, "--template", kind, "-o", file);
            assertEquals(1, again.status());
            assertTrue(again.err().contains("QW-U0104"), again.err());
        }
        assertTrue(qw("profile", "new", "chip", "--template", "dsp").err().contains("QW-U0101"));
    }

    @Test
    void aFilledTemplatePasses() throws IOException {
        Path file = folder.resolve("filled.qhw");
        assertEquals(0, qw("profile", "new", "filled", "-o", file).status());
        StringBuilder filled = new StringBuilder();
        for (String line : Files.readString(file).lines().toList()) {
            int at = line.indexOf("# fill: ");
            filled.append(at < 0 ? line : fill(line.substring(at + 8, line.indexOf(';') + 1))).append('\n');
        }
        Files.writeString(file, filled.toString());
        Ran checked = qw("profile", "check", file);
        assertEquals(0, checked.status(), checked.err());
    }

    /** The first choice, or 64 in the first unit. */
    private static String fill(String entry) {
        String value = entry.replace(" N", " 64").replaceAll("\\|[^ ;]*", "").replace("\"...\"", "\"a test\"");
        return value.startsWith("summary") || value.startsWith("depthwise") || value.startsWith("positions")
                || value.startsWith("stationary") ? value.replace("64", "1") : value.startsWith("words")
                ? value.replace("64", "4096") : value.startsWith("accumulator") || value.startsWith("width")
                        ? value.replace("64", "32") : value.startsWith("rows") || value.startsWith("columns")
                                || value.startsWith("size") ? value.replace("64", value.startsWith("size") ? "131072"
                                        : "16") : value;
    }

    @Test
    void importersSayWhatAFileLeavesOpen() throws IOException {
        Path scale = Files.writeString(folder.resolve("array.cfg"), """
                [general]
                run_name = "test"
                [architecture_presets]
                ArrayHeight : 32
                ArrayWidth : 16
                IfmapSramSzkB : 64
                FilterSramSzkB : 64
                OfmapSramSzkB : 32
                Dataflow : os
                Bandwidth : 10
                [run_presets]
                InterfaceBandwidth : USER
                """);
        Path out = folder.resolve("array.qhw");
        Ran imported = qw("profile", "import", scale, "-o", out);
        assertEquals(0, imported.status(), imported.err());
        String text = Files.readString(out);
        for (String stated : List.of("rows 32 source datasheet \"array.cfg: ArrayHeight\";", "dataflow output-stationary;",
                "size 160 KiB source", "bandwidth 10 B/cycle source datasheet \"array.cfg: Bandwidth\";")) {
            assertTrue(text.contains(stated), text);
        }
        Ran checked = qw("profile", "check", out);
        assertEquals(1, checked.status());
        assertTrue(imported.out().contains("npu.point.nominal.clock"), imported.out());
        assertEquals(missing(checked), imported.out().lines().filter(l -> l.startsWith("  ")).count());
    }

    @Test
    void aSystemConfigurationOfVelaIsRead() throws IOException {
        Path ini = Files.writeString(folder.resolve("system.ini"), """
                ; two systems and a mode that inherits
                [System_Config.Fast]
                core_clock=400e6
                axi0_port=Sram
                axi1_port=Dram
                Sram_clock_scale=1.0
                Sram_burst_length=32
                Sram_read_latency=20
                Dram_read_latency=300
                [System_Config.Slow]
                inherit=System_Config.Fast
                core_clock=100e6
                [Memory_Mode.Split]
                const_mem_area=Axi1
                arena_mem_area=Axi0
                [Memory_Mode.Cached]
                inherit=Memory_Mode.Split
                arena_mem_area=Axi1
                arena_cache_size=393216
                """);
        Ran unclear = qw("profile", "import", ini, "-o", folder.resolve("a.qhw"));
        assertTrue(unclear.status() == 1 && unclear.err().contains("QW-H0203") && unclear.err().contains("Fast, Slow"),
                unclear.err());
        Ran typo = qw("profile", "import", ini, "--system", "Fats", "-o", folder.resolve("a.qhw"));
        assertTrue(typo.err().contains("did you mean 'Fast'?"), typo.err());
        assertTrue(Files.notExists(folder.resolve("a.qhw")));
        Ran slow = qw("profile", "import", ini, "--system", "Slow", "-o", folder.resolve("slow.qhw"));
        assertEquals(0, slow.status(), slow.err());
        String text = Files.readString(folder.resolve("slow.qhw"));
        assertTrue(text.contains("clock 100000000 Hz source datasheet \"system.ini: core_clock\";"), text);
        assertTrue(text.contains("latency 20 cycles source datasheet \"system.ini: Sram_read_latency\";"), text);
        assertTrue(text.contains("latency 300 cycles source datasheet \"system.ini: Dram_read_latency\";"), text);
        assertTrue(text.contains("flash {"), text);
        assertTrue(slow.out().contains("  npu.dram.bandwidth\n"), slow.out());
        assertEquals(0, qw("profile", "import", ini, "--system", "Fast", "--memory-mode", "Cached", "-o",
                folder.resolve("cached.qhw")).status());
        String cached = Files.readString(folder.resolve("cached.qhw"));
        assertTrue(cached.contains("size 393216 B source datasheet \"system.ini: arena_cache_size\";"), cached);
        assertTrue(!cached.contains("flash {"), cached);
        for (String[] bad : new String[][] {{"x=1", "QW-H0202"}, {"[other]\nx=1", "QW-H0201"},
            {"[System_Config.A]\ncore_clock=fast\naxi0_port=S\naxi1_port=S", "QW-H0204"},
            {"[System_Config.A]\ninherit=System_Config.A", "QW-H0205"}}) {
            Path file = Files.writeString(folder.resolve("bad.ini"), bad[0]);
            Ran refused = qw("profile", "import", file, "-o", folder.resolve("bad.qhw"));
            assertEquals(1, refused.status());
            assertTrue(refused.err().contains(bad[1]), refused.err());
        }
    }

    @Test
    void vectorsAreWhatTheInterpreterComputesAndTheSameEachTime() throws IOException, FormatException {
        for (String profile : List.of("nvdla-2048", "npu-edge-4bit", "ethos-u55-128")) {
            Path first = folder.resolve(profile + "-1");
            Path second = folder.resolve(profile + "-2");
            assertEquals(0, qw("profile", "conformance", profile, "-o", first).status());
            assertEquals(0, qw("profile", "conformance", profile, "-o", second).status());
            assertEquals(contents(first), contents(second));
            int cases = 0;
            try (Stream<Path> list = Files.list(first)) {
                for (Path c : list.filter(Files::isDirectory).sorted().toList()) {
                    recompute(c);
                    cases++;
                }
            }
            assertTrue(cases >= 80, profile + ": " + cases);
        }
        assertEquals(1, qw("profile", "conformance", "nvdla-2048", "-o", folder.resolve("nvdla-2048-1")).status());
    }

    private static TreeMap<String, Integer> contents(Path root) throws IOException {
        TreeMap<String, Integer> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(root.relativize(file).toString(), Arrays.hashCode(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    /** Runs the op on the stored inputs; the sums of dense layers also by the textbook, from the stored weights. */
    private static void recompute(Path folder) throws IOException, FormatException {
        Graph graph = new QirParser(OpRegistry.builtin()).read(folder.resolve("op.qir"));
        List<Tensor> inputs = new ArrayList<>();
        for (var input : graph.inputs()) {
            inputs.add(tensor(folder, input.name(), Tensor.zeros(input.type())));
        }
        List<Tensor> outputs = Interpreter.run(graph, inputs, null);
        for (int i = 0; i < outputs.size(); i++) {
            Tensor stored = tensor(folder, graph.outputName(i), Tensor.zeros(outputs.get(i).type()));
            assertEquals(0, stored.countDifferences(outputs.get(i)), folder + " " + graph.outputName(i));
        }
        if (folder.getFileName().toString().startsWith("dense")) {
            assertArrayEquals(sums(folder, inputs.getFirst()), integers(folder, "sums"));
        }
    }

    private static long[] sums(Path folder, Tensor x) throws IOException, FormatException {
        long[] w = integers(folder, "weights");
        long[] bias = integers(folder, "bias");
        int depth = x.type().dim(1);
        long[] sums = new long[x.type().dim(0) * bias.length];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = bias[i % bias.length];
            for (int k = 0; k < depth; k++) {
                sums[i] += (x.integer(i / bias.length * depth + k) - x.type().quantized().zeroPoint(0))
                        * w[i % bias.length * depth + k];
            }
        }
        return sums;
    }

    private static Tensor tensor(Path folder, String name, Tensor into) throws IOException, FormatException {
        long[] values = integers(folder, name);
        for (int i = 0; i < values.length; i++) {
            into.setInteger(i, values[i]);
        }
        return into;
    }

    private static long[] integers(Path folder, String name) throws IOException, FormatException {
        NumericArray array = NpyFile.read(folder.resolve(name + ".npy"));
        long[] values = new long[(int) array.elements()];
        byte[] bytes = array.data().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        int width = array.type().bytes();
        for (int i = 0; i < values.length; i++) {
            long value = bytes[(i + 1) * width - 1];
            for (int b = width - 2; b >= 0; b--) {
                value = value << 8 | bytes[i * width + b] & 0xff;
            }
            values[i] = value;
        }
        return values;
    }
}
