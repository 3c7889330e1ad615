package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * A profile of GreenWaves GAP9's class against its published energies (MLPerf Tiny v1.0, 0.65 V, 240 MHz): one factor on
 * all energies is fitted to anomaly detection, keyword spotting is predicted and the error printed. {@code
 * docs/simulator.md} states both.
 */
class EnergyFitTest {
    private static final double AD_MICROJOULES = 5.25;
    private static final double AD_PER_SECOND = 3690;
    private static final double KWS_MICROJOULES = 18.6;
    private static final double KWS_PER_SECOND = 1366;

    private final Quantwright qw = Quantwright.discover();

    @Test
    void oneFactorFittedOnOneModelPredictsAnother() throws FormatException, IOException {
        HardwareProfile profile = qw.profiles().find("gap9-class");
        NpuRun ad = run("ad01-int8", profile);
        NpuRun kws = run("kws-int8", profile);
        double factor = AD_MICROJOULES / microjoules(ad);
        double error = factor * microjoules(kws) / KWS_MICROJOULES - 1;
        List<String> table = List.of(row("anomaly detection", AD_MICROJOULES, AD_PER_SECOND, ad, factor),
                row("keyword spotting", KWS_MICROJOULES, KWS_PER_SECOND, kws, factor));
        table.forEach(System.out::println);
        assertTrue(factor > 0.5 && factor < 2, "factor " + factor);
        assertTrue(Math.abs(error) < 0.5, "error " + error);
        PageTable.require("simulator.md", "gap9", table);
    }

    private static String row(String model, double published, double perSecond, NpuRun run, double factor) {
        double seconds = run.reports().stream().mapToDouble(r -> r.timing().seconds()).sum();
        double joules = microjoules(run);
        return String.format(Locale.ROOT, "| %s | %.2f uJ | %.2f uJ | %.0f us | %.0f us | %.2f uJ | %+.0f %% |", model,
                published, joules, 1e6 / perSecond, 1e6 * seconds, factor * joules, 100 * (factor * joules / published - 1));
    }

    private static double microjoules(NpuRun run) {
        return run.reports().stream().mapToDouble(r -> r.energy().joules()).sum() * 1e6;
    }

    private NpuRun run(String id, HardwareProfile profile) throws FormatException {
        CatalogueModel entry = ModelCatalogue.load().all().stream().filter(m -> m.id().equals(id)).findFirst()
                .orElseThrow();
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        return NpuRun.of(new IntegerModels(qw, entry).of(profile), profile);
    }
}
