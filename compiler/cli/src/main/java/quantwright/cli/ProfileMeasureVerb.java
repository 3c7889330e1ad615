package quantwright.cli;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.Candidates;
import quantwright.compiler.search.CostTable;
import quantwright.compiler.search.Tables;
import quantwright.profiles.HardwareProfile;

/** {@code qw profile measure}. */
@Command(name = "measure", sortOptions = false,
        description = {"Measures what each layer of a model costs at each precision, and writes the table that qw search"
            + " takes with --costs: on this host where it runs the profile's code, else by the profile's numbers.",
            "The same table gives the same search on any host. An interrupted measurement goes on where it stopped."},
        footer = {"", "Example: qw profile measure model.onnx --profile x86-avx2 --calibrate samples.npz -o costs.json"})
final class ProfileMeasureVerb extends Verb {
    @Mixin
    private CandidateOptions candidateOptions;
    @Mixin
    private MeasureOptions measureOptions;
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The table.")
    private Path output;

    @Override
    int execute(Bars bars) throws FormatException {
        measureOptions.rounds();
        List<LayerPrecision> wanted = candidateOptions.precisions();
        Quantwright driver = driver();
        HardwareProfile profile = candidateOptions.profile(driver);
        Tables.requireWritable(output);
        Model model = candidateOptions.load(this, driver);
        ModelFeed feed = candidateOptions.feed(candidateOptions.calibration(model), model);
        Candidates candidates = Candidates.of(model, feed, candidateOptions.recipe(profile), profile, sink(), bars);
        CostTable table = measureOptions.file(driver, candidates, profile, Tables.hash(model.graph()), wanted)
                .make(output, bars);
        bars.close();
        say("%s: %d layers of %s on %s, %s", output, table.layers().size(), candidateOptions.name(), profile.id(),
                table.source());
        result(table);
        return OK;
    }
}
