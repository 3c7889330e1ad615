package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
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
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.sensitivity.LayerSensitivity;
import quantwright.compiler.sensitivity.SensitivityAnalysis;
import quantwright.compiler.sensitivity.SensitivityResults;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.profiles.HardwareProfile;

/** {@code qw sensitivity}. */
@Command(name = "sensitivity", sortOptions = false,
        description = "Measures what each layer costs in accuracy at each precision, on calibration data against the float"
            + " model. What is measured is kept in a file after each layer; run again, it goes on from there.",
        footer = {"", "Example: qw sensitivity model.onnx --calibrate samples.npz --bits w8a8,w4a8,w2a8"})
final class SensitivityVerb extends Verb {
    private static final int BAR = 24;
    private static final int DEFAULT_SAMPLES = 64;
    @Parameters(paramLabel = "MODEL", description = "A float .onnx, .tflite or .qir file.")
    private Path file;
    @Option(names = "--calibrate", paramLabel = "DATA", required = true,
            description = "Samples to measure on: .npz, .npy, IDX, image folder, or .json manifest.")
    private Path data;
    @Option(names = "--profile", paramLabel = "P",
            description = "Profile by id or .qhw file, whose code runs the model; default: the best for this host.")
    private String profileName;
    @Option(names = "--bits", split = ",", paramLabel = "BITS",
            description = "Precisions to measure each layer at; default: w8a8,w4a8,w2a8.")
    private List<String> bits = List.of("w8a8", "w4a8", "w2a8");
    @Option(names = "--samples", paramLabel = "N",
            description = "Measure on the first N samples; default 64. Layers are tuned on all.")
    private int samples = DEFAULT_SAMPLES;
    @Option(names = {"-o", "--output"}, paramLabel = "FILE",
            description = "The results file; default: the model's name with .sensitivity.json, in this folder.")
    private Path output;
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private QuantizeOptions quantizeOptions;
    @Mixin
    private ModelOptions modelOptions;

    @Override
    int execute(Bars bars) throws FormatException {
        if (samples < 1) {
            throw conflict("--samples takes a positive number, not " + samples);
        }
        List<LayerPrecision.Integer> candidates = new ArrayList<>();
        for (String text : bits) {
            if (!(LayerPrecision.parse(text).orElse(null) instanceof LayerPrecision.Integer precision)) {
                throw new UserErrorException(CliDiagnostic.USAGE, Location.UNKNOWN,
                        "--bits takes bits such as w4a8, not '" + text + "'");
            }
            candidates.add(precision);
        }
        Quantwright driver = driver();
        HardwareProfile profile = profile(driver, profileName);
        Model model = modelOptions.load(driver, file, sink());
        ModelFeed feed = DataOptions.feed(data, model.input(), dataOptions.stated(), Optional.empty());
        String name = file.getFileName().toString();
        Path results = output != null ? output
                : Path.of(name.substring(0, name.lastIndexOf('.') < 0 ? name.length() : name.lastIndexOf('.'))
                        + ".sensitivity.json");
        SensitivityResults measured = new SensitivityAnalysis(model, feed, samples, quantizeOptions.options(profile), profile,
                candidates, sink()).run(Optional.of(results), bars);
        bars.close();
        show(measured, Math.min(samples, feed.size()));
        say("%s", results);
        result(measured);
        return OK;
    }

    private void show(SensitivityResults measured, long count) {
        say("KL divergence from the float model in nats, %d samples; bars are the logarithm of the layer alone", count);
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
