package quantwright.compiler.search;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import quantwright.backend.Manifest;
import quantwright.compiler.search.CostTable.Alive;
import quantwright.compiler.search.CostTable.Moment;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Constant;

/** When each materialised value of a compiled program is alive, from which the arena at other precisions follows. */
final class StepReads {
    private final Manifest manifest;
    private final LayerGraph layers;
    private final Map<String, Integer> stepOf = new HashMap<>();
    private final Map<String, Integer> lastUse = new HashMap<>();

    private StepReads(Manifest manifest, LayerGraph layers) {
        this.manifest = manifest;
        this.layers = layers;
    }

    /**
     * The memory at each step of a program whose activations have 8 bits, as a function of the layers' kinds. Values that
     * are not 8 bits wide in it, such as sums, keep their width. What alignment, padding and placement add to the greatest
     * moment is added to all.
     */
    static List<Moment> moments(Graph compiled, Manifest manifest, LayerGraph layers) {
        StepReads reads = new StepReads(manifest, layers);
        reads.scan(compiled);
        return reads.moments(compiled);
    }

    private void scan(Graph compiled) {
        Map<String, Value> values = new HashMap<>();
        for (Node node : compiled) {
            node.results().forEach(v -> values.put(v.name(), v));
        }
        List<Manifest.Step> steps = manifest.steps();
        for (int i = 0; i < steps.size(); i++) {
            stepOf.put(steps.get(i).name(), i);
        }
        for (int i = 0; i < steps.size(); i++) {
            Value value = values.get(steps.get(i).name());
            if (value != null) {
                markReads(value, i, true, new HashSet<>());
            }
        }
        // What only renames a value keeps it alive as long as the new name is.
        for (int i = steps.size() - 1; i >= 0; i--) {
            Value value = values.get(steps.get(i).name());
            if (value != null && steps.get(i).kernel().equals("none")) {
                int until = lastUse.getOrDefault(value.name(), i);
                value.producer().operands().forEach(o -> lastUse.merge(o.name() == null ? "" : o.name(), until, Math::max));
            }
        }
    }

    private void markReads(Value value, int step, boolean own, Set<Value> seen) {
        if (value.isInput() || value.producer().op() instanceof Constant || !seen.add(value)) {
            return;
        }
        if (!own && stepOf.containsKey(value.name())) {
            lastUse.merge(value.name(), step, Math::max);
            return;
        }
        value.producer().operands().forEach(o -> markReads(o, step, false, seen));
    }

    private List<Moment> moments(Graph compiled) {
        List<Moment> moments = new ArrayList<>();
        List<String> names = manifest.steps().stream().map(Manifest.Step::name).toList();
        List<Map<Integer, Double>> owners = layers.ownersOfSteps(compiled, names);
        long greatest = 0;
        for (int step = 0; step < names.size(); step++) {
            long other = 0;
            Map<Integer, Long> alive = new TreeMap<>();
            for (Manifest.Placed placed : distinct()) {
                int made = placed.step();
                if (made > step || lastUse.getOrDefault(placed.name(), made) < step) {
                    continue;
                }
                long elements = placed.shape().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
                int owner = owners.get(made).keySet().stream().max(Integer::compare).orElse(0);
                if (placed.element().equals("i8") || placed.element().equals("u8")) {
                    alive.merge(owner, elements, Long::sum);
                } else {
                    other += elements * 4;
                }
            }
            greatest = Math.max(greatest, other + alive.values().stream().mapToLong(Long::longValue).sum());
            List<Alive> entries = new ArrayList<>();
            alive.forEach((layer, elements) -> entries.add(new Alive(layer, elements)));
            moments.add(new Moment(other, entries));
        }
        long rest = Math.max(0, manifest.arenaBytes() - greatest);
        return moments.stream().map(m -> new Moment(m.otherBytes() + rest, m.alive())).distinct().toList();
    }

    /** Placed values, one for each place: renamed ones share theirs. */
    private List<Manifest.Placed> distinct() {
        Map<String, Manifest.Placed> byName = new LinkedHashMap<>();
        for (Manifest.Placed placed : manifest.tensors()) {
            if (!manifest.steps().get(placed.step()).kernel().equals("none")) {
                byName.putIfAbsent(placed.name(), placed);
            }
        }
        return List.copyOf(byName.values());
    }
}
