package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.CompiledModel;
import quantwright.backend.llvm.object.ElfObject;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** The four MLPerf Tiny models as objects and headers, and a C program that classifies keywords. */
class TinyModelsTest {
    private static final List<String> MODELS = List.of("kws-int8", "resnet8-int8", "vww-int8", "ad01-int8");
    private static final long LARGEST = 1L << 20;

    @TempDir
    private Path folder;

    private static Model load(String id) {
        CatalogueModel entry = ModelCatalogue.load().require(id);
        return Quantwright.discover().load(entry.path(), ImportOptions.none(), new DiagnosticSink());
    }

    @Test
    void objectsAreSmallAndNeedNothing() throws IOException {
        System.out.println("| model | level | object | code | constants | arena |\n|---|---|---:|---:|---:|---:|");
        for (String id : MODELS) {
            Model model = load(id);
            for (Board board : Stream.concat(Board.ARM.stream(), Board.X86.stream()).toList()) {
                Path place = Files.createDirectories(folder.resolve(id + board));
                CompiledModel compiled = DeployedModel.deliver(model.graph(), board, "tiny", place);
                byte[] object = Files.readAllBytes(place.resolve("tiny.o"));
                ElfObject elf = ElfObject.parse(object);
                assertEquals(List.of(), elf.undefinedSymbols(), id + " " + board);
                assertEquals(List.of("tiny_required_features", "tiny_run", "tiny_run_slice",
                        "tiny_run_traced"), elf.exportedSymbols());
                assertEquals(".rodata", elf.sections().get(elf.symbol("tiny_constants").orElseThrow().section()).name());
                assertTrue(elf.sections().stream().noneMatch(s -> (s.flags() & 1) != 0 && s.bytes().length > 0),
                        "nothing can be written");
                long code = elf.sections().stream().filter(s -> (s.flags() & 4) != 0).mapToLong(s -> s.bytes().length).sum();
                assertTrue(object.length < LARGEST, id + " " + board + ": " + object.length + " bytes");
                System.out.printf(Locale.ROOT, "| %s | %s | %d | %d | %d | %d |%n", id, board, object.length, code,
                        compiled.manifest().constantBytes(), compiled.manifest().arenaBytes());
            }
        }
    }

    @Test
    void theSameCompilationGivesTheSameBytes() throws IOException {
        Model model = load("kws-int8");
        Path first = Files.createDirectories(folder.resolve("first"));
        Path second = Files.createDirectories(folder.resolve("second"));
        DeployedModel.deliver(model.graph(), Board.DOTPROD, "kws", first);
        DeployedModel.deliver(model.graph(), Board.DOTPROD, "kws", second);
        try (var files = Files.list(first)) {
            for (Path file : files.toList()) {
                assertEquals(-1, Files.mismatch(file, second.resolve(file.getFileName())), file.toString());
            }
        }
    }

    @Test
    void keywordsAreClassifiedAsOnX86() throws FormatException, IOException {
        CatalogueModel entry = ModelCatalogue.load().require("kws-int8");
        List<Board> boards = new ArrayList<>(Board.ARM);
        boards.addAll(Board.X86);
        List<String> missing = new ArrayList<>();
        boards.removeIf(b -> b.missing().map(why -> missing.add(b + ": " + why)).orElse(false));
        assumeTrue(boards.size() > 1, () -> "SKIPPED: " + missing);
        Model model = load("kws-int8");
        ModelFeed feed = new ModelFeed(entry.evaluationData(), model.input());
        ByteArrayOutputStream samples = new ByteArrayOutputStream();
        for (int i = 0; i < feed.size(); i++) {
            samples.writeBytes(feed.inputs(i).getFirst().pack());
        }
        String all = null;
        for (Board board : boards) {
            Path place = Files.createDirectories(folder.resolve("kws-" + board));
            DeployedModel.deliver(model.graph(), board, "kws", place);
            try (InputStream in = TinyModelsTest.class.getResourceAsStream("/deploy/classify.c")) {
                Files.copy(in, place.resolve("classify.c"));
            }
            Board.Outcome outcome = board.run(board.build(place, List.of("classify.c", "kws.o")), samples.toByteArray());
            assertEquals(0, outcome.status(), outcome.errors());
            String lines = new String(outcome.output(), StandardCharsets.UTF_8);
            assertEquals(feed.size(), lines.lines().count());
            all = all == null ? lines : all;
            assertEquals(all, lines, board + " classifies differently");
        }
        long right = 0;
        List<String> lines = all.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            right += Integer.parseInt(lines.get(i).split(" ")[0]) == feed.label(i) ? 1 : 0;
        }
        double accuracy = 100.0 * right / lines.size();
        System.out.printf(Locale.ROOT, "keywords: %.1f %% of %d on each of %s%n", accuracy, lines.size(), boards);
        assertTrue(accuracy > 88, "accuracy " + accuracy);
    }

    @Test
    void aNewerInstructionTrapsUnderEmulation() throws IOException {
        assumeTrue(Board.NEON.missing().isEmpty(), () -> "SKIPPED: " + Board.NEON.missing().orElseThrow());
        Model model = load("kws-int8");
        Path place = Files.createDirectories(folder.resolve("trap"));
        DeployedModel.deliver(model.graph(), Board.DOTPROD, "model", place);
        Path program = Board.DOTPROD.build(place, List.of("main.c", "model.o"));
        int bytes = (int) model.input().packedBytes();
        assertEquals(0, Board.DOTPROD.run(program, new byte[bytes]).status());
        assertTrue(Board.NEON.run(program, new byte[bytes]).status() != 0, "a Cortex-A53 has no sdot");
    }
}
