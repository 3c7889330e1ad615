package quantwright.compiler.search;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What each choice costs in accuracy.
 *
 * @param format version of the format
 * @param model SHA-256 of the float model
 * @param statistics SHA-256 of the calibration statistics the quantizer used
 * @param metric what the numbers are, for people
 * @param samples samples they were measured on
 * @param baseline loss with 8 bits everywhere
 * @param rows loss of each choice in addition to the baseline, where that layer alone has the choice's precision
 */
public record LossTable(int format, String model, String statistics, String metric, long samples, double baseline,
                        List<Row> rows) {
    /** The format this version reads and writes. */
    public static final int FORMAT = 1;

    /** Copies the list. */
    public LossTable {
        rows = List.copyOf(rows);
    }

    /**
     * The loss of one choice.
     *
     * @param layer name of the layer
     * @param precision as {@code LayerPrecision.text()} gives it
     * @param loss what it adds; may be negative
     */
    public record Row(String layer, String precision, double loss) {
    }

    /** The loss of a choice, if it is known. */
    public OptionalDouble loss(String layer, String precision) {
        return rows.stream().filter(r -> r.layer().equals(layer) && r.precision().equals(precision))
                .mapToDouble(Row::loss).findFirst();
    }

    /** Whether the other table was measured in the same way on the same things, rows and baseline apart. */
    boolean continues(LossTable other) {
        return model.equals(other.model) && statistics.equals(other.statistics) && metric.equals(other.metric)
                && samples == other.samples;
    }
}
