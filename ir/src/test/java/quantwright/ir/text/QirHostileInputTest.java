package quantwright.ir.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Whatever the bytes, the parser gives a graph or coded diagnostics with places, in time linear in the text. */
class QirHostileInputTest {
    private final OpRegistry registry = new OpRegistry(List.of(RandomGraphs.Everything.class));
    private final QirParser parser = new QirParser(registry);

    private DiagnosticSink parse(String text) {
        DiagnosticSink sink = new DiagnosticSink();
        var parsed = parser.parse(text, "hostile", null, sink);
        assertEquals(parsed.isEmpty(), sink.hasErrors(), "a graph or errors");
        for (var d : sink.all()) {
            assertTrue(d.location() instanceof Location.InFile f && f.line() >= 1 && f.column() >= 1, d.render());
        }
        return sink;
    }

    @Test
    void everyTruncationIsReported() {
        String text = QirPrinter.print(new RandomGraphs(11, registry).graph(1));
        int complete = text.stripTrailing().length();
        int step = Math.max(1, complete / 400);
        for (int n = 0; n < complete; n += step) {
            DiagnosticSink sink = parse(text.substring(0, n));
            assertTrue(sink.hasErrors() || text.startsWith("\n}\n\nresources", n - 2) || text.startsWith("resources", n)
                    || text.startsWith("\nresources", n), "no error after " + n + " of " + complete + " characters");
        }
    }

    @Test
    void mutationsNeverEscapeAsExceptions() {
        Random random = new Random(5);
        String alphabet = "{}()[]<>=,:%\"\\#/ \n0123456789-.eExinfna";
        for (int seed = 0; seed < 12; seed++) {
            String text = QirPrinter.print(new RandomGraphs(seed, registry).graph(1));
            for (int round = 0; round < 60; round++) {
                StringBuilder mutated = new StringBuilder(text);
                for (int k = random.nextInt(3); k >= 0; k--) {
                    int at = 8 + random.nextInt(mutated.length() - 8);
                    switch (random.nextInt(3)) {
                        case 0 -> mutated.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
                        case 1 -> mutated.deleteCharAt(at);
                        default -> mutated.insert(at, mutated.substring(at, Math.min(mutated.length(), at + 40)));
                    }
                }
                parse(mutated.toString());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[", "(", "<", "{a = ", "\"\\", "\\\"", " ", "//", "// \n", "%\"", "[1 ", "{1 ", "#",
            "[[", "nan:0x",
        "resources ", "\nresources ", "qir ", "1x", "é", "%a = ", "}", "\""})
    void longRunsTakeLinearTime(String unit) {
        String run = unit.repeat(500_000 / unit.length());
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            assertTrue(parse(run).hasErrors());
            assertTrue(parse("qir 1 graph \"g\" level graph {" + run).hasErrors());
            assertTrue(parse("qir 1 graph \"g\" level graph { %a = reshape(%b) {shape = " + run).hasErrors());
            parse("qir 1 graph \"g\" level graph { input %b : f32[" + run + "] }");
            parse("qir 1 graph \"" + run + "\" level graph { }");
            assertTrue(parse("qir 1 graph \"g\" level graph { }\nresources " + run).hasErrors());
        });
    }

    @Test
    void allMistakesAreReportedTogether() {
        DiagnosticSink sink = parse("""
                qir 1
                graph "g" level graph {
                  input %x : f33[1]
                  %a = relu(%x) : f32[1]
                  %b = unary(%x) {kind = rleu} : f32[1]
                  %c = unary(%nowhere) {kind = relu} : f32[1]
                  %d = unary(%c) {kind = relu} : f32[1]
                  output "y" = %d
                }
                """);
        assertEquals(List.of("hostile:3:14 QW-P0108", "hostile:4:8 QW-P0103", "hostile:5:26 QW-P0107",
                "hostile:6:14 QW-P0109"),
                sink.all().stream().map(d -> d.location() + " " + d.code().id()).toList());
    }

    @Test
    void damagedSideFilesAreReported(@TempDir Path folder) throws IOException {
        Graph graph = new Graph("g", Level.GRAPH);
        TensorType type = TensorType.of(ScalarType.I8, 1000);
        graph.addOutput("y", graph.append(new Constant(ConstantData.of(Tensor.zeros(type))), List.of(),
                Location.UNKNOWN)
                .result());
        Path file = folder.resolve("m.qir");
        Path side = folder.resolve("m.qdata");
        new QirPrinter(PrintOptions.WITH_SIDE_FILE).write(graph, file);
        byte[] good = Files.readAllBytes(side);
        expect(file, null);
        Files.write(side, java.util.Arrays.copyOf(good, good.length - 1));
        expect(file, IrDiagnostic.BAD_RESOURCE);
        byte[] flipped = good.clone();
        flipped[200] ^= 1;
        Files.write(side, flipped);
        expect(file, IrDiagnostic.BAD_RESOURCE);
        Files.writeString(side, "qdata 2\n" + "\0".repeat(2000));
        expect(file, IrDiagnostic.SIDE_FILE);
        Files.write(side, new byte[0]);
        expect(file, IrDiagnostic.SIDE_FILE);
        Files.delete(side);
        expect(file, IrDiagnostic.SIDE_FILE);
        String text = Files.readString(file);
        for (String name : List.of("../m.qdata", "/etc/passwd", "..", "", "a\\\\b")) {
            Files.writeString(file, text.replace("m.qdata", name));
            DiagnosticSink sink = new DiagnosticSink();
            parser.read(file, sink);
            assertTrue(sink.hasErrors(), name);
        }
    }

    private void expect(Path file, IrDiagnostic code) {
        DiagnosticSink sink = new DiagnosticSink();
        parser.read(file, sink);
        assertEquals(code == null ? List.of() : List.of(code),
                sink.all().stream().map(d -> (Object) d.code()).distinct().limit(1).toList(), sink.all().toString());
    }

    @Test
    void unreadableFilesAreReported(@TempDir Path folder) throws IOException {
        DiagnosticSink sink = new DiagnosticSink();
        parser.read(folder.resolve("absent.qir"), sink);
        Files.write(folder.resolve("binary.qir"), new byte[] {'q', 'i', 'r', ' ', (byte) 0xff, (byte) 0xfe});
        parser.read(folder.resolve("binary.qir"), sink);
        parser.read(folder, sink);
        assertEquals(3, sink.all().size());
        sink.all().forEach(d -> assertEquals(IrDiagnostic.UNREADABLE, d.code(), d.render()));
    }
}
