package quantwright.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.search.Candidates;
import quantwright.compiler.search.CostMeter;
import quantwright.compiler.search.CostTable;
import quantwright.compiler.search.Tables;
import quantwright.profiles.HardwareProfile;

/** {@code qw profile measure}. */
@Command(name = "measure", sortOptions = false,
        description = {"Measures what each layer of a model costs at each precision, and writes the table that qw search"
            + " takes with --costs: on this host where it runs the profile's code, else by the profile's numbers.",
            "The same table gives the same search on any host."},
        footer = {"", "Example: qw profile measure model.onnx --profile x86-avx2 --calibrate samples.npz -o costs.json"})
final class ProfileMeasureVerb extends Verb {
    @Parameters(paramLabel = "MODEL", description = "A float model.")
    private Path file;
    @Option(names = "--calibrate", paramLabel = "DATA", required = true, description = "Samples to quantize by.")
    private Path calibration;
    @Option(names = "--samples", paramLabel = "N", description = "Calibrate on the first N samples.")
    private Integer samples;
    @Option(names = "--profile", paramLabel = "P",
            description = "Profile by id or .qhw file; default: the best for this host.")
    private String profileName;
    @Option(names = "--precisions", paramLabel = "LIST", split = ",", defaultValue = "w8a8,w4a8,w2a8,float",
            description = "Precisions to measure, in the order that qw search is to prefer them. Default: ${DEFAULT-VALUE}.")
    private List<String> precisions;
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "300",
            description = "Measurements of each model, of which the least counts. Default: ${DEFAULT-VALUE}.")
    private int rounds;
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", required = true, description = "The table.")
    private Path output;
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private QuantizeOptions quantizeOptions;
    @Mixin
    private ModelOptions modelOptions;

    @Override
    int execute(Bars bars) throws FormatException {
        SearchVerb.positive(rounds, "--rounds");
        var wanted = SearchVerb.parsed(precisions);
        Quantwright driver = driver();
        HardwareProfile profile = profile(driver, profileName);
        Model model = modelOptions.load(driver, file, sink());
        ModelFeed feed = DataOptions.feed(calibration, model.input(), dataOptions.stated(), Optional.empty());
        feed = samples == null ? feed : feed.first(samples);
        Candidates candidates = Candidates.of(model, feed, quantizeOptions.options(profile), profile, sink(), bars);
        CostTable table = new CostMeter(driver, candidates, profile, Tables.hash(model.graph())).table(wanted, rounds, bars);
        bars.close();
        Tables.write(output, Tables.text(table));
        say("%s: %d layers of %s on %s, %s", output, table.layers().size(), file.getFileName(), profile.id(), table.source());
        result(table);
        return OK;
    }
}
