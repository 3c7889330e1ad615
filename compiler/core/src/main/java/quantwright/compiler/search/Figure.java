package quantwright.compiler.search;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a plan costs. Values are integers of the unit that cost files use. */
public enum Figure {
    /** Time of one inference, in picoseconds. */
    LATENCY(units("ns", 3, "us", 6, "ms", 9, "s", 12)),
    /** Energy of one inference, in femtojoules. */
    ENERGY(units("pJ", 3, "nJ", 6, "uJ", 9, "mJ", 12, "J", 15)),
    /** Constants as they are stored, in bytes. */
    SIZE(bytes()),
    /** Working memory at its peak, in bytes. */
    ARENA(bytes()),
    /** Bit operations of one inference. */
    BOPS(units("", 0, "k", 3, "M", 6, "G", 9, "T", 12));

    private final Map<String, BigDecimal> units;

    Figure(Map<String, BigDecimal> units) {
        this.units = units;
    }

    private static Map<String, BigDecimal> units(Object... namesAndExponents) {
        Map<String, BigDecimal> units = new LinkedHashMap<>();
        for (int i = 0; i < namesAndExponents.length; i += 2) {
            units.put((String) namesAndExponents[i], BigDecimal.ONE.movePointRight((Integer) namesAndExponents[i + 1]));
        }
        return units;
    }

    private static Map<String, BigDecimal> bytes() {
        Map<String, BigDecimal> units = units("B", 0, "KB", 3, "MB", 6);
        units.put("KiB", new BigDecimal(1 << 10));
        units.put("MiB", new BigDecimal(1 << 20));
        return units;
    }

    /** Name in budgets. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The figure of a name. */
    public static Optional<Figure> parse(String name) {
        return Arrays.stream(values()).filter(f -> f.text().equals(name)).findFirst();
    }

    /** Units a budget may use. */
    public Collection<String> units() {
        return units.keySet();
    }

    /** A number of a unit as an integer value, rounded down; empty for a unit it does not have. */
    Optional<BigDecimal> value(BigDecimal number, String unit) {
        return Optional.ofNullable(units.get(unit)).map(number::multiply);
    }

    /** A value for people: four digits and the largest unit that fits. */
    public String format(long value) {
        List<String> names = this == SIZE || this == ARENA ? List.of("B", "KiB", "MiB") : List.copyOf(units.keySet());
        String best = names.getFirst();
        for (String name : names) {
            if (units.get(name).doubleValue() <= Math.abs((double) value)) {
                best = name;
            }
        }
        double number = value / units.get(best).doubleValue();
        int digits = best.equals("B") || best.isEmpty() ? 0 : number >= 1000 ? 0 : number >= 100 ? 1 : number >= 10 ? 2 : 3;
        return String.format(Locale.ROOT, "%." + digits + "f%s", number, best.isEmpty() ? "" : " " + best);
    }
}
