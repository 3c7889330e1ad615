package quantwright.tests.catalogue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.CalibrationStatistics;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/**
 * A model of the catalogue as integer models for chips: as it comes if it is quantized, else by each chip's own rules on a
 * few samples. Which weights they are does not matter where this is used, so they are not tuned.
 */
public final class IntegerModels {
    private static final int SAMPLES = 4;

    private final Model model;
    private final ModelFeed feed;
    private final HardwareProfile host;
    private final Map<QuantizationOptions, Model> known = new HashMap<>();
    private Model equalized;
    private CalibrationStatistics statistics;

    /** Loads a model. */
    public IntegerModels(Quantwright driver, CatalogueModel entry) throws FormatException {
        model = driver.load(entry.path(), ImportOptions.none(), new DiagnosticSink());
        PreparedData data = entry.data().isPresent() ? entry.evaluationData()
                : new PreparedData(new RandomData(model.input(), SAMPLES), Preprocessing.none(), entry.inputType());
        feed = new ModelFeed(data, model.input()).first(SAMPLES);
        host = driver.hostProfile().orElseGet(() -> driver.profiles().find("x86-avx2"));
    }

    /** The integer model for a chip; chips of the same rules get the same one. */
    public Model of(HardwareProfile chip) {
        if (model.isQuantized()) {
            return model;
        }
        return known.computeIfAbsent(QuantizationOptions.standard(chip), this::quantized);
    }

    /** Inputs of the first sample. */
    public List<Tensor> sample() throws FormatException {
        return feed.inputs(0);
    }

    private Model quantized(QuantizationOptions how) {
        if (statistics == null) {
            DiagnosticSink sink = new DiagnosticSink();
            equalized = model.equalized(model.calibrate(feed, host, sink, Progress.SILENT), how.precision());
            statistics = equalized.calibrate(feed, host, sink, Progress.SILENT);
        }
        return equalized.quantize(statistics, how);
    }
}
