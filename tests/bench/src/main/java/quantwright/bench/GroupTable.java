package quantwright.bench;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * What multipliers for groups of inputs gain: weight bytes, multipliers included, and the signal-to-noise ratio of a model's
 * output against the float model's, with weights rounded to nearest and with the standard recipe. Arguments:
 * {@code [--only REGEX]} of model ids; {@code [--samples N]} of calibration and of evaluation.
 */
public final class GroupTable {
    private static final String MODELS = "^(ad01-fp32|kws-fp32|resnet8-fp32|mobilenet-v1-025)$";
    private static final String[] GROUPS = {"", "g256", "g128", "g64", "g32"};
    private final HardwareProfile profile = Host.profile();
    private final DiagnosticSink sink = new DiagnosticSink();
    private final CatalogueModel entry;
    private final Model real;
    private final ModelFeed calibration;
    private final List<List<quantwright.ir.data.Tensor>> samples = new ArrayList<>();
    private final List<float[]> expected = new ArrayList<>();

    private GroupTable(CatalogueModel entry, Samples data, int count) throws Exception {
        this.entry = entry;
        real = Quantwright.discover().load(entry.path(), ImportOptions.none(), sink);
        calibration = Samples.feed(entry, data.calibration(), real.input()).first(count);
        ModelFeed evaluation = Samples.feed(entry, data.evaluation(), real.input());
        for (int i = 0; i < Math.min(count, evaluation.size()); i++) {
            samples.add(evaluation.inputs(i));
        }
        expected.addAll(outputs(real));
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "samples");
        Pattern only = Pattern.compile(arguments.text("only", MODELS));
        System.out.println("| model | precision | layers in groups | weight bytes | SQNR, nearest, dB | SQNR, standard recipe, dB |");
        System.out.println("|---|---|" + "---:|".repeat(4));
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            if (only.matcher(model.id()).find() && ModelCatalogue.absent(model).isEmpty() && Files.exists(model.path())) {
                Optional<Samples> data = Samples.of(model);
                if (data.isPresent()) {
                    new GroupTable(model, data.get(), (int) arguments.number("samples", 64)).rows();
                }
            }
        }
    }

    private void rows() {
        for (int bits : new int[] {4, 2}) {
            for (String group : GROUPS) {
                row("w" + bits + group + "a8");
            }
        }
    }

    private void row(String precision) {
        QuantizationOptions how = QuantizationOptions.standard().withPrecision(PrecisionPlan.uniform(
                LayerPrecision.parse(precision).orElseThrow()));
        Model tuned = quantized(how);
        long groups = 0;
        long bytes = 0;
        for (Node n : tuned.graph()) {
            if (n.op().mnemonic().equals("q.conv2d") || n.op().mnemonic().equals("q.dense")) {
                TensorType w = n.operand(1).type();
                bytes += w.constantBytes();
                groups += w.element() instanceof QuantizedType.PerGroup ? 1 : 0;
            }
        }
        System.out.printf("| %s | %s | %d | %d | %.2f | %.2f |%n", entry.id(), precision, groups, bytes,
                ratio(quantized(how.withWeights(how.weights().untuned()))), ratio(tuned));
    }

    private Model quantized(QuantizationOptions how) {
        return real.quantize(calibration, how, profile, sink, Progress.SILENT);
    }

    private double ratio(Model model) {
        double signal = 0;
        double noise = 0;
        List<float[]> actual = outputs(model);
        for (int i = 0; i < actual.size(); i++) {
            for (int k = 0; k < actual.get(i).length; k++) {
                double wanted = expected.get(i)[k];
                signal += wanted * wanted;
                noise += Math.pow(wanted - actual.get(i)[k], 2);
            }
        }
        return 10 * Math.log10(signal / noise);
    }

    private List<float[]> outputs(Model model) {
        List<float[]> all = new ArrayList<>();
        try (Executor executor = model.executor(profile, sink, Progress.SILENT)) {
            samples.forEach(s -> all.add(executor.run(s).getFirst().floats().clone()));
        }
        return all;
    }
}
