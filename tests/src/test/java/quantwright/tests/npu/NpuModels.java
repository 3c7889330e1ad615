package quantwright.tests.npu;

import java.util.List;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.PreparedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.differential.RandomData;

/** Integer models of the catalogue. */
final class NpuModels {
    private static final int CALIBRATION_SAMPLES = 4;

    private NpuModels() {
    }

    /**
     * An integer model and a sample for it.
     *
     * @param model the model
     * @param inputs inputs of the first sample
     */
    record Sample(Model model, List<Tensor> inputs) {
    }

    /** A model of the catalogue, quantized by a few samples if it is float. */
    static Sample quantized(Quantwright qw, CatalogueModel entry) throws FormatException {
        DiagnosticSink sink = new DiagnosticSink();
        Model model = qw.load(entry.path(), ImportOptions.none(), sink);
        PreparedData data = entry.data().isPresent() ? entry.evaluationData()
                : new PreparedData(new RandomData(model.input(), CALIBRATION_SAMPLES), Preprocessing.none(),
                        entry.inputType());
        ModelFeed feed = new ModelFeed(data, model.input()).first(CALIBRATION_SAMPLES);
        if (!model.isQuantized()) {
            HardwareProfile profile = qw.hostProfile().orElseGet(() -> qw.profiles().find("x86-avx2"));
            model = model.quantize(feed, QuantizationOptions.standard(), profile, sink, Progress.SILENT);
        }
        return new Sample(model, feed.inputs(0));
    }
}
