package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompiledModel;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.cases.Differential;
import quantwright.backend.llvm.cases.GraphMachine;
import quantwright.ir.Graph;
import quantwright.ir.data.Tensor;

/**
 * Boards as runners of small graphs. Cases are compiled as they come, each for the next board in turn, and linked into
 * one program for each board when a test ends, which runs them all.
 */
final class EmulatedGraphs implements GraphMachine {
    private final List<Board> boards;
    private final Path folder;
    private final List<Case> kept = new ArrayList<>();
    private int total;

    private record Case(String what, Board board, CompiledModel model, List<Tensor> inputs, List<Tensor> outputs) { }

    EmulatedGraphs(List<Board> boards, Path folder) {
        this.boards = boards;
        this.folder = folder;
    }

    /** Cases compared so far. */
    int total() {
        return total;
    }

    @Override
    public void assume() {
        boards.forEach(b -> b.missing().ifPresent(why -> assumeTrue(false, "SKIPPED: " + why)));
    }

    @Override
    public void check(String what, Graph graph, List<Tensor> inputs, Map<String, Tensor> expected, List<Tensor> outputs) {
        Board board = boards.get(kept.size() % boards.size());
        kept.add(new Case(what, board, compile(graph, board, "case" + kept.size()),
                inputs.stream().map(Tensor::copy).toList(), outputs.stream().map(Tensor::copy).toList()));
    }

    private static CompiledModel compile(Graph graph, Board board, String name) {
        return board.backend().compile(new CompileRequest(graph, board.profile(), name,
                CompileRequest.Progress.SILENT));
    }

    @Override
    public List<Tensor> run(Graph graph, List<Tensor> inputs) {
        Board board = boards.getFirst();
        Case one = new Case("run", board, compile(graph, board, "alone"), inputs, List.of());
        return results(board, List.of(one)).getFirst();
    }

    @Override
    public void finish() {
        List<String> wrong = new ArrayList<>();
        for (Board board : boards) {
            List<Case> cases = kept.stream().filter(c -> c.board == board).toList();
            if (!cases.isEmpty()) {
                List<List<Tensor>> actual = results(board, cases);
                for (int i = 0; i < cases.size(); i++) {
                    compare(cases.get(i), actual.get(i), wrong);
                }
            }
        }
        total += kept.size();
        kept.clear();
        assertTrue(wrong.isEmpty(), () -> String.join("\n", wrong));
    }

    private static void compare(Case c, List<Tensor> actual, List<String> wrong) {
        assertEquals(c.outputs.size(), actual.size());
        for (int i = 0; i < actual.size(); i++) {
            Differential.compare(c.what + " on " + c.board + ", output " + i, c.outputs.get(i), actual.get(i), wrong);
        }
    }

    private List<List<Tensor>> results(Board board, List<Case> cases) {
        try {
            Path place = Files.createTempDirectory(folder, "graphs");
            List<String> files = new ArrayList<>(List.of("main.c"));
            ByteArrayOutputStream input = new ByteArrayOutputStream();
            for (Case c : cases) {
                String name = c.model.manifest().symbol();
                Files.write(place.resolve(name + ".o"), c.model.files().get("model.o"));
                files.add(name + ".o");
                c.inputs.forEach(t -> input.writeBytes(t.pack()));
            }
            Files.writeString(place.resolve("main.c"), program(cases));
            Board.Outcome outcome = board.run(board.build(place, files), input.toByteArray());
            assertEquals(0, outcome.status(), () -> outcome.errors() + cases.stream().map(Case::what).toList());
            return tensors(cases, MemorySegment.ofArray(outcome.output()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<List<Tensor>> tensors(List<Case> cases, MemorySegment bytes) {
        List<List<Tensor>> all = new ArrayList<>();
        long at = 0;
        for (Case c : cases) {
            List<Tensor> outputs = new ArrayList<>();
            for (Manifest.Port p : c.model.manifest().outputs()) {
                outputs.add(Tensor.unpack(p.type(), bytes.asSlice(at, p.type().packedBytes())));
                at += p.type().packedBytes();
            }
            all.add(outputs);
        }
        assertEquals(bytes.byteSize(), at);
        return all;
    }

    /** A program that runs each case once, its tensors in blocks of exactly their size. */
    private static String program(List<Case> cases) {
        return """
                #include <stdint.h>
                #include <stdio.h>
                #include <stdlib.h>

                static void *block(size_t bytes)
                {
                    void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
                    if (!p)
                        exit(3);
                    return p;
                }

                static void *input(size_t bytes)
                {
                    void *p = block(bytes);
                    if (bytes > 0 && fread(p, 1, bytes, stdin) != bytes)
                        exit(4);
                    return p;
                }

                """ + cases.stream().map(EmulatedGraphs::function).collect(Collectors.joining("\n"))
                + "\nint main(void)\n{\n" + cases.stream().map(c -> "    run_" + c.model.manifest().symbol() + "();\n")
                .collect(Collectors.joining()) + "    return 0;\n}\n";
    }

    private static String function(Case c) {
        Manifest m = c.model.manifest();
        int inputs = m.inputs().size();
        int all = inputs + m.outputs().size();
        StringBuilder text = new StringBuilder("int " + m.symbol() + "_run("
                + IntStream.rangeClosed(0, all).mapToObj(i -> "void *").collect(Collectors.joining(", "))
                + ");\n\nstatic void run_" + m.symbol() + "(void)\n{\n    void *p[" + (all + 1) + "];\n");
        for (int i = 0; i < inputs; i++) {
            text.append("    p[" + i + "] = input(" + m.inputs().get(i).type().packedBytes() + ");\n");
        }
        for (int i = inputs; i < all; i++) {
            text.append("    p[" + i + "] = block(" + m.outputs().get(i - inputs).type().packedBytes() + ");\n");
        }
        text.append("    p[" + all + "] = block(" + m.arenaBytes() + ");\n    if (" + m.symbol() + "_run("
                + IntStream.rangeClosed(0, all).mapToObj(i -> "p[" + i + "]").collect(Collectors.joining(", "))
                + ") != 0)\n        exit(5);\n");
        for (int i = inputs; i < all; i++) {
            text.append("    fwrite(p[" + i + "], 1, " + m.outputs().get(i - inputs).type().packedBytes()
                    + ", stdout);\n");
        }
        return text + "    for (int i = 0; i <= " + all + "; i++)\n        free(p[i]);\n}\n";
    }
}
