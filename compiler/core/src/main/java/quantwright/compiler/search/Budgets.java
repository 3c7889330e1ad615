package quantwright.compiler.search;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/**
 * Upper bounds that a plan is to keep.
 *
 * @param text as they were given
 * @param drop greatest loss of accuracy against the float model, in percentage points
 * @param limits greatest value of each figure that has a bound
 */
public record Budgets(String text, OptionalDouble drop, Map<Figure, Long> limits) {
    private static final Pattern ITEM = Pattern.compile("\\s*([A-Za-z]+)\\s*<=\\s*([0-9]+(?:\\.[0-9]+)?)\\s*([A-Za-z%]*)\\s*");
    private static final String DROP = "drop";

    /** Copies the map. */
    public Budgets {
        limits = Collections.unmodifiableMap(new EnumMap<>(limits.isEmpty() ? new EnumMap<>(Figure.class) : limits));
    }

    /** No bounds. */
    public static Budgets none() {
        return new Budgets("", OptionalDouble.empty(), Map.of());
    }

    /**
     * Reads {@code NAME<=NUMBER UNIT,...}.
     *
     * @throws UserErrorException naming everything that is wrong, with the nearest valid name
     */
    public static Budgets parse(String text) {
        List<Diagnostic> wrong = new ArrayList<>();
        Map<Figure, Long> limits = new EnumMap<>(Figure.class);
        OptionalDouble drop = OptionalDouble.empty();
        for (String item : text.split(",", -1)) {
            Matcher m = ITEM.matcher(item);
            if (!m.matches()) {
                wrong.add(diagnostic(SearchDiagnostic.BAD_BUDGET, "'" + item.strip() + "'", List.of()));
                continue;
            }
            BigDecimal number = new BigDecimal(m.group(2));
            boolean twice = false;
            if (m.group(1).equals(DROP)) {
                twice = drop.isPresent();
                drop = drop(number, m.group(3), item, wrong);
            } else if (Figure.parse(m.group(1)).isPresent()) {
                Figure figure = Figure.parse(m.group(1)).get();
                twice = limits.containsKey(figure);
                figure.value(number, m.group(3)).ifPresentOrElse(v -> limits.put(figure, v.setScale(0, RoundingMode.FLOOR)
                        .min(BigDecimal.valueOf(Long.MAX_VALUE / 4)).longValueExact()),
                        () -> wrong.add(unit(item, m.group(3), List.copyOf(figure.units()))));
            } else {
                wrong.add(diagnostic(SearchDiagnostic.UNKNOWN_BUDGET, "'" + m.group(1) + "'",
                        List.of(Names.suggestion(m.group(1), names()))));
            }
            if (twice) {
                wrong.add(diagnostic(SearchDiagnostic.DOUBLE_BUDGET, "'" + m.group(1) + "'", List.of()));
            }
        }
        if (!wrong.isEmpty()) {
            throw new UserErrorException(wrong);
        }
        return new Budgets(text, drop, limits);
    }

    private static OptionalDouble drop(BigDecimal number, String unit, String item, List<Diagnostic> wrong) {
        if (!unit.equals("%")) {
            wrong.add(unit(item, unit, List.of("%")));
        }
        return OptionalDouble.of(number.doubleValue());
    }

    private static Diagnostic unit(String item, String unit, List<String> units) {
        List<String> shown = units.stream().map(u -> u.isEmpty() ? "none" : u).toList();
        List<String> notes = new ArrayList<>();
        Names.nearest(unit, units).filter(u -> !u.isEmpty() && !unit.isEmpty()).ifPresent(u -> notes.add("did you mean '"
                + u + "'?"));
        notes.add("units: " + String.join(", ", shown));
        return diagnostic(SearchDiagnostic.BAD_BUDGET, "'" + item.strip() + "': " + (unit.isEmpty() ? "no unit"
                : "'" + unit + "' is no unit of it"), notes);
    }

    private static List<String> names() {
        List<String> names = new ArrayList<>(List.of(DROP));
        Arrays.stream(Figure.values()).map(Figure::text).forEach(names::add);
        return names;
    }

    private static Diagnostic diagnostic(DiagnosticCode code, String message, List<String> notes) {
        return new Diagnostic(code, Location.UNKNOWN, "--budget: " + message, notes);
    }
}
