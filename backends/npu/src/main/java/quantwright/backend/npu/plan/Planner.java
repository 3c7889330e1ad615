package quantwright.backend.npu.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import quantwright.backend.MemoryPlanner;
import quantwright.backend.MemoryPlanner.Buffer;

/**
 * Decides which maps stay in the scratchpad, cuts every layer to what is left, and places all buffers. Maps stay unless a
 * layer would then have too little room to work; the largest go first. Constants are loaded one layer early where there is
 * room.
 */
public final class Planner {
    /** Share of the free room that tiles may take at first: what is left lets the next layer's constants in early. */
    private static final double[] SHARES = {0.7, 1.0};
    /** The part of the free room that a layer's tiles get at least before a map has to go. */
    private static final double LEAST_SHRINK = 0.5;
    /** Maps below this part of the scratchpad stay without a look at what their room would be worth. */
    private static final int WORTH_A_LOOK = 16;
    /** Each map is weighed as often at most: what one is worth depends on the others. */
    private static final int ROUNDS = 4;

    private final List<Layer> layers;
    private final CostModel model;
    private final int alignment;
    private final long capacity;
    private final Map<Feature, int[]> lives = new LinkedHashMap<>();
    private final Set<Feature> outside;
    private final TilingMemo memo;

    /** Addresses of everything. */
    public record Plan(List<Step> steps, List<List<Integer>> slots, List<List<Integer>> stages, long scratchpadBytes) {
        /** Copies the lists. */
        public Plan {
            steps = List.copyOf(steps);
            slots = List.copyOf(slots);
            stages = List.copyOf(stages);
        }
    }

    /** A plan's buffers. */
    private final class Buffers {
        private final List<Buffer> all = new ArrayList<>();
        private final Map<Feature, Integer> maps = new LinkedHashMap<>();
        private final List<List<Integer>> slots = new ArrayList<>();
        private final List<List<Integer>> stages = new ArrayList<>();

        Buffers(List<Tiling> tilings, boolean[] early) {
            lives.forEach((f, life) -> {
                if (f.isResident()) {
                    maps.put(f, add(f.whole().bytes(), life[0], life[1]));
                }
            });
            for (int s = 0; s < tilings.size(); s++) {
                int step = s;
                int from = early[s] ? s - 1 : s;
                slots.add(tilings.get(s).slots().stream().map(b -> add(b, from, step)).toList());
                stages.add(tilings.get(s).stages().stream().map(b -> add(b, step, step)).toList());
            }
        }

        private int add(int bytes, int first, int last) {
            all.add(new Buffer(Feature.align(Math.max(1, bytes), alignment), first, last));
            return all.size() - 1;
        }
    }

    /**
     * Plans layers.
     *
     * @param outside maps that must be in DRAM: the program's inputs and outputs
     */
    public Planner(List<Layer> layers, Set<Feature> outside, CostModel model) {
        this.layers = List.copyOf(layers);
        this.outside = outside;
        this.model = model;
        this.alignment = model.alignment();
        this.capacity = model.parameters().scratchpadBytes();
        this.memo = new TilingMemo(model);
        for (int s = 0; s < layers.size(); s++) {
            for (Feature f : layers.get(s).inputs()) {
                live(f.root(), s);
            }
            live(layers.get(s).output().root(), s);
        }
    }

    private void live(Feature f, int step) {
        int[] life = lives.computeIfAbsent(f, k -> new int[] {step, step});
        life[0] = Math.min(life[0], step);
        life[1] = Math.max(life[1], step);
    }

    /** Life of each map, as first and last layer. */
    public Map<Feature, int[]> lives() {
        return lives;
    }

    /**
     * Plans.
     *
     * @throws NoRoom if a layer does not fit the scratchpad even by itself
     */
    public Plan plan() throws NoRoom {
        lives.keySet().forEach(f -> f.setResident(!outside.contains(f) && f.whole().bytes() <= capacity));
        double[] shrink = new double[layers.size()];
        Arrays.fill(shrink, 1);
        // From a plan in which every layer has some room, what each large map is worth is seen.
        tilings(shrink);
        List<Feature> large = lives.keySet().stream().filter(f -> !outside.contains(f) && f.whole().bytes() <= capacity
                && f.whole().bytes() > capacity / WORTH_A_LOOK)
                .sorted(Comparator.comparingLong((Feature f) -> f.whole().bytes()).reversed()).toList();
        boolean changed = true;
        for (int round = 0; changed && round < ROUNDS; round++) {
            changed = false;
            for (Feature f : large) {
                changed |= weigh(f);
            }
        }
        while (true) {
            List<Tiling> tilings = tilings(shrink);
            Set<Integer> crowded = new TreeSet<>();
            Optional<Plan> plan = place(tilings, crowded);
            if (plan.isPresent()) {
                return plan.get();
            }
            // Fragmented: ask for less where there is too little, and in the end let a map go.
            crowded.removeIf(s -> shrink[s] <= LEAST_SHRINK);
            crowded.forEach(s -> shrink[s] -= 0.125);
            if (crowded.isEmpty()) {
                Arrays.fill(shrink, 1);
                evict(peak(tilings));
            }
        }
    }

    /** Lets a map go, or lets it back, if the layers that live with it are then expected to be faster. */
    private boolean weigh(Feature f) {
        boolean stays = f.isResident();
        double now = score(lives.get(f));
        f.setResident(!stays);
        boolean better = score(lives.get(f)) < now;
        f.setResident(better != stays);
        return better;
    }

    /** What the layers of a life are expected to take; infinite if one of them has too little room. */
    private double score(int[] life) {
        double score = 0;
        for (int s = life[0]; s <= life[1]; s++) {
            score += tile(s, 1).map(t -> t.cost().score()).orElse(Double.POSITIVE_INFINITY);
        }
        return score;
    }

    private List<Tiling> tilings(double[] shrink) throws NoRoom {
        while (true) {
            List<Tiling> tilings = new ArrayList<>();
            int stuck = -1;
            for (int s = 0; s < layers.size() && stuck < 0; s++) {
                Optional<Tiling> tiling = tile(s, shrink[s]);
                if (tiling.isEmpty()) {
                    stuck = s;
                } else {
                    tilings.add(tiling.get());
                }
            }
            if (stuck < 0) {
                return tilings;
            }
            evict(stuck);
        }
    }

    private Optional<Tiling> tile(int step, double shrink) {
        long room = (long) ((capacity - alive(step)) * shrink);
        for (double share : SHARES) {
            Optional<Tiling> tiling = memo.tile(layers.get(step), (long) (room * share));
            if (tiling.isPresent()) {
                return tiling;
            }
        }
        return Optional.empty();
    }

    private long alive(int step) {
        long bytes = 0;
        for (Map.Entry<Feature, int[]> e : lives.entrySet()) {
            if (e.getKey().isResident() && e.getValue()[0] <= step && step <= e.getValue()[1]) {
                bytes += Feature.align(e.getKey().whole().bytes(), alignment);
            }
        }
        return bytes;
    }

    /** Lets the largest map that is alive at a step go to DRAM; one that the step itself does not use first. */
    private void evict(int step) throws NoRoom {
        Feature best = null;
        long bestBytes = -1;
        for (Map.Entry<Feature, int[]> e : lives.entrySet()) {
            Feature f = e.getKey();
            if (!f.isResident() || e.getValue()[0] > step || e.getValue()[1] < step) {
                continue;
            }
            if (f.whole().bytes() > bestBytes) {
                best = f;
                bestBytes = f.whole().bytes();
            }
        }
        if (best == null) {
            throw new NoRoom(layers.get(step));
        }
        best.setResident(false);
    }

    private int peak(List<Tiling> tilings) {
        int peak = 0;
        long most = -1;
        for (int s = 0; s < tilings.size(); s++) {
            long bytes = alive(s) + tilings.get(s).bytes(alignment);
            if (bytes > most && alive(s) > 0) {
                most = bytes;
                peak = s;
            }
        }
        return peak;
    }

    /** Addresses of everything; if it does not fit, {@code crowded} takes the layers at which it does not. */
    private Optional<Plan> place(List<Tiling> tilings, Set<Integer> crowded) {
        boolean[] early = new boolean[tilings.size()];
        for (int s = 1; s < tilings.size(); s++) {
            long before = alive(s - 1) + tilings.get(s - 1).bytes(alignment);
            long slots = tilings.get(s).slots().stream().mapToLong(b -> Feature.align(b, alignment)).sum();
            early[s] = before + slots + (early[s - 1] ? 0 : 0) <= capacity * 15 / 16;
        }
        Optional<Plan> plan = place(tilings, early, new TreeSet<>());
        return plan.isPresent() ? plan : place(tilings, new boolean[tilings.size()], crowded);
    }

    private Optional<Plan> place(List<Tiling> tilings, boolean[] early, Set<Integer> crowded) {
        Buffers buffers = new Buffers(tilings, early);
        MemoryPlanner.Plan placed = MemoryPlanner.plan(buffers.all, alignment);
        if (placed.arenaBytes() > capacity) {
            for (int i = 0; i < buffers.all.size(); i++) {
                Buffer b = buffers.all.get(i);
                for (int s = b.first(); placed.offsets().get(i) + b.size() > capacity && s <= b.last(); s++) {
                    crowded.add(s);
                }
            }
            return Optional.empty();
        }
        buffers.maps.forEach((f, index) -> f.setAddress(Math.toIntExact(placed.offsets().get(index))));
        List<Step> steps = new ArrayList<>();
        for (int s = 0; s < tilings.size(); s++) {
            steps.add(new Step(layers.get(s), tilings.get(s)));
        }
        return Optional.of(new Plan(steps, addresses(buffers.slots, placed), addresses(buffers.stages, placed),
                placed.arenaBytes()));
    }

    private static List<List<Integer>> addresses(List<List<Integer>> indices, MemoryPlanner.Plan placed) {
        return indices.stream().map(l -> l.stream().map(i -> Math.toIntExact(placed.offsets().get(i))).toList()).toList();
    }

    /** Tilings by layer, residency and room, so that nothing is searched twice. */
    private static final class TilingMemo {
        private final CostModel model;
        private final Map<Layer, Map<Situation, Optional<Tiling>>> known = new HashMap<>();

        /** Room, and which of the layer's maps stay. */
        private record Situation(long budget, List<Boolean> stay) {
        }

        TilingMemo(CostModel model) {
            this.model = model;
        }

        Optional<Tiling> tile(Layer layer, long budget) {
            List<Boolean> stay = new ArrayList<>(List.of(layer.output().isResident()));
            layer.inputs().forEach(f -> stay.add(f.isResident()));
            return known.computeIfAbsent(layer, k -> new HashMap<>()).computeIfAbsent(new Situation(budget, stay),
                    k -> layer.tile(model, budget));
        }
    }
}
