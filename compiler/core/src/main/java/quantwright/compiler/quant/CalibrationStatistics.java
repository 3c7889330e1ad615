package quantwright.compiler.quant;

import java.util.Map;
import java.util.TreeMap;
import quantwright.ir.data.Tensor;

/** Histograms of a model's activations over calibration samples. Statistics of shards merge by addition, bit for bit. */
public final class CalibrationStatistics {
    private final Map<String, Histogram> byName = new TreeMap<>();
    private final Map<String, ChannelStatistics> channels = new TreeMap<>();
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

    /** Counts a tensor under a name; returns the index of its first NaN or infinity, or -1. */
    int count(String name, Tensor tensor) {
        int bad = of(name).add(tensor);
        if (bad < 0 && tensor.type().rank() > 0) {
            channels.computeIfAbsent(name, _ -> new ChannelStatistics(tensor.type().dim(-1))).add(tensor.floats());
        }
        return bad;
    }

    /** Statistics of each index of the last axis, or null if the value was not seen or is a scalar. */
    ChannelStatistics channels(String name) {
        return channels.get(name);
    }

    /** Histograms by value name, sorted. */
    public Map<String, Histogram> histograms() {
        return Map.copyOf(byName);
    }

    /** Adds the statistics of other samples of the same model. */
    public void merge(CalibrationStatistics other) {
        other.byName.forEach((name, histogram) -> of(name).merge(histogram));
        other.channels.forEach((name, theirs) ->
                channels.computeIfAbsent(name, _ -> new ChannelStatistics(theirs.size())).merge(theirs));
        samples += other.samples;
    }

    /**
     * The range of every value by the given selector.
     *
     * @param uses what the errors of a value mean, where they do not all count alike, by name
     */
    Map<String, ValueRange> ranges(RangeSelector selector, Map<String, RangeUse> uses) {
        Map<String, ValueRange> ranges = new TreeMap<>();
        byName.forEach((name, histogram) -> {
            RangeUse use = uses.getOrDefault(name, RangeUse.PLAIN);
            ranges.put(name, selector.select(histogram, byName.getOrDefault(use.survivors(), histogram), use));
        });
        return ranges;
    }

    /** The least range that holds all elements of each value: 16 bits need cut nothing off. */
    Map<String, ValueRange> extremes() {
        Map<String, ValueRange> ranges = new TreeMap<>();
        byName.forEach((name, histogram) -> ranges.put(name, histogram.total() == 0 ? new ValueRange(0, 0)
                : new ValueRange(histogram.min(), histogram.max())));
        return ranges;
    }
}
