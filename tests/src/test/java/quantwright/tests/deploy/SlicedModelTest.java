package quantwright.tests.deploy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.compiler.driver.Model;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.Interpreter;
import quantwright.tests.catalogue.ModelCatalogue;
import quantwright.tests.differential.CatalogueVariants;

/** Threads of the host's that share each step by slices give the interpreter's bytes, however many they are. */
class SlicedModelTest {
    @TempDir
    private Path folder;

    static Stream<Board> boards() {
        return Stream.concat(Board.ARM.stream(), Board.X86.stream());
    }

    @ParameterizedTest
    @MethodSource("boards")
    void anyNumberOfThreadsGivesTheSameBytes(Board board) throws FormatException, IOException {
        board.missing().ifPresent(why -> assumeTrue(false, "SKIPPED: " + why));
        for (String id : List.of("kws-int8", "resnet8-int8", "ad01-int8", "vww-int8", "resnet20")) {
            CatalogueVariants variants = CatalogueVariants.of(ModelCatalogue.load().require(id));
            for (Model model : variants.models()) {
                check(model, variants.feed().inputs(0), board);
            }
        }
    }

    private void check(Model model, List<Tensor> inputs, Board board) throws IOException {
        String what = model.symbol() + (model.isQuantized() ? " int8 " : " float ") + board;
        Path place = Files.createDirectories(folder.resolve(what.replace(' ', '-')));
        DeployedModel.deliver(model.graph(), board, "model", place);
        try (InputStream in = SlicedModelTest.class.getResourceAsStream("/deploy/threads.c")) {
            Files.copy(in, place.resolve("threads.c"));
        }
        Path program = board.build(place, List.of("threads.c", "model.o", "-pthread"));
        ByteArrayOutputStream samples = new ByteArrayOutputStream();
        inputs.forEach(t -> samples.writeBytes(t.pack()));
        byte[] expected = Interpreter.run(model.graph(), inputs, (v, t) -> { }).getFirst().pack();
        for (String threads : List.of("1", "2", "3", "7")) {
            Board.Outcome outcome = board.run(program, samples.toByteArray(), threads);
            assertEquals(0, outcome.status(), what + ", " + threads + " threads: " + outcome.errors());
            assertArrayEquals(expected, outcome.output(), what + ", " + threads + " threads");
        }
    }
}
