package quantwright.tests.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.interp.Interpreter;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Every model of the catalogue, as it comes and quantized to int8, on AVX-512 VNNI, AVX2 and byte code: zero differing
 * bytes against the interpreter in every tensor the memory plan materialises and in the outputs, and an arena at most 5 %
 * above its proven lower bound.
 */
class CatalogueBitEqualityTest {
    private static final double MOST_ABOVE_BOUND = 1.05;
    private static final List<String> PROFILES = List.of("x86-avx512-vnni", "x86-avx2", "jvm");

    static Stream<CatalogueModel> models() {
        return ModelCatalogue.load().all().stream();
    }

    @ParameterizedTest
    @MethodSource("models")
    void codeEqualsInterpreter(CatalogueModel entry) throws FormatException {
        Quantwright qw = Quantwright.discover();
        CatalogueVariants variants = CatalogueVariants.of(entry);
        for (Model variant : variants.models()) {
            List<Tensor> inputs = variants.feed().inputs(0);
            Map<String, Tensor> expected = new HashMap<>();
            List<Tensor> outputs = Interpreter.run(variant.graph(), inputs, (v, t) -> expected.put(v.name(), t));
            for (String profile : PROFILES) {
                compare(qw, variant, new ProfileCatalogue().find(profile), inputs, expected, outputs);
            }
        }
    }

    private static void compare(Quantwright qw, Model model, HardwareProfile profile, List<Tensor> inputs,
            Map<String, Tensor> expected, List<Tensor> outputs) {
        String what = model.graph().name() + (model.isQuantized() ? " int8 " : " float ") + profile.id();
        DiagnosticSink sink = new DiagnosticSink();
        Program program = Program.of(qw, model, profile, On.AUTO, sink, Progress.SILENT);
        assumeTrue(sink.all().isEmpty(), "SKIPPED: this host cannot run the code: " + sink.all());
        Manifest manifest = program.manifest().orElseThrow();
        // Byte code has Java arrays, which no plan places.
        boolean planned = !manifest.backend().equals("bytecode");
        assertTrue(!planned || manifest.arenaBytes() <= MOST_ABOVE_BOUND * manifest.arenaLowerBound(), () -> what
                + ": arena " + manifest.arenaBytes() + ", lower bound " + manifest.arenaLowerBound());
        try (Executor executor = program.open()) {
            Map<String, Long> differing = new TreeMap<>();
            int[] seen = {0};
            List<Tensor> actual = executor.run(inputs, (name, tensor) -> {
                seen[0]++;
                long n = tensor.countDifferences(expected.get(name));
                if (n > 0) {
                    differing.put(name, n);
                }
            });
            assertEquals(Map.of(), differing, what);
            assertTrue(seen[0] > 0, what + ": nothing was materialised");
            for (int i = 0; i < outputs.size(); i++) {
                assertEquals(0, actual.get(i).countDifferences(outputs.get(i)), what + " output " + i);
            }
        }
    }
}
