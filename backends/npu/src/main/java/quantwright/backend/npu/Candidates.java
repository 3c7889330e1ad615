package quantwright.backend.npu;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import quantwright.backend.npu.lower.Lowering;
import quantwright.backend.npu.lower.Merges;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.NoRoom;
import quantwright.backend.npu.plan.Planner;
import quantwright.backend.npu.plan.Price;
import quantwright.backend.npu.plan.Step;
import quantwright.ir.Node;
import quantwright.ir.op.QConcat;

/**
 * The ways to compute a part of a graph: joins copied or in place, pools by themselves or made where products' results
 * are. Each is planned whole, since what a map's absence is worth shows in the layers beside it.
 */
final class Candidates {
    private final Partition.Part part;
    private final CostModel model;
    private final boolean tables;

    /** A way, planned. */
    record Candidate(Lowering lowering, Planner planner, Planner.Plan plan) {
    }

    Candidates(Partition.Part part, CostModel model, boolean tables) {
        this.part = part;
        this.model = model;
        this.tables = tables;
    }

    /** Maps that are in DRAM: what a part reads and what is read of it. */
    Set<Feature> outside(Lowering layers) {
        Set<Feature> outside = new HashSet<>();
        part.inputs().forEach(v -> outside.add(layers.feature(v).root()));
        part.outputs().forEach(v -> outside.add(layers.feature(v).root()));
        return outside;
    }

    /** @throws NoRoom if a layer does not fit the scratchpad */
    Candidate cheapest() throws NoRoom {
        Candidate copied = cheapest(false);
        if (part.nodes().stream().noneMatch(n -> n.op() instanceof QConcat)) {
            return copied;
        }
        try {
            return cheaper(cheapest(true), copied);
        } catch (NoRoom e) {
            return copied;
        }
    }

    private Candidate cheapest(boolean inPlace) throws NoRoom {
        Candidate apart = candidate(inPlace, Set.of());
        Set<Node> pools = new LinkedHashSet<>(apart.lowering.poolCandidates());
        if (pools.isEmpty()) {
            return apart;
        }
        try {
            Candidate merged = candidate(inPlace, pools);
            Candidate best = cheaper(merged, apart);
            boolean all = !pools.removeIf(p -> !pays(p, merged, apart));
            return all || pools.isEmpty() ? best : cheaper(candidate(inPlace, pools), best);
        } catch (NoRoom e) {
            return apart;
        }
    }

    /** Whether a pool and its products are expected to be cheaper together. */
    private boolean pays(Node pool, Candidate merged, Candidate apart) {
        List<Step> together = merged.plan.steps().stream().filter(s -> s.layer().node() == pool).toList();
        Set<String> maps = together.stream().map(s -> s.layer().result().name()).collect(Collectors.toSet());
        List<Step> alone = apart.plan.steps().stream().filter(s -> s.layer().node() == pool
                || maps.contains(s.layer().output().name())).toList();
        return Price.of(together, model).isBelow(Price.of(alone, model));
    }

    private Candidate cheaper(Candidate a, Candidate b) {
        return Price.of(a.plan.steps(), model).isBelow(Price.of(b.plan.steps(), model)) ? a : b;
    }

    private Candidate candidate(boolean inPlace, Set<Node> pools) throws NoRoom {
        Merges merges = new Merges(tables, inPlace, pools, model.parameters().outputPool());
        Lowering layers = new Lowering(part.nodes(), merges, model.alignment());
        Planner planner = new Planner(layers.layers(), outside(layers), model);
        return new Candidate(layers, planner, planner.plan());
    }
}
