package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.CostTable.Alive;
import quantwright.compiler.search.CostTable.BoundaryCosts;
import quantwright.compiler.search.CostTable.ChoiceCosts;
import quantwright.compiler.search.CostTable.LayerCosts;
import quantwright.compiler.search.solve.AssignmentProblem;
import quantwright.compiler.search.solve.Boundary;
import quantwright.compiler.search.solve.Choice;
import quantwright.compiler.search.solve.Layer;
import quantwright.compiler.search.solve.Measure;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * A cost table and a loss table as an assignment problem. Losses are integers of 1e-9 of the metric; those of a layer are
 * shifted so that the least is 0, and the baseline by as much back. Memory is a row for each moment, its peak the greatest.
 */
public final class SearchProblem {
    /** Losses are multiples of this. */
    public static final double LOSS_UNIT = 1e-9;
    private static final int LOSS = 0;
    private static final int FIRST_ARENA_ROW = Figure.values().length;

    private final CostTable costs;
    private final LossTable losses;
    private final AssignmentProblem problem;

    /**
     * Builds the problem.
     *
     * @throws UserErrorException if a choice's loss is missing or the tables are of different models
     */
    public SearchProblem(CostTable costs, LossTable losses) {
        this.costs = costs;
        this.losses = losses;
        if (!costs.model().equals(losses.model())) {
            throw new UserErrorException(SearchDiagnostic.BAD_TABLE, Location.UNKNOWN,
                    "costs and losses are of different models");
        }
        this.problem = build();
    }

    private AssignmentProblem build() {
        int rows = FIRST_ARENA_ROW + Math.max(costs.arena().size(), costs.layers().size());
        long base = Math.round(losses.baseline() / LOSS_UNIT);
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < costs.layers().size(); i++) {
            LayerCosts layer = costs.layers().get(i);
            long[] loss = layer.choices().stream().mapToLong(c -> Math.round(loss(layer, c) / LOSS_UNIT)).toArray();
            long least = Arrays.stream(loss).min().orElseThrow();
            base += least;
            List<Choice> choices = new ArrayList<>();
            for (int c = 0; c < loss.length; c++) {
                long[] row = new long[rows];
                ChoiceCosts cost = layer.choices().get(c);
                row[LOSS] = loss[c] - least;
                row[row(Figure.LATENCY)] = cost.picoseconds();
                row[row(Figure.ENERGY)] = cost.femtojoules();
                row[row(Figure.SIZE)] = cost.bytes();
                row[row(Figure.BOPS)] = cost.bitOperations();
                fillArena(row, i, cost);
                choices.add(new Choice(cost.precision(), Arrays.stream(row).boxed().toList()));
            }
            layers.add(new Layer(layer.name(), choices));
        }
        return new AssignmentProblem(layers, costs.ties(), boundaries(rows), measures(base));
    }

    /** Rows of sums: the loss, then each figure but the arena, which has rows of its own. */
    private static int row(Figure figure) {
        return switch (figure) {
            case LATENCY -> 1;
            case ENERGY -> 2;
            case SIZE -> 3;
            case BOPS -> 4;
            case ARENA -> FIRST_ARENA_ROW;
        };
    }

    private double loss(LayerCosts layer, ChoiceCosts choice) {
        return losses.loss(layer.name(), choice.precision()).orElseThrow(() -> new UserErrorException(
                SearchDiagnostic.BAD_TABLE, Location.UNKNOWN, "no loss of " + layer.name() + " at " + choice.precision()));
    }

    private void fillArena(long[] row, int layer, ChoiceCosts choice) {
        if (costs.arena().isEmpty()) {
            row[FIRST_ARENA_ROW + layer] = choice.scratchpadBytes();
            return;
        }
        long width = switch (precision(choice)) {
            case LayerPrecision.Real _ -> Float.BYTES;
            case LayerPrecision.Integer i -> i.activations().bits() / 8;
        };
        for (int m = 0; m < costs.arena().size(); m++) {
            for (Alive alive : costs.arena().get(m).alive()) {
                row[FIRST_ARENA_ROW + m] += alive.layer() == layer ? alive.elements() * width : 0;
            }
        }
    }

    private static LayerPrecision precision(ChoiceCosts choice) {
        return LayerPrecision.parse(choice.precision()).orElseThrow(() -> new UserErrorException(
                SearchDiagnostic.BAD_TABLE, Location.UNKNOWN, "'" + choice.precision() + "' is no precision"));
    }

    private List<Boundary> boundaries(int rows) {
        List<Boundary> boundaries = new ArrayList<>();
        for (BoundaryCosts b : costs.boundaries()) {
            Set<Integer> firstFloat = floats(b.first(), true);
            Set<Integer> firstInteger = floats(b.first(), false);
            Set<Integer> secondFloat = floats(b.second(), true);
            Set<Integer> secondInteger = floats(b.second(), false);
            if (!firstFloat.isEmpty() && !secondInteger.isEmpty()) {
                boundaries.add(new Boundary(b.first(), firstFloat, b.second(), secondInteger, latency(rows, b.toInteger())));
            }
            if (!firstInteger.isEmpty() && !secondFloat.isEmpty()) {
                boundaries.add(new Boundary(b.first(), firstInteger, b.second(), secondFloat, latency(rows, b.toFloat())));
            }
        }
        return boundaries;
    }

    private Set<Integer> floats(int layer, boolean wanted) {
        Set<Integer> found = new HashSet<>();
        List<ChoiceCosts> choices = costs.layers().get(layer).choices();
        for (int c = 0; c < choices.size(); c++) {
            if (precision(choices.get(c)) instanceof LayerPrecision.Real == wanted) {
                found.add(c);
            }
        }
        return found;
    }

    private static List<Long> latency(int rows, long picoseconds) {
        long[] row = new long[rows];
        row[row(Figure.LATENCY)] = picoseconds;
        return Arrays.stream(row).boxed().toList();
    }

    private List<Measure> measures(long base) {
        List<Measure> measures = new ArrayList<>();
        measures.add(Measure.sum("loss", LOSS, base));
        for (Figure figure : Figure.values()) {
            if (figure == Figure.ARENA) {
                List<Integer> rows = new ArrayList<>();
                List<Long> bases = new ArrayList<>();
                int count = costs.arena().isEmpty() ? costs.layers().size() : costs.arena().size();
                for (int m = 0; m < count; m++) {
                    rows.add(FIRST_ARENA_ROW + m);
                    bases.add(costs.arena().isEmpty() ? 0 : costs.arena().get(m).otherBytes());
                }
                measures.add(new Measure(figure.text(), rows, bases));
            } else {
                measures.add(Measure.sum(figure.text(), row(figure), figure == Figure.SIZE ? costs.otherBytes() : 0));
            }
        }
        return measures;
    }

    /** The problem to solve. */
    public AssignmentProblem assignment() {
        return problem;
    }

    /** The cost table. */
    public CostTable costs() {
        return costs;
    }

    /** The loss table. */
    public LossTable losses() {
        return losses;
    }

    /** Index of the loss among the measures. */
    public int lossMeasure() {
        return 0;
    }

    /** Index of a figure among the measures. */
    public int measure(Figure figure) {
        return 1 + figure.ordinal();
    }

    /** The precision of each layer that an assignment means. */
    public List<LayerPrecision> precisions(List<Integer> assignment) {
        List<LayerPrecision> precisions = new ArrayList<>();
        for (int i = 0; i < assignment.size(); i++) {
            precisions.add(precision(costs.layers().get(i).choices().get(assignment.get(i))));
        }
        return precisions;
    }

    /** The assignment that gives each layer a precision; empty if a layer cannot have it here. */
    public Optional<List<Integer>> assignment(List<LayerPrecision> precisions) {
        List<Integer> assignment = new ArrayList<>();
        for (int i = 0; i < precisions.size(); i++) {
            List<String> texts = costs.layers().get(i).choices().stream().map(ChoiceCosts::precision).toList();
            assignment.add(texts.indexOf(precisions.get(i).text()));
        }
        return assignment.contains(-1) ? Optional.empty() : Optional.of(assignment);
    }

    /** The assignment that gives every layer a precision, the first choice where a layer does not have it. */
    public List<Integer> uniform(LayerPrecision precision) {
        List<Integer> assignment = new ArrayList<>();
        for (LayerCosts layer : costs.layers()) {
            int found = 0;
            for (int c = 0; c < layer.choices().size(); c++) {
                found = layer.choices().get(c).precision().equals(precision.text()) ? c : found;
            }
            assignment.add(found);
        }
        return assignment;
    }

    /** The predicted loss and figures of an assignment. */
    public Prediction predict(List<Integer> assignment) {
        List<Long> values = problem.evaluate(assignment);
        Map<Figure, Long> figures = new EnumMap<>(Figure.class);
        for (Figure f : Figure.values()) {
            figures.put(f, values.get(measure(f)));
        }
        return new Prediction(values.get(lossMeasure()) * LOSS_UNIT, figures);
    }

    /**
     * What is expected of a plan.
     *
     * @param loss loss in the metric of the loss table
     * @param figures costs
     */
    public record Prediction(double loss, Map<Figure, Long> figures) {
        /** Copies the map. */
        public Prediction {
            figures = java.util.Collections.unmodifiableMap(new EnumMap<>(figures));
        }
    }
}
