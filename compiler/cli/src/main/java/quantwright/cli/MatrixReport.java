package quantwright.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import quantwright.compiler.search.HardwareMatrix;

/** Prints what the best plan for one chip costs on others. */
final class MatrixReport {
    private static final int COLUMN = 20;

    private MatrixReport() {
    }

    /** Rows are plans, columns the chips they are costed on, as multiples of each chip's own best. */
    static void print(Verb verb, HardwareMatrix matrix) {
        verb.say("");
        verb.say("best plan for the row's profile on the column's, %s as a multiple of the column's own best",
                matrix.figure().text());
        StringBuilder head = new StringBuilder(" ".repeat(COLUMN));
        matrix.profiles().forEach(p -> head.append(String.format(Locale.ROOT, " %" + COLUMN + "s", p)));
        verb.say("  %s", head);
        for (int of = 0; of < matrix.profiles().size(); of++) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-" + COLUMN + "s", matrix.profiles().get(of)));
            for (int on = 0; on < matrix.profiles().size(); on++) {
                OptionalDouble ratio = matrix.ratio(of, on);
                row.append(String.format(Locale.ROOT, " %" + COLUMN + "s", ratio.isEmpty() ? "cannot run"
                        : String.format(Locale.ROOT, "%.3f", ratio.getAsDouble())));
            }
            verb.say("  %s  %s", row, SearchReport.counts(matrix.best().get(of)));
            simulated(verb, matrix, of);
        }
        for (int on = 0; on < matrix.profiles().size(); on++) {
            verb.say("  %-" + COLUMN + "s own best %s, %s", matrix.profiles().get(on), matrix.figure().format(matrix.rows()
                    .get(on).get(on).orElseThrow()), matrix.sources().get(on));
        }
    }

    /** A plan by the simulators of the chips that have one, as shares of what its cost table expected. */
    private static void simulated(Verb verb, HardwareMatrix matrix, int of) {
        List<OptionalLong> row = matrix.simulated().get(of);
        if (row.stream().noneMatch(OptionalLong::isPresent)) {
            return;
        }
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%-" + COLUMN + "s", "  simulated"));
        for (OptionalLong cost : row) {
            text.append(String.format(Locale.ROOT, " %" + COLUMN + "s", cost.isEmpty() ? ""
                    : matrix.figure().format(cost.getAsLong())));
        }
        verb.say("  %s", text);
    }

    static Map<String, Object> json(HardwareMatrix matrix) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("figure", matrix.figure().text());
        json.put("profiles", matrix.profiles());
        json.put("sources", matrix.sources());
        json.put("values", json(matrix.rows()));
        json.put("simulated", json(matrix.simulated()));
        return json;
    }

    private static List<Object> json(List<List<OptionalLong>> rows) {
        List<Object> json = new ArrayList<>();
        for (List<OptionalLong> values : rows) {
            List<Object> row = new ArrayList<>();
            values.forEach(v -> row.add(v.isPresent() ? v.getAsLong() : null));
            json.add(row);
        }
        return json;
    }
}
