package quantwright.bench;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.PairedTest;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.importer.ImportOptions;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;
import quantwright.tests.catalogue.CatalogueModel;
import quantwright.tests.catalogue.ModelCatalogue;

/**
 * Accuracy of each float model of the catalogue that has labelled data, against its int8 form by the standard recipe,
 * both by the profile's code. Arguments: {@code [--only REGEX]} of model ids; {@code [--limit N]}, evaluate the first N
 * samples.
 */
public final class AccuracyTable {
    /** Below this many samples the table gives the interval of the drop. */
    private static final int FEW = 1000;

    private final Quantwright driver = Quantwright.discover();
    private final HardwareProfile profile = Host.profile();
    private final long limit;
    private final List<String> notes = new ArrayList<>();

    private AccuracyTable(long limit) {
        this.limit = limit;
    }

    /** Prints Markdown. */
    public static void main(String[] args) throws Exception {
        Arguments arguments = new Arguments(args, "only", "limit");
        Pattern only = Pattern.compile(arguments.text("only", ""));
        AccuracyTable table = new AccuracyTable((long) arguments.number("limit", Long.MAX_VALUE));
        System.out.printf("Top-1 in %%, profile %s. Int8 by the standard recipe, the same for every model.%n%n",
                table.profile.id());
        System.out.println("| model | samples | f32 | int8 | drop | exact paired 95 % interval of the drop | same top-1"
                + " | mean KL, nats |");
        System.out.println("|---|" + "---:|".repeat(7));
        for (CatalogueModel model : ModelCatalogue.load().all()) {
            boolean measurable = model.data().isPresent() && !model.isQuantized();
            if (measurable && ModelCatalogue.absent(model).isEmpty() && Files.exists(model.path())
                    && only.matcher(model.id()).find()) {
                System.out.println(table.row(model));
            }
        }
        System.out.println();
        table.notes.forEach(n -> System.out.println("- " + n));
    }

    private String row(CatalogueModel entry) throws Exception {
        Samples samples = Samples.of(entry).orElseThrow();
        if (!samples.note().isEmpty()) {
            notes.add(entry.id() + ": " + samples.note() + ".");
        }
        DiagnosticSink sink = new DiagnosticSink();
        Model real = driver.load(entry.path(), ImportOptions.none(), sink);
        ModelFeed evaluation = Samples.feed(entry, samples.evaluation(), real.input());
        long count = Math.min(limit, evaluation.size());
        ModelFeed calibration = Samples.feed(entry, samples.calibration(), real.input());
        Model integer = real.quantize(calibration, QuantizationOptions.standard(), profile, sink, Progress.SILENT);
        Predictions expected = Predictions.of(program(real, sink), evaluation, count, Progress.SILENT);
        Predictions predicted = Predictions.of(program(integer, sink), evaluation, count, Progress.SILENT);
        Agreement agreement = Agreement.of(expected, predicted, Optional.of(evaluation));
        PairedTest paired = agreement.paired().orElseThrow();
        sink.all().forEach(d -> notes.add(entry.id() + ": " + d.message()));
        String interval = count >= FEW ? "" : String.format("%.2f to %.2f", paired.dropLow(), paired.dropHigh());
        return String.format("| %s | %d | %.2f | %.2f | %.2f | %s | %.2f %% | %.5f |", entry.id(), count,
                expected.accuracy(evaluation, 1), predicted.accuracy(evaluation, 1), paired.drop(), interval,
                agreement.top1Agreement(), agreement.meanDivergence());
    }

    private Program program(Model model, DiagnosticSink sink) {
        return Program.of(driver, model, profile, On.AUTO, sink, Progress.SILENT);
    }
}
