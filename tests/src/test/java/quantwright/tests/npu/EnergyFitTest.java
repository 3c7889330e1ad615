package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.IntegerModels;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * A profile of GreenWaves GAP9's class against its published energies (MLPerf Tiny v1.0, 0.65 V, 240 MHz): one factor on
 * all energies is fitted to anomaly detection, keyword spotting is predicted and the error printed. Weights lie in the
 * chip's own second-level memory, so that is what the profile states in place of DRAM.
 */
class EnergyFitTest {
    private static final double AD_MICROJOULES = 5.25;
    private static final double KWS_MICROJOULES = 18.6;
    private static final String PROFILE = """
            qhw 1
            profile gap9-class extends npu-systolic-16x16 {
                npu {
                    point nominal {
                        source datasheet "MLPerf Tiny v1.0: 0.65 V, 240 MHz";
                        voltage 0.65 V;
                        clock 240 MHz;
                    }
                    point low {
                        source assumed "not used";
                        voltage 0.55 V;
                        clock 100 MHz;
                    }
                    array {
                        source assumed "NE16: 16 channels into 16, some 150 8-bit MAC per cycle";
                        structure broadcast;
                        pipeline 8 cycle;
                        leakage 0.1 mW;
                    }
                    scratchpad {
                        read 0.3 pJ/B source assumed "2.1 pJ/B of 32 KB at 45 nm, x 0.15 for 22 nm and 0.65 V";
                        write 0.3 pJ/B source assumed "as a read";
                        leakage 0.1 mW source assumed "low-standby-power cells";
                    }
                    dram {
                        bandwidth 1.92 GB/s source assumed "8 B per cycle between the memories";
                        latency 50 ns source assumed "a few cycles of interconnect";
                        energy 2.4 pJ/B source assumed "15.9 pJ/B of 2 MB at 45 nm, x 0.15";
                        background 0.3 mW source assumed "low-standby-power cells of 1.6 MB";
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void oneFactorFittedOnOneModelPredictsAnother() throws FormatException, IOException {
        Quantwright qw = Quantwright.discover();
        HardwareProfile profile = qw.profiles().find(Files.writeString(folder.resolve("gap9-class.qhw"), PROFILE)
                .toString());
        double ad = microjoules(qw, "ad01-int8", profile);
        double kws = microjoules(qw, "kws-int8", profile);
        double factor = AD_MICROJOULES / ad;
        double predicted = factor * kws;
        System.out.printf(Locale.ROOT, "GAP9 class: AD %.3f uJ simulated, factor %.3f; KWS predicted %.2f uJ, published %.2f:"
                + " error %+.0f %%%n", ad, factor, predicted, KWS_MICROJOULES, 100 * (predicted / KWS_MICROJOULES - 1));
        assertTrue(factor > 0.1 && factor < 10, "factor " + factor);
        assertTrue(predicted > KWS_MICROJOULES / 4 && predicted < KWS_MICROJOULES * 4, "predicted " + predicted);
    }

    private static double microjoules(Quantwright qw, String id, HardwareProfile profile) throws FormatException {
        CatalogueModel entry = ModelCatalogue.load().all().stream().filter(m -> m.id().equals(id)).findFirst()
                .orElseThrow();
        assumeTrue(ModelCatalogue.absent(entry).isEmpty(), "SKIPPED: shared data is absent: "
                + ModelCatalogue.absent(entry));
        return NpuRun.of(new IntegerModels(qw, entry).of(profile), profile).joules() * 1e6;
    }
}
