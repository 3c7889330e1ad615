package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
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
import quantwright.compiler.search.Budgets;
import quantwright.compiler.search.Candidates;
import quantwright.compiler.search.CostMeter;
import quantwright.compiler.search.CostTable;
import quantwright.compiler.search.Figure;
import quantwright.compiler.search.FrontSvg;
import quantwright.compiler.search.HardwareMatrix;
import quantwright.compiler.search.LossTable;
import quantwright.compiler.search.PlanReader;
import quantwright.compiler.search.PlanWriter;
import quantwright.compiler.search.PrecisionSearch;
import quantwright.compiler.search.SearchDiagnostic;
import quantwright.compiler.search.SearchOptions;
import quantwright.compiler.search.SearchProblem;
import quantwright.compiler.search.SearchResult;
import quantwright.compiler.search.Tables;
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
    private static final String SENSITIVITY = "sensitivity.json";

    @Parameters(paramLabel = "MODEL", description = "A float model.")
    private Path file;
    @Option(names = "--calibrate", paramLabel = "DATA", required = true, description = "Samples to quantize by.")
    private Path calibration;
    @Option(names = "--samples", paramLabel = "N", description = "Calibrate on the first N samples.")
    private Integer samples;
    @Option(names = "--data", paramLabel = "DATA",
            description = "Samples to verify plans on; labels give accuracy. Default: those of --calibrate.")
    private Path evaluation;
    @Option(names = "--limit", paramLabel = "N", description = "Verify on the first N samples of --data.")
    private Integer limit;
    @Option(names = "--profile", paramLabel = "P",
            description = "Profile by id or .qhw file; default: the best for this host.")
    private String profileName;
    @Option(names = "--budget", paramLabel = "BOUNDS", defaultValue = "",
            description = "Upper bounds, such as 'drop<=1%%,latency<=2ms,size<=100KiB,energy<=50uJ,arena<=64KiB,bops<=2G'.")
    private String budget;
    @Option(names = "--minimize", paramLabel = "FIGURE",
            description = "loss (default), latency, energy, size, arena or bops. Without a bound but drop: latency.")
    private String objective;
    @Option(names = "--precisions", paramLabel = "LIST", split = ",", defaultValue = "w8a8,w4a8,w2a8,float",
            description = "What layers may have, preferred first: float, w8a8, w4a8, w2a8, w1a8, w8a16, ..."
                + " Default: ${DEFAULT-VALUE}.")
    private List<String> precisions;
    @Option(names = "--costs", paramLabel = "FILE",
            description = "A cost table to use instead of measuring, as of qw profile measure.")
    private Path costsFile;
    @Option(names = "--sensitivity", paramLabel = "FILE",
            description = "Results of qw sensitivity to use and add to. Default: sensitivity.json in DIR.")
    private Path sensitivity;
    @Option(names = "--rounds", paramLabel = "N", defaultValue = "300",
            description = "Measurements of each model for the cost table. Default: ${DEFAULT-VALUE}.")
    private int rounds;
    @Option(names = "--loss-samples", paramLabel = "N", defaultValue = "64",
            description = "Calibration samples to measure losses on. Default: ${DEFAULT-VALUE}.")
    private long lossSamples;
    @Option(names = "--verify", paramLabel = "N", defaultValue = "3",
            description = "How many of the best plans to run. Default: ${DEFAULT-VALUE}; 0: predict only.")
    private int verify;
    @Option(names = "--front", paramLabel = "N", defaultValue = "9",
            description = "Points of the Pareto front. Default: ${DEFAULT-VALUE}.")
    private int frontPoints;
    @Option(names = "--verify-front", description = "Run the plans of the front too, and say how well latency was predicted.")
    private boolean verifyFront;
    @Option(names = "--across", paramLabel = "P", split = ",",
            description = "Also search for these profiles, and cost each one's best plan on every other.")
    private List<String> across = new ArrayList<>();
    @Option(names = {"-o", "--output"}, paramLabel = "DIR", required = true, description = "Folder for plans and tables.")
    private Path output;
    @Mixin
    private DataOptions dataOptions;
    @Mixin
    private QuantizeOptions quantizeOptions;
    @Mixin
    private ModelOptions modelOptions;

    @Override
    int execute(Bars bars) throws FormatException {
        Budgets budgets = budget.isEmpty() ? Budgets.none() : Budgets.parse(budget);
        SearchOptions options = new SearchOptions(budgets, objective(budgets), parsedPrecisions(), positive(rounds, "--rounds"),
                lossSamples, verify, positive(frontPoints, "--front"), verifyFront && verify > 0);
        Quantwright driver = driver();
        HardwareProfile profile = profile(driver, profileName);
        requireEnergies(driver, profile, options);
        Model model = modelOptions.load(driver, file, sink());
        Optional<Preprocessing> steps = dataOptions.stated();
        OpenedData opened = DataOptions.open(calibration, model.input(), steps, Optional.empty());
        ModelFeed feed = opened.feed(model.input());
        feed = samples == null ? feed : feed.first(samples);
        Candidates candidates = Candidates.of(model, feed, quantizeOptions.options(profile), profile, sink(), bars);
        showWarnings();
        String modelHash = Tables.hash(model.graph());
        CostTable costs = costs(driver, candidates, profile, modelHash, options, bars);
        LossTable losses = losses(driver, model, feed, candidates, profile, modelHash, bars);
        SearchProblem problem = new SearchProblem(costs, losses);
        Optional<Verifier> verifier = verify == 0 ? Optional.empty() : Optional.of(new Verifier(driver, candidates, profile,
                evaluation(model, feed, opened.preprocessing()), bars));
        SearchResult result = new PrecisionSearch(problem, options, verifier).run(bars);
        bars.close();
        write(problem, result);
        new SearchReport(this, problem, result).print(file.getFileName().toString(), output);
        if (!across.isEmpty()) {
            across(driver, candidates, losses, options, bars);
        }
        if (!result.keptDrop()) {
            sink().report(SearchDiagnostic.DROP_NOT_KEPT, Location.UNKNOWN, "drop<=" + budgets.drop().orElseThrow() + "%");
            return FAILED;
        }
        return OK;
    }

    /** Losses by what single layers cost, measured as far as the file does not hold it. */
    private LossTable losses(Quantwright driver, Model model, ModelFeed feed, Candidates candidates, HardwareProfile profile,
            String modelHash, Bars bars) {
        List<LayerPrecision.Integer> integers = parsedPrecisions().stream()
                .filter(LayerPrecision.Integer.class::isInstance).map(LayerPrecision.Integer.class::cast).toList();
        long count = Math.min(lossSamples, feed.size());
        Path results = sensitivity != null ? sensitivity : output.resolve(SENSITIVITY);
        // Integer arithmetic gives the same bits on every machine, so what this host runs fastest will do.
        HardwareProfile runs = driver.backendFor(profile).hostRefusal(profile).isEmpty() ? profile
                : driver.hostProfile().orElse(profile);
        SensitivityResults measured = new SensitivityAnalysis(model, feed, count, quantizeOptions.options(profile), runs,
                integers, sink()).run(Optional.of(results), bars);
        LossTable losses = LossTable.of(measured, modelHash, Tables.hash(candidates.statistics()), candidates.layers(),
                parsedPrecisions(), count);
        Tables.write(output.resolve(LOSSES), Tables.text(losses));
        return losses;
    }

    /** Losses are those measured for the first profile: integer arithmetic differs by rounding alone. */
    private void across(Quantwright driver, Candidates candidates, LossTable losses, SearchOptions options, Bars bars) {
        List<SearchProblem> problems = new ArrayList<>();
        List<HardwareProfile> others = across.stream().map(driver.profiles()::find).toList();
        for (HardwareProfile other : others) {
            CostTable table = new CostMeter(driver, candidates, other, losses.model()).table(options.precisions(),
                    options.rounds(), bars);
            Tables.write(output.resolve("costs-" + other.id() + ".json"), Tables.text(table));
            problems.add(new SearchProblem(table, losses));
        }
        bars.close();
        Figure figure = options.objective().orElse(Figure.LATENCY);
        HardwareMatrix matrix = HardwareMatrix.of(problems, options, figure, (plan, on) -> {
            bars.update("simulating", 0, 1);
            return Verifier.simulated(driver, candidates.model(plan), others.get(on), figure);
        });
        Tables.write(output.resolve("matrix.json"), Json.of(SearchReport.json(matrix)) + "\n");
        SearchReport.print(this, matrix);
    }

    private ModelFeed evaluation(Model model, ModelFeed feed, Optional<Preprocessing> steps) throws FormatException {
        ModelFeed data = evaluation == null ? feed : DataOptions.feed(evaluation, model.input(), dataOptions.stated(), steps);
        return limit == null ? data : data.first(limit);
    }

    /** Before anything is measured. */
    private static void requireEnergies(Quantwright driver, HardwareProfile profile, SearchOptions options) {
        if (options.budgets().limits().containsKey(Figure.ENERGY) || options.objective().equals(Optional.of(Figure.ENERGY))) {
            CostMeter.missingNumbers(driver, profile).ifPresent(missing -> {
                throw new UserErrorException(SearchDiagnostic.NO_ENERGY, Location.UNKNOWN, missing);
            });
        }
    }

    static int positive(int value, String option) {
        if (value < 1) {
            throw conflict(option + " takes a positive number, not " + value);
        }
        return value;
    }

    private Optional<Figure> objective(Budgets budgets) {
        if (objective == null) {
            return budgets.limits().isEmpty() && budgets.drop().isPresent() ? Optional.of(Figure.LATENCY) : Optional.empty();
        }
        if (objective.equals("loss")) {
            return Optional.empty();
        }
        if (budgets.drop().isEmpty()) {
            throw conflict("--minimize " + objective + " needs a bound of the loss: --budget 'drop<=...'");
        }
        List<String> names = new ArrayList<>(List.of("loss"));
        for (Figure f : Figure.values()) {
            names.add(f.text());
        }
        return Optional.of(Figure.parse(objective).orElseThrow(() -> new UserErrorException(CliDiagnostic.USAGE,
                Location.UNKNOWN, "--minimize '" + objective + "'", Names.nearest(objective, names).map(n -> "did you mean '"
                + n + "'?").orElse("figures: " + String.join(", ", names)))));
    }

    private List<LayerPrecision> parsedPrecisions() {
        return parsed(precisions);
    }

    /** Precisions by their texts, each once. */
    static List<LayerPrecision> parsed(List<String> precisions) {
        List<String> valid = PlanReader.all().stream().map(LayerPrecision::text).toList();
        List<LayerPrecision> parsed = new ArrayList<>();
        for (String text : precisions) {
            parsed.add(LayerPrecision.parse(text.strip()).orElseThrow(() -> new UserErrorException(CliDiagnostic.USAGE,
                    Location.UNKNOWN, "--precisions '" + text + "'", Names.nearest(text, valid).map(n -> "did you mean '" + n
                    + "'?").orElse("precisions: " + String.join(", ", valid)))));
        }
        return parsed.stream().distinct().toList();
    }

    /** The table given, the one that is there already, or one made anew. */
    private CostTable costs(Quantwright driver, Candidates candidates, HardwareProfile profile, String modelHash,
            SearchOptions options, Bars bars) {
        Path kept = output.resolve(COSTS);
        Path from = costsFile != null ? costsFile : kept;
        if (costsFile != null || Files.isRegularFile(kept)) {
            CostTable table = Tables.read(from, CostTable.class, CostTable.FORMAT);
            boolean fits = table.model().equals(modelHash) && table.profileHash().equals(profile.hash())
                    && table.layers().getFirst().choices().stream().map(CostTable.ChoiceCosts::precision).toList()
                    .equals(options.precisions().stream().map(LayerPrecision::text).toList());
            if (fits) {
                return table;
            }
            if (costsFile != null) {
                throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.file(costsFile),
                        "it is of another model, profile or list of precisions");
            }
        }
        CostTable table = new CostMeter(driver, candidates, profile, modelHash).table(options.precisions(),
                options.rounds(), bars);
        Tables.write(kept, Tables.text(table));
        return table;
    }

    private void write(SearchProblem problem, SearchResult result) {
        PlanWriter writer = new PlanWriter(problem, budget);
        String model = file.getFileName().toString();
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
