package quantwright.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.backend.Executor;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.BitComparison;
import quantwright.compiler.evaluate.PairedTest;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/** {@code qw evaluate}. */
@Command(name = "evaluate", sortOptions = false,
        description = {"Measures a classifier's accuracy on labelled data.",
            "With --against, compares it with a reference model sample by sample;"
                + " with --compare, its code with the reference"
                + " interpreter byte by byte."},
        footer = {"", "A DIR uses the preprocessing it was calibrated with"
            + " unless DATA or --preprocess states another."})
final class EvaluateVerb extends Verb {
    @Parameters(paramLabel = "DIR|MODEL", description = "An artifact folder, or a model file.")
    private Path subject;
    @Option(names = "--data", paramLabel = "DATA", required = true,
            description = ".npz (x, y), .npy, IDX, image folder, or .json manifest.")
    private Path data;
    @Option(names = "--limit", paramLabel = "N", description = "Use the first N samples.")
    private Long limit;
    @Option(names = "--top5", description = "Also print top-5 accuracy.")
    private boolean top5;
    @Option(names = "--against", paramLabel = "DIR|MODEL", description = "A reference, such as the float model.")
    private Path against;
    @Option(names = "--against-preprocess", paramLabel = "JSON",
            description = "Preprocessing of the reference; default: that of the first model.")
    private String againstPreprocess;
    @Option(names = "--compare", description = "Count bytes that differ between the code and the interpreter, in every"
            + " materialised tensor and in the outputs. Exit status 1 if any does.")
    private boolean compare;
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private ProgramOptions programOptions;
    @Mixin
    private ChipOptions chipOptions;

    @Override
    int execute(Bars bars) throws FormatException {
        if (limit != null && limit < 1) {
            throw conflict("--limit takes a positive number, not " + limit);
        }
        if (againstPreprocess != null && against == null) {
            throw conflict("--against-preprocess belongs to --against");
        }
        Quantwright driver = driver();
        Optional<Preprocessing> own = dataOptions.stated();
        Program program = chipOptions.given() ? chipOptions.open(this, driver, subject, programOptions, own, bars)
                : programOptions.open(this, driver, subject, bars);
        ModelFeed feed = DataOptions.feed(data, program.input(), own, ProgramOptions.calibratedWith(subject));
        long count = limit == null ? feed.size() : Math.min(limit, feed.size());
        boolean labelled = feed.data().source().labelled();
        if (compare) {
            return compare(program, feed, count, bars);
        }
        if (!labelled && against == null) {
            throw new UserErrorException(DriverDiagnostic.NO_LABELS, Location.file(data), "samples without labels");
        }
        Map<String, Object> result = new LinkedHashMap<>();
        Predictions predictions = Predictions.of(program, feed, count, bars);
        bars.close();
        show(result, subject, program, predictions, labelled ? Optional.of(feed) : Optional.empty());
        if (against != null) {
            Optional<Preprocessing> stated = DataOptions.parse(againstPreprocess, "--against-preprocess").or(() -> own);
            Program reference = programOptions.open(this, driver, against, bars);
            ModelFeed other = DataOptions.feed(data, reference.input(), stated,
                    ProgramOptions.calibratedWith(against).or(() -> ProgramOptions.calibratedWith(subject)));
            Predictions expected = Predictions.of(reference, other, count, bars);
            bars.close();
            Map<String, Object> referenceResult = new LinkedHashMap<>();
            show(referenceResult, against, reference, expected, labelled ? Optional.of(other) : Optional.empty());
            result.put("against", referenceResult);
            show(result, Agreement.of(expected, predictions, labelled ? Optional.of(feed) : Optional.empty()));
        }
        result(result);
        return OK;
    }

    private void show(Map<String, Object> result, Path path, Program program, Predictions predictions,
            Optional<ModelFeed> labels) {
        String runsOn;
        try (Executor executor = program.open()) {
            runsOn = executor.description();
        }
        result.put("path", path);
        result.put("model", program.name());
        result.put("runsOn", runsOn);
        result.put("samples", predictions.size());
        say("%s on %s, %d samples", path, runsOn, predictions.size());
        if (labels.isPresent()) {
            double top1 = predictions.accuracy(labels.get(), 1);
            result.put("top1", top1);
            say("  top-1 %6.2f %%", top1);
            if (top5) {
                double best5 = predictions.accuracy(labels.get(), 5);
                result.put("top5", best5);
                say("  top-5 %6.2f %%", best5);
            }
        }
    }

    private void show(Map<String, Object> result, Agreement agreement) {
        say("compared with the reference");
        result.put("top1Agreement", agreement.top1Agreement());
        result.put("meanDivergence", agreement.meanDivergence());
        agreement.paired().ifPresent(test -> show(result, test));
        say("  same top-1 on %.2f %% of samples, mean KL divergence %.5f nats", agreement.top1Agreement(),
                agreement.meanDivergence());
    }

    private void show(Map<String, Object> result, PairedTest test) {
        result.put("drop", test.drop());
        result.put("dropLow", test.dropLow());
        result.put("dropHigh", test.dropHigh());
        result.put("pValue", test.pValue());
        result.put("onlyReferenceRight", test.onlyReference());
        result.put("onlyThisRight", test.onlyCandidate());
        say("  accuracy drop %.2f points, exact paired 95 %% interval [%.2f, %.2f], p = %.3f"
                + " (right alone: reference %d, this %d)",
                test.drop(), test.dropLow(), test.dropHigh(), test.pValue(), test.onlyReference(),
                        test.onlyCandidate());
    }

    private int compare(Program program, ModelFeed feed, long count, Bars bars) {
        BitComparison comparison = BitComparison.of(program, feed, count, bars);
        bars.close();
        for (BitComparison.Row row : comparison.tensors()) {
            if (row.differingBytes() > 0) {
                say("  DIFFERS %s %s: %s of %s bytes", row.output() ? "output" : "tensor", row.name(),
                        Text.count(row.differingBytes()), Text.count(row.bytes()));
            }
        }
        comparison.unmatched().forEach(name -> say("  NOT COMPARED %s: the graph has no such value", name));
        long outputs = comparison.tensors().stream().filter(BitComparison.Row::output).count();
        say("%s: %s differing bytes of %s, in %d materialised tensors and %d outputs over %d samples", subject,
                Text.count(comparison.differingBytes()), Text.count(comparison.bytes()),
                comparison.tensors().size() - outputs, outputs, count);
        result(comparison);
        return comparison.equal() ? OK : FAILED;
    }
}
