package quantwright.tests.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.sensitivity.LayerSensitivity;
import quantwright.compiler.sensitivity.SensitivityAnalysis;
import quantwright.compiler.sensitivity.SensitivityDiagnostic;
import quantwright.compiler.sensitivity.SensitivityResults;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.profiles.ProfileCatalogue;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/** Sensitivity of the built-in model: fewer bits cost more, and an interrupted analysis resumes to the same file. */
class SensitivityTest {
    @TempDir
    private Path folder;

    @Test
    void measuresAndResumes() throws Exception {
        CatalogueModel entry = ModelCatalogue.load().get("glyphs");
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        Model model = Quantwright.discover().load(entry.path(), ImportOptions.none(), new DiagnosticSink());
        ModelFeed feed = new ModelFeed(entry.calibrationData(), model.input()).first(8);
        Path file = folder.resolve("all.json");
        SensitivityResults all = run(model, feed, file);
        double few = 0;
        double many = 0;
        for (LayerSensitivity l : all.layers()) {
            assertTrue(l.alone() >= 0 && l.curvature() > 0 && l.sqnr() > 0, l.toString());
            few += l.precision().equals("w2a8") ? l.alone() : 0;
            many += l.precision().equals("w8a8") ? l.alone() : 0;
        }
        assertTrue(few > 20 * many, few + " against " + many);
        assertEquals(all, SensitivityResults.read(file));
        // As if it had been stopped before the last layer.
        new SensitivityResults(all.model(), all.data(), all.recipe(), all.uniform(), all.compiled(),
                all.layers().subList(0, all.layers().size() - 2))
                .write(folder.resolve("part.json"));
        run(model, feed, folder.resolve("part.json"));
        assertEquals(-1, Files.mismatch(file, folder.resolve("part.json")));
        UserErrorException other = assertThrows(UserErrorException.class, () -> run(model, feed.first(7), file));
        assertEquals(SensitivityDiagnostic.OTHER_RESULTS, other.diagnostics().getFirst().code());
        Files.writeString(file, "{\"version\": 2}");
        UserErrorException bad = assertThrows(UserErrorException.class, () -> run(model, feed, file));
        assertEquals(SensitivityDiagnostic.BAD_RESULTS, bad.diagnostics().getFirst().code());
    }

    private static SensitivityResults run(Model model, ModelFeed feed, Path file) {
        List<LayerPrecision.Integer> candidates = List.of(LayerPrecision.W8A8,
                (LayerPrecision.Integer) LayerPrecision.parse("w2a8").orElseThrow());
        return new SensitivityAnalysis(model, feed, feed.size(), QuantizationOptions.standard(),
                new ProfileCatalogue().find("x86-avx512-vnni"), candidates, new DiagnosticSink())
                .run(Optional.of(file), Progress.SILENT);
    }
}
