package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;

/** The cost oracle against the event-driven simulator: every layer of every model of the catalogue, on every class of NPU. */
class CostOracleTest {
    @Test
    void oracleRanksAndEstimatesLayersAsTheSimulatorDoes() throws FormatException {
        Quantwright qw = Quantwright.discover();
        OracleComparison all = new OracleComparison();
        for (CatalogueModel entry : ModelCatalogue.load().all()) {
            if (ModelCatalogue.absent(entry).isEmpty()) {
                IntegerModels models = new IntegerModels(qw, entry);
                for (String id : NpuRun.PROFILES) {
                    HardwareProfile profile = qw.profiles().find(id);
                    Model model = models.of(profile);
                    all.add(entry.id(), model.graph(), NpuRun.of(model, profile));
                }
            }
        }
        assumeTrue(!all.layers().isEmpty(), "SKIPPED: shared data is absent");
        System.out.println(all.figures());
        assertTrue(all.rankCorrelation(OracleComparison.Layer::cycles) >= 0.95
                && all.medianError(OracleComparison.Layer::cycles) <= 0.10, all.figures());
        assertTrue(all.rankCorrelation(OracleComparison.Layer::joules) >= 0.95
                && all.medianError(OracleComparison.Layer::joules) <= 0.10, all.figures());
    }
}
