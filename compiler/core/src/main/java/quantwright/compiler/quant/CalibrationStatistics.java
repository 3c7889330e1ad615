package quantwright.compiler.quant;

import java.util.Map;
import java.util.TreeMap;

/** Histograms of a model's activations over calibration samples. Statistics of shards merge by addition, bit for bit. */
public final class CalibrationStatistics {
    private final Map<String, Histogram> byName = new TreeMap<>();
    private long samples;

    /** No statistics. */
    public CalibrationStatistics() {
    }

    /** Number of samples seen. */
    public long samples() {
        return samples;
    }

    void countSample() {
        samples++;
    }

    /** The histogram of a value, made on first use. */
    Histogram of(String name) {
        return byName.computeIfAbsent(name, _ -> new Histogram());
    }

    /** Histograms by value name, sorted. */
    public Map<String, Histogram> histograms() {
        return Map.copyOf(byName);
    }

    /** Adds the statistics of other samples of the same model. */
    public void merge(CalibrationStatistics other) {
        other.byName.forEach((name, histogram) -> of(name).merge(histogram));
        samples += other.samples;
    }

    /** The range of every value by the given selector. */
    public Map<String, ValueRange> ranges(RangeSelector selector) {
        Map<String, ValueRange> ranges = new TreeMap<>();
        byName.forEach((name, histogram) -> ranges.put(name, selector.select(histogram)));
        return ranges;
    }
}
