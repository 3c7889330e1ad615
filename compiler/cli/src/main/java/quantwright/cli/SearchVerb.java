package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import quantwright.compiler.data.ModelFeed;
import quantwright.compiler.data.OpenedData;
import quantwright.compiler.driver.Model;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.quant.QuantizationOptions;
import quantwright.compiler.search.Budgets;
import quantwright.compiler.search.Candidates;
import quantwright.compiler.search.CostFile;
import quantwright.compiler.search.CostMeter;
import quantwright.compiler.search.CostTable;
import quantwright.compiler.search.Figure;
import quantwright.compiler.search.FrontSvg;
import quantwright.compiler.search.HardwareMatrix;
import quantwright.compiler.search.LossTable;
import quantwright.compiler.search.PlanWriter;
import quantwright.compiler.search.PrecisionSearch;
import quantwright.compiler.search.SearchDiagnostic;
import quantwright.compiler.search.SearchOptions;
import quantwright.compiler.search.SearchProblem;
import quantwright.compiler.search.SearchResult;
import quantwright.compiler.search.Tables;
import quantwright.compiler.search.VerifiedPlans;
import quantwright.compiler.search.Verifier;
import quantwright.compiler.sensitivity.SensitivityAnalysis;
import quantwright.compiler.sensitivity.SensitivityResults;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;
import quantwright.profiles.HardwareProfile;

/** {@code qw search}. */
@Command(name = "search", sortOptions = false,
        description = {"Finds the precision of every layer: the least loss within budgets, proven optimal for the"
            + " measured costs, then verified by running the quantized model.",
            "Writes plan files, the Pareto front, and the tables of costs and losses into DIR; interrupted, it goes on from"
                + " what it finds there."},
        footer = {"", "Example: qw search model.onnx --calibrate samples.npz --data dev.npz \\",
            "           --budget 'drop<=1%,size<=100KiB' -o out",
            "Then:    qw compile model.onnx --calibrate samples.npz --plan out/best.plan -o artifact"})
final class SearchVerb extends Verb {
    private static final String COSTS = "costs.json";
    private static final String LOSSES = "losses.json";
    private static final String REPAIRED = "losses-repaired.json";
    private static final String SENSITIVITY = "sensitivity.json";
    private static final String VERIFIED = "verified.json";

    @Mixin
    private CandidateOptions candidateOptions;
    @Option(names = "--data", paramLabel = "DATA",
            description = "Samples to verify plans on; labels give accuracy. Default: those of --calibrate.")
    private Path evaluation;
    @Option(names = "--limit", paramLabel = "N", description = "Verify on the first N samples of --data.")
    private Integer limit;
    @Option(names = "--budget", paramLabel = "BOUNDS", defaultValue = "",
            description = "Upper bounds, such as 'drop<=1%%,latency<=2ms,size<=100KiB,energy<=50uJ,arena<=64KiB,bops<=2G'.")
    private String budget;
    @Option(names = "--minimize", paramLabel = "FIGURE",
            description = "loss (default), latency, energy, size, arena or bops. Without a bound but drop: latency.")
    private String objective;
    @Option(names = "--costs", paramLabel = "FILE",
            description = "A cost table to use instead of measuring, as of qw profile measure.")
    private Path costsFile;
    @Option(names = "--sensitivity", paramLabel = "FILE",
            description = "Results of qw sensitivity to use and add to. Default: sensitivity.json in DIR.")
    private Path sensitivity;
    @Mixin
    private MeasureOptions measureOptions;
    @Option(names = "--loss-samples", paramLabel = "N", defaultValue = "64",
            description = "Calibration samples to hold out and measure losses on, at most a third of them all."
                + " Default: ${DEFAULT-VALUE}.")
    private int lossSamples;
    @Option(names = "--verify", paramLabel = "N", defaultValue = "3",
            description = "How many of the best plans to run before losses are repaired by them."
                + " Default: ${DEFAULT-VALUE}; 0: predict only.")
    private int verify;
    @Option(names = "--front", paramLabel = "N", defaultValue = "9",
            description = "Points of the Pareto front. Default: ${DEFAULT-VALUE}.")
    private int frontPoints;
    @Option(names = "--verify-front", description = "Run the plans of the front too, time integer plans"
            + " that are as unlike as there are, and say how well latency was predicted.")
    private boolean verifyFront;
    @Option(names = "--across", paramLabel = "P", split = ",",
            description = "Also search for these profiles, and cost each one's best plan on every other.")
    private List<String> across = new ArrayList<>();
    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "Folder for plans and tables.")
    private Path output;

    @Override
    int execute(Bars bars) throws FormatException {
        SearchOptions options = options();
        Quantwright driver = driver();
        HardwareProfile profile = candidateOptions.profile(driver);
        List<HardwareProfile> others = across.stream().map(driver.profiles()::find).toList();
        requireEnergies(driver, profile, options);
        Model model = candidateOptions.load(this, driver);
        OpenedData opened = candidateOptions.calibration(model);
        ModelFeed feed = candidateOptions.feed(opened, model);
        ModelFeed data = evaluation == null ? feed : candidateOptions.evaluation(evaluation, opened, model);
        data = limit == null ? data : data.first(limit);
        Tables.requireWritable(output.resolve(COSTS));
        QuantizationOptions recipe = candidateOptions.recipe(profile);
        Candidates candidates = Candidates.of(model, feed, recipe, profile, sink(), bars);
        showWarnings();
        String modelHash = Tables.hash(model.graph());
        CostFile file = measureOptions.file(driver, candidates, profile, modelHash, options.precisions());
        CostTable costs = costsFile != null ? file.given(costsFile) : file.kept(output.resolve(COSTS), bars);
        LossTable losses = losses(driver, model, feed, candidates, profile, bars);
        Optional<Verifier> verifier = verify == 0 ? Optional.empty() : Optional.of(new Verifier(driver, candidates, profile,
                data, evaluation != null, new VerifiedPlans(output.resolve(VERIFIED), String.join("\n", modelHash,
                profile.hash(), recipe.toString(), losses.statistics(), data.hash()))));
        SearchResult result = new PrecisionSearch(new SearchProblem(costs, losses), options, verifier).run(bars);
        bars.close();
        write(result);
        new SearchReport(this, result).print(candidateOptions.name(), output);
        if (!others.isEmpty()) {
            across(driver, candidates, result.problem().losses(), others, options, bars);
        }
        if (!result.keptDrop()) {
            sink().report(SearchDiagnostic.DROP_NOT_KEPT, Location.UNKNOWN, "drop<="
                    + options.budgets().drop().orElseThrow() + "%");
            return FAILED;
        }
        return OK;
    }

    /** What to search for; every option is checked before any file is read. */
    private SearchOptions options() {
        Budgets budgets = budget.isEmpty() ? Budgets.none() : Budgets.parse(budget);
        if (verify < 0) {
            throw conflict("--verify takes 0 or a positive number, not " + verify);
        }
        if (limit != null) {
            CandidateOptions.positive(limit, "--limit");
        }
        return new SearchOptions(budgets, objective(budgets), candidateOptions.precisions(), measureOptions.rounds(),
                CandidateOptions.positive(lossSamples, "--loss-samples"), verify, CandidateOptions.positive(frontPoints,
                "--front"), verifyFront && verify > 0);
    }

    /** Losses by what single layers cost, measured as far as the file does not hold it. */
    private LossTable losses(Quantwright driver, Model model, ModelFeed feed, Candidates candidates, HardwareProfile profile,
            Bars bars) {
        Path results = sensitivity != null ? sensitivity : output.resolve(SENSITIVITY);
        // Integer arithmetic gives the same bits on every machine, so what this host runs fastest will do.
        HardwareProfile runs = driver.backendFor(profile).hostRefusal(profile).isEmpty() ? profile
                : driver.hostProfile().orElse(profile);
        SensitivityAnalysis analysis = new SensitivityAnalysis(model, feed, lossSamples, candidateOptions.recipe(profile),
                runs, candidateOptions.integers(), sink());
        SensitivityResults measured = analysis.run(Optional.of(results), bars);
        LossTable losses = LossTable.of(measured, Tables.hash(model.graph()), Tables.hash(candidates.statistics()),
                candidates.layers(), candidateOptions.precisions(), analysis.samples());
        Tables.write(output.resolve(LOSSES), Tables.text(losses));
        return losses;
    }

    /** Losses are those of the first profile: integer arithmetic differs by rounding alone. */
    private void across(Quantwright driver, Candidates candidates, LossTable losses, List<HardwareProfile> others,
            SearchOptions options, Bars bars) {
        List<SearchProblem> problems = new ArrayList<>();
        for (HardwareProfile other : others) {
            CostTable table = measureOptions.file(driver, candidates, other, losses.model(), options.precisions())
                    .kept(output.resolve("costs-" + other.id() + ".json"), bars);
            problems.add(new SearchProblem(table, losses));
        }
        Figure figure = options.objective().orElse(Figure.LATENCY);
        int[] done = {0};
        HardwareMatrix matrix = HardwareMatrix.of(problems, options, figure, (plan, on) -> {
            bars.update("simulating", done[0]++, (long) others.size() * others.size());
            return Verifier.simulated(driver, candidates.model(plan), others.get(on), figure);
        });
        bars.close();
        Tables.write(output.resolve("matrix.json"), Json.of(MatrixReport.json(matrix)) + "\n");
        MatrixReport.print(this, matrix);
    }

    /** Before anything is measured. */
    private static void requireEnergies(Quantwright driver, HardwareProfile profile, SearchOptions options) {
        if (options.budgets().limits().containsKey(Figure.ENERGY) || options.objective().equals(Optional.of(Figure.ENERGY))) {
            CostMeter.missingNumbers(driver, profile).ifPresent(missing -> {
                throw new UserErrorException(SearchDiagnostic.NO_ENERGY, Location.UNKNOWN, missing);
            });
        }
    }

    private Optional<Figure> objective(Budgets budgets) {
        if (objective == null) {
            return budgets.limits().isEmpty() && budgets.drop().isPresent() ? Optional.of(Figure.LATENCY) : Optional.empty();
        }
        if (objective.equals("loss")) {
            return Optional.empty();
        }
        List<String> names = new ArrayList<>(List.of("loss"));
        for (Figure f : Figure.values()) {
            names.add(f.text());
        }
        Figure figure = Figure.parse(objective).orElseThrow(() -> new UserErrorException(CliDiagnostic.USAGE,
                Location.UNKNOWN, "--minimize '" + objective + "'", Names.suggestion(objective, names)));
        if (budgets.drop().isEmpty()) {
            throw conflict("--minimize " + objective + " needs a bound of the loss: --budget 'drop<=...'");
        }
        return Optional.of(figure);
    }

    private void write(SearchResult result) {
        SearchProblem problem = result.problem();
        PlanWriter writer = new PlanWriter(problem, budget);
        String model = candidateOptions.name();
        if (!result.repairs().isEmpty()) {
            Tables.write(output.resolve(REPAIRED), Tables.text(problem.losses()));
        }
        Tables.write(output.resolve("best.plan"), writer.file(result.chosen(), model).text());
        for (int i = 0; i < result.front().size(); i++) {
            Tables.write(output.resolve("front-%02d.plan".formatted(i + 1)), writer.file(result.front().get(i), model).text());
        }
        Tables.write(output.resolve("front.svg"), FrontSvg.of(result, model + " on " + problem.costs().profile()));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("axis", result.axis().text());
        json.put("front", result.front().stream().map(p -> SearchReport.json(p, problem)).toList());
        Tables.write(output.resolve("front.json"), Json.of(json) + "\n");
    }
}
