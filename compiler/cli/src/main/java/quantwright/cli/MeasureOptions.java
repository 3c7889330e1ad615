package quantwright.cli;

import java.util.List;
import picocli.CommandLine.Option;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.Candidates;
import quantwright.compiler.search.CostFile;
import quantwright.compiler.search.CostMeter;
import quantwright.profiles.HardwareProfile;

/** Options of verbs that make cost tables. */
final class MeasureOptions {
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "300",
            description = "Measurements of each model, of which the least counts. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    int rounds() {
        return CandidateOptions.positive(rounds, "--rounds");
    }

    /** The cost tables of a model on a chip. */
    CostFile file(Quantwright driver, Candidates candidates, HardwareProfile profile, String modelHash,
            List<LayerPrecision> precisions) {
        return new CostFile(new CostMeter(driver, candidates, profile, modelHash), precisions, rounds());
    }
}
