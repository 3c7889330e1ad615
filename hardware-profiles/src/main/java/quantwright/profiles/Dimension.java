package quantwright.profiles;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A kind of quantity and the units it may be written in; the first is the one the records use. */
enum Dimension {
    /** Number without unit. */
    COUNT("", "1"),
    /** Capacity. */
    BYTES("B", "1", "KiB", "1024", "MiB", "1048576", "GiB", "1073741824"),
    /** Width of a number or register. */
    BITS("bit", "1"),
    /** Clock. */
    FREQUENCY("Hz", "1", "kHz", "1e3", "MHz", "1e6", "GHz", "1e9"),
    /** Supply. */
    VOLTAGE("V", "1", "mV", "1e-3"),
    /** Power. */
    POWER("W", "1", "mW", "1e-3", "uW", "1e-6", "nW", "1e-9"),
    /** Energy of one event. */
    ENERGY("pJ", "1", "fJ", "1e-3", "nJ", "1e3"),
    /** Energy of moving data. */
    ENERGY_PER_BYTE("pJ/B", "1", "fJ/B", "1e-3", "nJ/B", "1e3", "pJ/bit", "8", "fJ/bit", "8e-3"),
    /** Clock cycles. */
    CYCLES("cycle", "1", "cycles", "1"),
    /** Time; in cycles it is taken at the nominal clock. */
    TIME("s", "1", "ms", "1e-3", "us", "1e-6", "ns", "1e-9"),
    /** Data per cycle; per second it is taken at the nominal clock. */
    BYTES_PER_CYCLE("B/cycle", "1", "bit/cycle", "0.125"),
    /** Data per second; per cycle it is taken at the nominal clock. */
    BYTES_PER_SECOND("B/s", "1", "kB/s", "1e3", "MB/s", "1e6", "GB/s", "1e9", "KiB/s", "1024", "MiB/s", "1048576",
            "GiB/s", "1073741824"),
    /** Multiply-accumulates. */
    MACS_PER_CYCLE("MAC/cycle", "1"),
    /** Elements of a tensor. */
    ELEMENTS_PER_CYCLE("element/cycle", "1"),
    /** Instructions. */
    INSTRUCTIONS_PER_CYCLE("instruction/cycle", "1");

    private final Map<String, BigDecimal> units = new LinkedHashMap<>();

    Dimension(String... unitsAndFactors) {
        for (int i = 0; i < unitsAndFactors.length; i += 2) {
            units.put(unitsAndFactors[i], new BigDecimal(unitsAndFactors[i + 1]));
        }
    }

    /** Units of this dimension itself. */
    List<String> units() {
        return List.copyOf(units.keySet());
    }

    /** Every unit a key of this dimension takes, those converted by the clock included. */
    List<String> accepted() {
        Dimension other = counterpart();
        if (other == null) {
            return units();
        }
        return java.util.stream.Stream.concat(units.keySet().stream(), other.units.keySet().stream()).toList();
    }

    /** Whether a number states how something is built, so that its default band is none. */
    boolean exact() {
        return this == COUNT || this == BYTES || this == BITS;
    }

    /** The dimension that the nominal clock converts into this one, or null. */
    private Dimension counterpart() {
        return switch (this) {
            case CYCLES -> TIME;
            case TIME -> CYCLES;
            case BYTES_PER_CYCLE -> BYTES_PER_SECOND;
            case BYTES_PER_SECOND -> BYTES_PER_CYCLE;
            default -> null;
        };
    }

    /** Whether a value in that unit cannot be read without the clock. */
    boolean needsClock(String unit) {
        return !units.containsKey(unit) && accepted().contains(unit);
    }

    /**
     * A number in this dimension's first unit.
     *
     * @param unit one of {@link #accepted()}
     * @param hertz nominal clock; used only if {@link #needsClock}
     */
    double convert(String number, String unit, double hertz) {
        BigDecimal factor = units.get(unit);
        if (factor != null) {
            return new BigDecimal(number).multiply(factor).doubleValue();
        }
        double value = counterpart().convert(number, unit, hertz);
        return this == CYCLES || this == BYTES_PER_SECOND ? value * hertz : value / hertz;
    }
}
