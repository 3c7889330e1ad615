package quantwright.tests.docs.guide;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import quantwright.backend.Artifact;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.DataSets;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/** Quantizes a model, compiles it, and runs it. */
public final class ApiExample {
    private ApiExample() {
    }

    /** Gives the int8 model's outputs on the first sample. */
    public static List<Tensor> run(Path modelFile, Path samples, Preprocessing steps,
            Path folder) throws FormatException {
        DiagnosticSink warnings = new DiagnosticSink();
        Quantwright qw = Quantwright.discover();
        HardwareProfile profile = qw.profiles().find("x86-avx512-vnni");
        Model model = qw.load(modelFile, ImportOptions.none(), warnings);
        ModelFeed data = new OpenedData(DataSets.npz(samples), Optional.of(steps)).feed(model.input());
        Model int8 = model.quantize(data, QuantizationOptions.standard(), profile, warnings, Progress.SILENT);
        Artifact artifact = int8.compileFor(profile, folder, warnings, Progress.SILENT);
        try (Executor executor = qw.load(artifact)) {
            return executor.run(data.inputs(0));
        }
    }
}
