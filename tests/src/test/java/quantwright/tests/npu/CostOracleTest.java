package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * The cost oracle against the event-driven simulator, layer by layer. With the system property {@code
 * quantwright.npu.all} set to {@code true} over all models of the catalogue, otherwise over the small ones.
 */
class CostOracleTest {
    private static final Set<String> SMALL = Set.of("glyphs", "kws-int8", "resnet8-int8", "vww-int8", "ad01-int8",
            "resnet20", "mobilenet-v2-int8");
    private static final List<String> PROFILES = List.of("npu-systolic-16x16", "npu-systolic-128x128", "npu-edge-4bit");

    @Test
    void oracleRanksAndEstimatesLayersAsTheSimulatorDoes() throws FormatException {
        Quantwright qw = Quantwright.discover();
        OracleComparison all = new OracleComparison();
        for (CatalogueModel entry : ModelCatalogue.load().all()) {
            if (ModelCatalogue.absent(entry).isEmpty()
                    && (Boolean.getBoolean("quantwright.npu.all") || SMALL.contains(entry.id()))) {
                NpuModels.Sample sample = NpuModels.quantized(qw, entry);
                PROFILES.forEach(p -> all.add(entry.id(), sample.model().graph(), qw.profiles().find(p)));
            }
        }
        assumeTrue(!all.layers().isEmpty(), "SKIPPED: shared data is absent");
        String figures = String.format(Locale.ROOT, "%d layers: rank correlation %.3f, median error %.1f %%",
                all.layers().size(), all.rankCorrelation(), 100 * all.medianError());
        System.out.println(figures);
        assertTrue(all.rankCorrelation() >= 0.95 && all.medianError() <= 0.10, figures);
    }
}
