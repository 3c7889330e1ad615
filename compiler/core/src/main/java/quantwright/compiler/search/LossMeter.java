package quantwright.compiler.search;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.On;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Agreement;
import quantwright.compiler.evaluate.Predictions;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.profiles.HardwareProfile;

/**
 * Measures what choices cost in accuracy: the mean Kullback-Leibler divergence of a model's outputs from the float model's,
 * on samples, with one layer at the choice's precision and 8 bits everywhere else, less that with 8 bits everywhere. Each
 * measurement is written to a file at once, and what the file holds is not measured again.
 */
public final class LossMeter {
    private static final String METRIC = "mean KL divergence from the float model, nats; one layer changed, the rest w8a8";

    private final Quantwright driver;
    private final Candidates candidates;
    private final HardwareProfile profile;
    private final ModelFeed data;
    private final long samples;
    private final Predictions reference;

    /**
     * A meter on the first samples of a data set. Integer models give the same bytes everywhere, so it does not matter on
     * what they run.
     *
     * @param profile what to compile for, if this host can run it
     */
    public LossMeter(Quantwright driver, Candidates candidates, HardwareProfile profile, ModelFeed data, long samples,
            Progress progress) {
        this.driver = driver;
        this.candidates = candidates;
        this.profile = profile;
        this.data = data;
        this.samples = samples;
        this.reference = predictions(candidates.base(), progress);
    }

    private Predictions predictions(Model model, Progress progress) {
        Program program = Program.of(driver, model, profile, On.AUTO, new DiagnosticSink(), Progress.SILENT);
        return Predictions.of(program, data, samples, progress);
    }

    /**
     * The table for some precisions of every layer.
     *
     * @param file keeps measurements between runs
     */
    public LossTable table(String modelHash, String statisticsHash, List<LayerPrecision> precisions, Path file,
            Progress progress) {
        List<LossTable.Row> rows = new ArrayList<>();
        LossTable empty = new LossTable(LossTable.FORMAT, modelHash, statisticsHash, METRIC, samples, 0, List.of());
        Optional<LossTable> known = Files.isRegularFile(file)
                ? Optional.of(Tables.read(file, LossTable.class, LossTable.FORMAT)).filter(t -> t.continues(empty))
                : Optional.empty();
        double baseline = known.isPresent() ? known.get().baseline()
                : divergence(candidates.uniform(LayerPrecision.W8A8));
        known.ifPresent(t -> rows.addAll(t.rows()));
        List<LayerGraph.Layer> layers = candidates.layers().layers();
        long done = 0;
        for (int i = 0; i < layers.size(); i++) {
            for (LayerPrecision precision : precisions) {
                progress.update("measuring losses", done++, (long) layers.size() * precisions.size());
                String name = layers.get(i).name();
                OptionalDouble before = known.map(t -> t.loss(name, precision.text())).orElse(OptionalDouble.empty());
                if (before.isPresent()) {
                    continue;
                }
                double loss = precision.equals(LayerPrecision.W8A8) ? 0 : divergence(changed(i, precision)) - baseline;
                rows.add(new LossTable.Row(name, precision.text(), loss));
                Tables.write(file, Tables.text(table(empty, baseline, rows)));
            }
        }
        progress.update("measuring losses", done, done);
        return table(empty, baseline, rows);
    }

    private static LossTable table(LossTable header, double baseline, List<LossTable.Row> rows) {
        return new LossTable(header.format(), header.model(), header.statistics(), header.metric(), header.samples(),
                baseline, rows);
    }

    private List<LayerPrecision> changed(int layer, LayerPrecision precision) {
        List<LayerPrecision> assignment = new ArrayList<>(Collections.nCopies(candidates.layers().layers().size(),
                LayerPrecision.W8A8));
        assignment.set(layer, precision);
        return assignment;
    }

    private double divergence(List<LayerPrecision> assignment) {
        return Agreement.of(reference, predictions(candidates.model(assignment), Progress.SILENT), Optional.empty())
                .meanDivergence();
    }
}
