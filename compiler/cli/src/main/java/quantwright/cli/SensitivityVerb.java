package quantwright.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.Tables;
import quantwright.compiler.sensitivity.LayerSensitivity;
import quantwright.compiler.sensitivity.SensitivityAnalysis;
import quantwright.compiler.sensitivity.SensitivityResults;
import quantwright.profiles.HardwareProfile;

/** {@code qw sensitivity}. */
@Command(name = "sensitivity", sortOptions = false,
        description = "Measures what each layer costs in accuracy at each precision, on calibration data against the float"
            + " model. What is measured is kept in a file after each layer; run again, it goes on from there.",
        footer = {"", "Example: qw sensitivity model.onnx --calibrate samples.npz --precisions w8a8,w4a8,w2a8"})
final class SensitivityVerb extends Verb {
    private static final int BAR = 24;
    @Mixin
    private CandidateOptions candidateOptions;
    @Option(names = "--loss-samples", paramLabel = "N", defaultValue = "64",
            description = "Measure on N samples, at most a third of them all; layers are tuned on the others."
                + " Default: ${DEFAULT-VALUE}.")
    private int lossSamples;
    @Option(names = {"-o", "--output"}, paramLabel = "FILE",
            description = "The results file; default: the model's name with .sensitivity.json, in this folder.")
    private Path output;

    @Override
    int execute(Bars bars) throws FormatException {
        CandidateOptions.positive(lossSamples, "--loss-samples");
        List<LayerPrecision.Integer> candidates = candidateOptions.integers();
        Quantwright driver = driver();
        HardwareProfile profile = candidateOptions.profile(driver);
        String name = candidateOptions.name();
        Path results = output != null ? output
                : Path.of(name.substring(0, name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.'))
                        + ".sensitivity.json");
        Tables.requireWritable(results);
        Model model = candidateOptions.load(this, driver);
        ModelFeed feed = candidateOptions.feed(candidateOptions.calibration(model), model);
        SensitivityAnalysis analysis = new SensitivityAnalysis(model, feed, lossSamples, candidateOptions.recipe(profile),
                profile, candidates, sink());
        SensitivityResults measured = analysis.run(Optional.of(results), bars);
        bars.close();
        show(measured, analysis.samples());
        say("%s", results);
        result(measured);
        return OK;
    }

    private void show(SensitivityResults measured, long count) {
        say("KL divergence from the float model in nats, on %d samples that layers were not tuned on; bars are the"
                + " logarithm of the layer alone", count);
        measured.uniform().forEach((precision, divergence) -> say("  every layer %-6s %.6f, as compiled %.6f", precision,
                divergence, measured.compiled().get(precision)));
        int width = measured.layers().stream().mapToInt(l -> l.layer().length()).max().orElse(0);
        width = Math.clamp(width, 5, 32);
        say("  %-" + width + "s %9s %-6s %7s %10s %10s %10s %7s", "layer", "weights", "bits", "SQNR dB", "alone", "all but",
                "2nd order", "flipped");
        double most = measured.layers().stream().mapToDouble(LayerSensitivity::alone).max().orElse(1);
        for (LayerSensitivity l : measured.layers()) {
            String shown = l.layer().length() <= width ? l.layer() : "..." + l.layer().substring(l.layer().length()
                    - width + 3);
            say("  %-" + width + "s %9s %-6s %7.1f %10.6f %10.6f %10.6f %5.1f %% %s", shown, Text.count(l.weights()),
                    l.precision(), l.sqnr(), l.alone(), l.without(), l.curvature(), l.flipped(), bar(l.alone(), most));
        }
    }

    /** A bar over five decades below the greatest value. */
    private static String bar(double value, double most) {
        double decades = value > 0 && most > 0 ? 5 + Math.log10(value / most) : 0;
        return "#".repeat(Math.clamp(Math.round(decades / 5 * BAR), 0, BAR));
    }
}
