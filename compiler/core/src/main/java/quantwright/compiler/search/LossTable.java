package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.sensitivity.SensitivityResults;

/**
 * What each choice costs in accuracy.
 *
 * @param format version of the format
 * @param model SHA-256 of the float model
 * @param statistics SHA-256 of the calibration statistics the quantizer used
 * @param metric what the numbers are, for people
 * @param samples samples they were measured on
 * @param baseline loss of every plan alike
 * @param rows loss that each choice adds
 */
public record LossTable(int format, String model, String statistics, String metric, long samples, double baseline,
                        List<Row> rows) {
    /** The format this version reads and writes. */
    public static final int FORMAT = 1;

    private static final String METRIC = "mean KL divergence from the float model, nats; one layer alone, scaled so that"
            + " uniform plans lose what they were measured to";

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

    /**
     * The table of what was measured of single layers. A layer's loss is what it costs alone, in proportion: divergences of
     * single layers do not simply add up, for errors that go on through further quantized layers grow, and layers that are
     * tuned one after the other make good for some of it. By how much is measured, once for each precision, on the whole
     * model compiled at that precision; the losses of a precision are scaled to add up to that. So uniform plans are
     * expected to lose what they were measured to, and mixed ones a mean of these, weighted by their layers. Floats lose
     * nothing.
     *
     * @param measured has every layer at every precision but float
     */
    public static LossTable of(SensitivityResults measured, String modelHash, String statisticsHash, LayerGraph layers,
            List<LayerPrecision> precisions, long samples) {
        List<Row> rows = new ArrayList<>();
        for (LayerGraph.Layer layer : layers.layers()) {
            for (LayerPrecision precision : precisions) {
                rows.add(new Row(layer.name(), precision.text(), precision instanceof LayerPrecision.Real ? 0
                        : measured.scale(precision.text()) * measured.find(layer.name(), precision.text()).orElseThrow()
                                .alone()));
            }
        }
        return new LossTable(FORMAT, modelHash, statisticsHash, METRIC, samples, 0, rows);
    }
}
