package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.search.PlanReader;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;
import quantwright.profiles.HardwareProfile;

/** Options of verbs that try several precisions for the layers of a float model, on calibration data. */
final class CandidateOptions {
    @Parameters(paramLabel = "MODEL", description = "A float .onnx, .tflite or .qir file.")
    private Path file;
    @Option(names = "--calibrate", paramLabel = "DATA", required = true,
            description = "Samples to quantize by: .npz, .npy, IDX, image folder, or .json manifest.")
    private Path calibration;
    @Option(names = "--samples", paramLabel = "N", description = "Calibrate on the first N samples.")
    private Integer samples;
    @Option(names = "--profile", paramLabel = "P",
            description = "Profile by id or .qhw file; default: the best for this host.")
    private String profileName;
    @Option(names = {"--precisions", "--bits"}, paramLabel = "LIST", split = ",", defaultValue = "w8a8,w4a8,w2a8,float",
            description = "What layers may have, preferred first: float, w8a8, w4a8, w2a8, w1a8, w8a16, ..."
                + " Default: ${DEFAULT-VALUE}.")
    private List<String> precisions;
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private QuantizeOptions quantizeOptions;
    @Mixin
    private ModelOptions modelOptions;

    /** The model's file. */
    Path file() {
        return file;
    }

    /** The model file's name. */
    String name() {
        return file.getFileName().toString();
    }

    /** The chip: the one named, or the one that makes the most of this host. */
    HardwareProfile profile(Quantwright driver) {
        return Verb.profile(driver, profileName);
    }

    Model load(Verb verb, Quantwright driver) {
        return modelOptions.load(driver, file, verb.sink());
    }

    /** The recipe. */
    QuantizationOptions recipe(HardwareProfile profile) {
        return quantizeOptions.options(profile);
    }

    /** The calibration data with what is to be done to its samples. */
    OpenedData calibration(Model model) throws FormatException {
        return DataOptions.open(calibration, model.input(), dataOptions.stated(), Optional.empty());
    }

    /** Samples to calibrate on. */
    ModelFeed feed(OpenedData opened, Model model) throws FormatException {
        if (samples != null) {
            positive(samples, "--samples");
        }
        ModelFeed all = opened.feed(model.input());
        return samples == null ? all : all.first(samples);
    }

    /** Further data, prepared as stated, else as its manifest says, else as the calibration data is. */
    ModelFeed evaluation(Path data, OpenedData opened, Model model) throws FormatException {
        Optional<Preprocessing> calibrated = opened.preprocessing();
        return DataOptions.feed(data, model.input(), dataOptions.stated(), calibrated);
    }

    /** The precisions, each once. */
    List<LayerPrecision> precisions() {
        List<String> valid = PlanReader.all().stream().map(LayerPrecision::text).toList();
        List<LayerPrecision> parsed = new ArrayList<>();
        for (String text : precisions) {
            parsed.add(LayerPrecision.parse(text.strip()).orElseThrow(() -> new UserErrorException(CliDiagnostic.USAGE,
                    Location.UNKNOWN, "--precisions '" + text + "'", Names.suggestion(text, valid))));
        }
        return parsed.stream().distinct().toList();
    }

    /** Those of the precisions that are integer. */
    List<LayerPrecision.Integer> integers() {
        return precisions().stream().filter(LayerPrecision.Integer.class::isInstance).map(LayerPrecision.Integer.class::cast)
                .toList();
    }

    static int positive(int value, String option) {
        if (value < 1) {
            throw Verb.conflict(option + " takes a positive number, not " + value);
        }
        return value;
    }
}
