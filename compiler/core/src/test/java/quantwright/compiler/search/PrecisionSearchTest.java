package quantwright.compiler.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.CostTable.Alive;
import quantwright.compiler.search.CostTable.BoundaryCosts;
import quantwright.compiler.search.CostTable.ChoiceCosts;
import quantwright.compiler.search.CostTable.LayerCosts;
import quantwright.compiler.search.CostTable.Moment;
import quantwright.compiler.search.SearchResult.Measurement;
import quantwright.compiler.search.SearchResult.Plan;
import quantwright.compiler.search.SearchResult.Timed;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.UserErrorException;

/** The search on tables made by hand, small enough to know the answer. */
class PrecisionSearchTest {
    private static final List<String> PRECISIONS = List.of("w8a8", "w4a8", "float");
    @TempDir
    Path folder;

    /** Three layers of 1000 weights. Times in ns: w8a8 10, w4a8 {@code four}, float 40; a conversion 5. */
    private static CostTable costs(long four) {
        List<LayerCosts> layers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            layers.add(new LayerCosts("l" + i, 1000, 10_000, List.of(new ChoiceCosts("w8a8", 10_000, 0, 1000, 640_000, 0),
                    new ChoiceCosts("w4a8", four, 0, 500, 320_000, 0), new ChoiceCosts("float", 40_000, 0, 4000, 10_240_000,
                    0))));
        }
        List<BoundaryCosts> boundaries = List.of(new BoundaryCosts(0, 1, "v0", 5_000, 5_000), new BoundaryCosts(1, 2, "v1",
                5_000, 5_000));
        List<Moment> arena = List.of(new Moment(64, List.of(new Alive(0, 100))), new Moment(64, List.of(new Alive(0, 100),
                new Alive(1, 100))), new Moment(64, List.of(new Alive(2, 100))));
        return new CostTable(CostTable.FORMAT, "m", "chip", "h", "by hand", false, PRECISIONS, layers,
                boundaries, List.of(), 24, arena);
    }

    /** Layer {@code i} loses 0.001 * (i + 1) at 4 bits, and gains a little as float. */
    private static LossTable losses() {
        List<LossTable.Row> rows = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            rows.add(new LossTable.Row("l" + i, "w8a8", 0));
            rows.add(new LossTable.Row("l" + i, "w4a8", 0.001 * (i + 1)));
            rows.add(new LossTable.Row("l" + i, "float", -0.0001));
        }
        return new LossTable(LossTable.FORMAT, "m", "s", "by hand", 1, 0.0005, rows);
    }

    private static SearchResult search(long four, String budget, Optional<Figure> objective) {
        List<LayerPrecision> precisions = PRECISIONS.stream().map(p -> LayerPrecision.parse(p).orElseThrow()).toList();
        return new PrecisionSearch(new SearchProblem(costs(four), losses()), new SearchOptions(budget.isEmpty()
                ? Budgets.none() : Budgets.parse(budget), objective, precisions, 1, 1, 1, 5, false), Optional.empty())
                .run((a, b, c) -> { });
    }

    private static List<String> texts(Plan plan) {
        return plan.precisions().stream().map(LayerPrecision::text).toList();
    }

    @Test
    void theLeastLossWithinASize() {
        SearchResult r = search(8_000, "size<=2600B", Optional.empty());
        assertEquals(List.of("w4a8", "w8a8", "w8a8"), texts(r.chosen()));
        assertEquals(0.0015, r.chosen().predicted().loss(), 1e-12);
        assertEquals(2524, r.chosen().predicted().figures().get(Figure.SIZE));
        assertEquals(28_000, r.chosen().predicted().figures().get(Figure.LATENCY));
        assertEquals(264, r.chosen().predicted().figures().get(Figure.ARENA));
        assertEquals(0, r.certificate().gap());
    }

    @Test
    void conversionsAreCounted() {
        SearchResult r = search(8_000, "latency<=70ns", Optional.empty());
        // One float layer in the middle takes 10 + 5 + 40 + 5 + 10; at an end only one conversion is due.
        assertEquals(List.of("w8a8", "w8a8", "float"), texts(search(8_000, "latency<=65ns,arena<=600B",
                Optional.empty()).certificate().assignment()));
        assertTrue(r.certificate().measures().get(1 + Figure.LATENCY.ordinal()) <= 70_000);
    }

    private static List<String> texts(List<Integer> assignment) {
        return assignment.stream().map(PRECISIONS::get).toList();
    }

    @Test
    void neverShipsSlowerThanASimplerPlan() {
        SearchResult slower = search(12_000, "latency<=65ns", Optional.empty());
        assertTrue(slower.boundaryRule().isPresent());
        assertEquals(List.of("w8a8", "w8a8", "w8a8"), texts(slower.chosen()));
        assertTrue(search(12_000, "size<=2600B", Optional.empty()).boundaryRule().isEmpty(), "smaller is a reason");
    }

    @Test
    void aConflictNamesTheSmallestSet() {
        UserErrorException e = assertThrows(UserErrorException.class, () -> search(12_000,
                "size<=2000B,latency<=31ns,bops<=100G", Optional.empty()));
        Diagnostic d = e.diagnostics().getFirst();
        assertEquals("QW-A0104", d.code().id());
        assertTrue(d.message().contains("size") && d.message().contains("latency") && !d.message().contains("bops"),
                d.message());
        assertEquals(2, d.notes().size());
        assertEquals("QW-A0105", assertThrows(UserErrorException.class, () -> search(8_000, "energy<=1uJ", Optional.empty()))
                .diagnostics().getFirst().code().id());
    }

    @Test
    void minimizesAFigureWithinADrop() {
        // Before anything is measured a nat is worth 100 points: 0.25 points allow a loss of 0.0025.
        SearchResult r = search(8_000, "drop<=0.25%", Optional.of(Figure.LATENCY));
        // The second or the first layer gains as much; of equals the first in plan order keeps 8 bits longest.
        assertEquals(List.of("w8a8", "w4a8", "w8a8"), texts(r.chosen()));
        assertEquals(28_000, r.chosen().predicted().figures().get(Figure.LATENCY));
    }

    @Test
    void tablesSurviveTheirFiles() {
        Path file = folder.resolve("costs.json");
        Tables.write(file, Tables.text(costs(8_000)));
        CostTable read = Tables.read(file, CostTable.class, CostTable.FORMAT);
        assertEquals(costs(8_000), read);
        assertEquals(Tables.hash(costs(8_000)), Tables.hash(read));
        Tables.write(file, Tables.text(costs(8_000)).replace("\"format\" : 2", "\"format\" : 9"));
        assertEquals("QW-A0112", assertThrows(UserErrorException.class, () -> Tables.read(file, CostTable.class,
                CostTable.FORMAT)).diagnostics().getFirst().code().id());
        Tables.write(file, "{\"format\" : 2, \"model\" : 3");
        assertThrows(UserErrorException.class, () -> Tables.read(file, CostTable.class, CostTable.FORMAT));
    }

    @Test
    void theSameTablesGiveTheSameBytes() {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            SearchResult r = search(8_000, "size<=2600B", Optional.empty());
            texts.add(new PlanWriter(new SearchProblem(costs(8_000), losses()), "size<=2600B").file(r.chosen(), "m").text()
                    + FrontSvg.of(r, "m"));
        }
        assertEquals(texts.get(0), texts.get(1));
        assertTrue(texts.getFirst().contains("layer \"l0\""), texts.getFirst());
    }

    @Test
    void predictionsAreJudged() {
        SearchProblem problem = new SearchProblem(costs(8_000), losses());
        List<Timed> plans = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            List<Integer> a = List.of(i, 0, 0);
            long predicted = problem.predict(a).figures().get(Figure.LATENCY);
            plans.add(new Timed(new Plan("p", a, problem.precisions(a), problem.predict(a), Optional.empty()),
                    predicted * 10 / 8));
        }
        PredictionQuality q = PredictionQuality.ofLatency(plans).orElseThrow();
        assertEquals(0.2, q.medianError(), 1e-9);
        assertEquals(1, q.rankCorrelation(), 1e-12);
        assertTrue(PredictionQuality.ofLatency(plans.subList(0, 2)).isEmpty());
    }

    /** Runs plans whose true loss is a function of how many layers have 4 bits; int8 loses 0.001. */
    private static PlanRunner runner(java.util.function.IntToDoubleFunction truth, double dropOfInt8, boolean otherData) {
        return new PlanRunner() {
            @Override
            public List<Plan> run(List<Plan> plans, quantwright.backend.CompileRequest.Progress progress) {
                return plans.stream().map(p -> {
                    int four = (int) p.precisions().stream().filter(x -> x.text().equals("w4a8")).count();
                    boolean real = p.precisions().stream().allMatch(LayerPrecision.Real.class::isInstance);
                    double loss = real ? 0 : truth.applyAsDouble(four);
                    return p.with(new Measurement(loss, real ? 0 : four == 0 ? dropOfInt8 : 100 * loss, 1, 1));
                }).toList();
            }

            @Override
            public List<Timed> time(List<Plan> plans, quantwright.backend.CompileRequest.Progress progress) {
                return plans.stream().map(p -> new Timed(p, p.predicted().figures().get(Figure.LATENCY))).toList();
            }

            @Override
            public boolean onOtherData() {
                return otherData;
            }
        };
    }

    private static SearchResult run(long four, String budget, Optional<Figure> objective, PlanRunner runner) {
        List<LayerPrecision> precisions = PRECISIONS.stream().map(p -> LayerPrecision.parse(p).orElseThrow()).toList();
        return new PrecisionSearch(new SearchProblem(costs(four), losses()), new SearchOptions(budget.isEmpty()
                ? Budgets.none() : Budgets.parse(budget), objective, precisions, 1, 1, 1, 5, false), Optional.of(runner))
                .run((a, b, c) -> { });
    }

    @Test
    void lossesAreRepairedByWhatWasRunUntilTheOptimumWasRun() {
        // Four bits lose ten times what the table says; within a drop of 2 points that changes what is fastest.
        SearchResult r = run(8_000, "drop<=2%", Optional.of(Figure.LATENCY), runner(n -> 0.001 + 0.01 * n, 0.1, true));
        assertTrue(r.repairs().size() > 1, () -> "one round: " + r.repairs());
        double factor = r.repairs().getLast().factors().get("w4a8");
        assertTrue(factor > 3 && factor < 12, () -> r.repairs().toString());
        assertTrue(r.repairs().getLast().errorAfter() < r.repairs().getLast().errorBefore(), () -> r.repairs().toString());
        assertEquals(r.problem().losses().loss("l0", "w4a8").orElseThrow(), 0.001 * factor, 1e-12);
        assertTrue(r.verified().stream().anyMatch(p -> p.assignment().equals(r.certificate().assignment())),
                "the last optimum was not run");
        assertTrue(r.keptDrop() && r.chosen().measured().orElseThrow().drop() <= 2, () -> r.chosen().toString());
        assertEquals(1, r.chosen().counts().get("w4a8"), "two layers of 4 bits lose 2.1 points");
    }

    @Test
    void aRepairFindsFactorsThatDifferByOrders() {
        SearchProblem problem = new SearchProblem(costs(8_000), new LossTable(LossTable.FORMAT, "m", "s", "by hand", 1, 0,
                losses().rows().stream().map(r -> r.precision().equals("w8a8") ? new LossTable.Row(r.layer(), "w8a8", 1e-5)
                        : r).toList()));
        List<Plan> run = new ArrayList<>();
        for (List<Integer> a : List.of(List.of(0, 0, 0), List.of(1, 0, 0), List.of(1, 1, 1), List.of(0, 1, 1))) {
            double loss = 0;
            for (int i = 0; i < 3; i++) {
                loss += a.get(i) == 0 ? 500 * 1e-5 : 2 * 0.001 * (i + 1);
            }
            run.add(new Plan("p", a, problem.precisions(a), problem.predict(a), Optional.of(new Measurement(loss, 0, 1, 1))));
        }
        LossRepair repair = LossRepair.of(problem, run).orElseThrow();
        assertEquals(500, repair.factors().get("w8a8"), 50);
        assertEquals(2, repair.factors().get("w4a8"), 0.2);
        assertTrue(repair.errorAfter() < 0.05 && repair.errorBefore() > 0.4, repair.toString());
    }

    @Test
    void samplesThatLayersWereTunedOnRepairNothing() {
        SearchResult r = run(8_000, "size<=2600B", Optional.empty(), runner(n -> 0.01 * n + 0.001, 0, false));
        assertTrue(r.repairs().isEmpty());
        assertEquals(losses(), r.problem().losses());
    }

    @Test
    void int8DoesNotStandInWhereItDoesNotKeepTheDrop() {
        // Nothing but the loss to minimize: all float, which is neither faster nor smaller than int8.
        SearchResult kept = run(12_000, "drop<=1%", Optional.empty(), runner(n -> 0.001 + 0.01 * n, 0.5, true));
        assertTrue(kept.boundaryRule().isPresent());
        assertEquals(List.of("w8a8", "w8a8", "w8a8"), texts(kept.chosen()));
        SearchResult lost = run(12_000, "drop<=1%", Optional.empty(), runner(n -> 0.001 + 0.01 * n, 1.5, true));
        assertTrue(lost.boundaryRule().isEmpty(), lost.boundaryRule().toString());
        assertEquals(List.of("float", "float", "float"), texts(lost.chosen()));
        assertTrue(lost.keptDrop());
    }

    @Test
    void integerPlansAreSpreadFromTheFastestToTheSlowest() {
        SearchProblem problem = new SearchProblem(costs(8_000), losses());
        List<List<Integer>> spread = SpreadPlans.of(problem, 4);
        assertEquals(List.of(1, 1, 1), spread.getFirst());
        assertEquals(List.of(0, 0, 0), spread.getLast());
        List<Long> times = spread.stream().map(a -> problem.predict(a).figures().get(Figure.LATENCY)).toList();
        assertEquals(List.of(24_000L, 26_000L, 28_000L, 30_000L), times);
        assertEquals(spread, SpreadPlans.of(problem, 4));
    }

    @Test
    void tablesThatCannotBeAreRefused() {
        assertEquals(Optional.empty(), costs(8_000).fault());
        String text = Tables.text(costs(8_000));
        for (String[] edit : new String[][] {{"\"picoseconds\" : 10000", "\"picoseconds\" : -1"}, {"\"first\" : 0",
            "\"first\" : 7"}, {"\"precision\" : \"w4a8\"", "\"precision\" : \"w3a8\""}, {"\"layer\" : 2", "\"layer\" : -2"},
            {"\"precision\" : \"w4a8\"", "\"precision\" : \"w8a8\""}, {"\"bytes\" : 1000",
             "\"bytes\" : 9000000000000000000"}}) {
            Path file = folder.resolve("edited.json");
            Tables.write(file, text.replace(edit[0], edit[1]));
            assertTrue(Tables.read(file, CostTable.class, CostTable.FORMAT).fault().isPresent(), edit[1]);
        }
    }

    @Test
    void chipsAreComparedByTheirBestPlans() {
        SearchProblem fast4 = new SearchProblem(costs(5_000), losses());
        SearchProblem slow4 = new SearchProblem(costs(20_000), losses());
        HardwareMatrix m = HardwareMatrix.of(List.of(fast4, slow4), new SearchOptions(Budgets.parse("drop<=5%"),
                Optional.of(Figure.LATENCY), List.of(LayerPrecision.W8A8), 1, 1, 1, 3, false), Figure.LATENCY,
                (plan, on) -> on == 1 ? OptionalLong.of(7) : OptionalLong.empty());
        assertEquals(List.of(OptionalLong.empty(), OptionalLong.of(7)), m.simulated().getFirst());
        assertEquals(1, m.ratio(0, 0).orElseThrow());
        assertEquals(2, m.ratio(0, 1).orElseThrow());
        assertEquals(2, m.ratio(1, 0).orElseThrow());
    }
}
