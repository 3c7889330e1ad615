package quantwright.compiler.search;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Program;
import quantwright.compiler.evaluate.StepLatency;
import quantwright.compiler.search.CostTable.BoundaryCosts;

/** What it costs where float and integer layers meet, from programs in which they alternate. */
final class MeasuredBoundaries {
    private MeasuredBoundaries() {
    }

    /** Conversions as they were measured; those that were not, by their size at the mean rate of those that were. */
    static List<BoundaryCosts> of(List<LayerGraph.Edge> edges, List<Program> programs, List<StepLatency> times) {
        Map<String, Double> toInteger = new HashMap<>();
        Map<String, Double> toFloat = new HashMap<>();
        for (int p = 0; p < programs.size(); p++) {
            List<Manifest.Step> steps = programs.get(p).manifest().orElseThrow().steps();
            for (int s = 0; s < steps.size(); s++) {
                String name = steps.get(s).name();
                double time = times.get(p).stepNanos().get(s);
                if (steps.get(s).op().endsWith("q.quantize") && name.endsWith(".q")) {
                    toInteger.merge(name.substring(0, name.length() - 2), time, Math::min);
                } else if (steps.get(s).op().endsWith("q.dequantize")) {
                    toFloat.merge(name.endsWith(".f") ? name.substring(0, name.length() - 2) : name, time, Math::min);
                }
            }
        }
        double quantizeRate = rate(edges, toInteger);
        double dequantizeRate = rate(edges, toFloat);
        return edges.stream().map(e -> new BoundaryCosts(e.first(), e.second(), e.value(),
                CostMeter.picoseconds(toInteger.getOrDefault(e.value(), quantizeRate * e.elements())),
                CostMeter.picoseconds(toFloat.getOrDefault(e.value(), dequantizeRate * e.elements())))).toList();
    }

    private static double rate(List<LayerGraph.Edge> edges, Map<String, Double> nanos) {
        double time = 0;
        long elements = 0;
        for (LayerGraph.Edge e : edges) {
            if (nanos.containsKey(e.value())) {
                time += nanos.get(e.value());
                elements += e.elements();
            }
        }
        return elements == 0 ? 0 : time / elements;
    }
}
