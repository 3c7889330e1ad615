package quantwright.compiler.search;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import quantwright.compiler.quant.ActivationBits;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.WeightBits;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/** Reads plan files, line by line, and checks plans against a model and what a chip can do. */
public final class PlanReader {
    private static final Pattern LAYER = Pattern.compile("layer\\s+\"((?:[^\"\\\\]|\\\\.)*)\"\\s+(\\S+)");
    private static final Pattern ENTRY = Pattern.compile("([a-z]+)\\s+(.+)");
    private static final List<String> KEYS = List.of("model", "profile", "costs", "losses", "statistics", "budget", "default",
            "layer");

    private final Path file;
    private final List<Diagnostic> wrong = new ArrayList<>();
    private final SequencedMap<String, String> header = new LinkedHashMap<>();
    private final SequencedMap<String, LayerPrecision> layers = new LinkedHashMap<>();
    private LayerPrecision standard = LayerPrecision.W8A8;

    PlanReader(Path file) {
        this.file = file;
    }

    PlanFile read() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new UserErrorException(SearchDiagnostic.BAD_PLAN, Location.file(file), FileFault.reason(e));
        }
        String first = lines.isEmpty() ? "" : lines.getFirst().strip();
        if (!first.equals(PlanFile.MAGIC + " " + PlanFile.FORMAT)) {
            throw new UserErrorException(SearchDiagnostic.BAD_PLAN, Location.file(file), "begins with '" + first
                    + "', a plan of this version with '" + PlanFile.MAGIC + " " + PlanFile.FORMAT + "'");
        }
        for (int i = 1; i < lines.size(); i++) {
            String text = withoutComment(lines.get(i)).strip();
            if (!text.isEmpty()) {
                line(text, i + 1);
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserErrorException(wrong);
        }
        return new PlanFile(List.of(), header, standard, layers, java.util.Map.of());
    }

    /** A line up to the first # outside of quotes. */
    private static String withoutComment(String line) {
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == '#' && !quoted) {
                return line.substring(0, i);
            }
        }
        return line;
    }

    private void line(String text, int number) {
        Matcher entry = ENTRY.matcher(text);
        String key = entry.matches() ? entry.group(1) : text;
        Matcher layer = LAYER.matcher(text);
        if (layer.matches()) {
            String name = layer.group(1).replaceAll("\\\\(.)", "$1");
            if (layers.containsKey(name)) {
                report(SearchDiagnostic.BAD_PLAN, number, "layer '" + name + "' has two lines", Optional.empty());
            }
            precision(layer.group(2), number).ifPresent(p -> layers.put(name, p));
        } else if (!entry.matches() || !KEYS.contains(key) || key.equals("layer")) {
            report(SearchDiagnostic.BAD_PLAN, number, "'" + text + "'", Names.nearest(key, KEYS));
        } else if (key.equals("default")) {
            precision(entry.group(2), number).ifPresent(p -> standard = p);
        } else if (header.putIfAbsent(key, entry.group(2)) != null) {
            report(SearchDiagnostic.BAD_PLAN, number, "'" + key + "' has two lines", Optional.empty());
        }
    }

    private Optional<LayerPrecision> precision(String text, int line) {
        Optional<LayerPrecision> parsed = LayerPrecision.parse(text);
        if (parsed.isEmpty()) {
            report(SearchDiagnostic.PLAN_PRECISION, line, "'" + text + "' is no precision", nearest(text));
        }
        return parsed;
    }

    /** The valid precision nearest to a text: by bits, no less than asked for, if it has the form of one. */
    private static Optional<String> nearest(String text) {
        Matcher m = Pattern.compile("w(\\d{1,3})a(\\d{1,3})").matcher(text);
        if (!m.matches()) {
            return Names.nearest(text, all().stream().map(LayerPrecision::text).toList());
        }
        int weights = Integer.parseInt(m.group(1));
        int activations = Integer.parseInt(m.group(2));
        WeightBits w = WeightBits.W8;
        for (WeightBits b : WeightBits.values()) {
            w = b.bits() >= weights && b.bits() < w.bits() ? b : w;
        }
        return Optional.of(new LayerPrecision.Integer(w, activations <= ActivationBits.A8.bits() ? ActivationBits.A8
                : ActivationBits.A16).text());
    }

    /** Every precision there is, in the order that breaks ties: the simplest first. */
    public static List<LayerPrecision> all() {
        List<LayerPrecision> all = new ArrayList<>();
        for (ActivationBits a : ActivationBits.values()) {
            for (WeightBits w : WeightBits.values()) {
                all.add(new LayerPrecision.Integer(w, a));
            }
        }
        all.add(new LayerPrecision.Real());
        return all;
    }

    private void report(DiagnosticCode code, int line, String message, Optional<String> nearest) {
        wrong.add(new Diagnostic(code, new Location.InFile(file.toString(), line, 1), message, nearest.map(n ->
                "did you mean '" + n + "'?").stream().toList()));
    }

    /** Tells whether a chip executes a layer at a precision. */
    @FunctionalInterface
    public interface Legality {
        /** Whether layer {@code index} can have the precision. */
        boolean allows(int index, LayerPrecision precision);
    }

    /**
     * Checks a plan against the model it is to be applied to.
     *
     * @throws UserErrorException for each layer the model does not have and each precision the chip does not, with the
     *     nearest valid choice
     */
    public static void check(PlanFile plan, Path file, LayerGraph graph, Legality legality) {
        List<Diagnostic> wrong = new ArrayList<>();
        List<String> names = graph.layers().stream().map(LayerGraph.Layer::name).toList();
        plan.layers().forEach((name, precision) -> {
            if (!names.contains(name)) {
                wrong.add(new Diagnostic(SearchDiagnostic.PLAN_LAYER, Location.file(file), "'" + name + "'",
                        Names.nearest(name, names).map(n -> "did you mean '" + n + "'?").stream().toList()));
            }
        });
        List<LayerPrecision> assignment = plan.assignment(graph);
        for (int i = 0; i < names.size(); i++) {
            if (!legality.allows(i, assignment.get(i))) {
                int layer = i;
                List<LayerPrecision> legal = choices(assignment.get(i)).stream().filter(p -> legality.allows(layer, p))
                        .toList();
                String valid = legal.stream().map(LayerPrecision::text).collect(Collectors.joining(", "));
                wrong.add(new Diagnostic(SearchDiagnostic.PLAN_PRECISION, Location.file(file), "the chip does not execute '"
                        + names.get(i) + "' at " + assignment.get(i).text(), List.of(wider(assignment.get(i), legal)
                        .map(p -> "nearest: " + p.text() + "; ").orElse("") + "valid: " + valid)));
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserErrorException(wrong);
        }
    }

    /** Every precision, and those of the same bits with other groups if groups are asked for. */
    private static List<LayerPrecision> choices(LayerPrecision asked) {
        List<LayerPrecision> choices = new ArrayList<>(all());
        if (asked instanceof LayerPrecision.Integer i && i.group() > 0) {
            LayerPrecision.GROUPS.forEach(g -> choices.add(new LayerPrecision.Integer(i.weights(), i.activations(), g)));
        }
        return choices;
    }

    /** The legal precision with the fewest bits, then the finest scales, that are no fewer and no finer than asked for. */
    private static Optional<LayerPrecision> wider(LayerPrecision asked, List<LayerPrecision> legal) {
        return legal.stream().filter(p -> bits(p) >= bits(asked) && sharing(p) >= sharing(asked))
                .min(Comparator.comparingInt(PlanReader::bits).thenComparingInt(PlanReader::sharing));
    }

    /** Inputs whose weights share a scale. */
    private static int sharing(LayerPrecision precision) {
        return precision instanceof LayerPrecision.Integer i && i.group() > 0 ? i.group() : Integer.MAX_VALUE;
    }

    private static int bits(LayerPrecision precision) {
        return precision instanceof LayerPrecision.Integer i ? 64 * i.activations().bits() + i.weights().bits()
                : Integer.MAX_VALUE;
    }
}
