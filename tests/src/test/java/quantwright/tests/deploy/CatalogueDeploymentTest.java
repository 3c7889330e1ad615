package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.driver.Model;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.differential.CatalogueVariants;

/**
 * Every model of the catalogue as a deployment team gets it: object, header and example, built by a C compiler and run
 * on real samples. Every output byte is the interpreter's, at each feature level of Arm under emulation and of x86
 * natively. An emulator takes minutes for a large float model: those are emulated at base NEON alone, or not at all if the
 * catalogue has no data for them, but at every level where the system property {@code quantwright.emulation.all} is {@code true}.
 */
class CatalogueDeploymentTest {
    /** Samples of a model that takes the interpreter less than seconds; else one. */
    private static final int SAMPLES = 2;

    @TempDir
    private Path folder;

    static Stream<CatalogueModel> models() {
        return ModelCatalogue.load().all().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyOutputByteIsTheInterpreters(CatalogueModel entry) throws FormatException, IOException {
        List<Board> boards = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (Board board : Stream.concat(Board.ARM.stream(), Board.X86.stream()).toList()) {
            Optional<String> why = board.missing();
            why.ifPresentOrElse(w -> missing.add(board + ": " + w), () -> boards.add(board));
        }
        assumeTrue(!boards.isEmpty(), () -> "SKIPPED: " + missing);
        if (!missing.isEmpty()) {
            System.out.println("SKIPPED in part, " + entry.id() + ": " + missing);
        }
        CatalogueVariants variants = CatalogueVariants.of(entry);
        for (Model model : variants.models()) {
            if (boards.stream().noneMatch(b -> runs(model, b, variants))) {
                continue;
            }
            List<List<Tensor>> samples = new ArrayList<>();
            List<List<Tensor>> expected = new ArrayList<>();
            for (int i = 0; i < (variants.isLarge() ? 1 : SAMPLES); i++) {
                samples.add(variants.feed().inputs(i));
                expected.add(Interpreter.run(model.graph(), samples.get(i), (v, t) -> { }));
            }
            for (Board board : boards) {
                if (runs(model, board, variants)) {
                    compare(model, board, samples, expected);
                }
            }
        }
    }

    private static boolean runs(Model model, Board board, CatalogueVariants variants) {
        return model.isQuantized() || Board.X86.contains(board) || !variants.isLarge()
                || Boolean.getBoolean("quantwright.emulation.all") || board == Board.NEON && !variants.isRandom();
    }

    private void compare(Model model, Board board, List<List<Tensor>> samples, List<List<Tensor>> expected)
            throws IOException {
        String what = model.symbol() + (model.isQuantized() ? " int8 " : " float ") + board;
        Path place = Files.createDirectories(folder.resolve(what.replace(' ', '-')));
        List<List<Tensor>> actual = DeployedModel.of(model.graph(), board, place).run(samples);
        for (int i = 0; i < samples.size(); i++) {
            for (int k = 0; k < expected.get(i).size(); k++) {
                assertEquals(0, expected.get(i).get(k).countDifferences(actual.get(i).get(k)),
                        what + ", sample " + i + ", output " + k);
            }
        }
    }
}
