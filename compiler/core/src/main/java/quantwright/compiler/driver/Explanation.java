package quantwright.compiler.driver;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import quantwright.backend.Backend;
import quantwright.backend.CompileRequest;
import quantwright.backend.CompileRequest.Progress;
import quantwright.backend.KernelOffer;
import quantwright.backend.Manifest;
import quantwright.compiler.quant.GraphQuantizer;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.text.Names;
import quantwright.profiles.HardwareProfile;

/**
 * Why a step of a program is computed as it is.
 *
 * @param index of the step
 * @param step the step that computes the value
 * @param fused names of the values that the step computes on the way and does not store
 * @param types of the operands of its product, and of the step's result; of the result alone where it has no product
 * @param offers the kernels considered, best first; empty where there is one way only
 */
public record Explanation(int index, Manifest.Step step, List<String> fused, List<String> types, List<KernelOffer> offers) {
    private static final Set<String> LAYERS = Set.of("conv2d", "dense", "q.conv2d", "q.dense");

    /** Copies the lists. */
    public Explanation {
        fused = List.copyOf(fused);
        types = List.copyOf(types);
        offers = List.copyOf(offers);
    }

    /**
     * Every step of a graph on a profile's machine.
     *
     * @throws UserErrorException if the profile cannot run the graph
     */
    public static List<Explanation> all(Quantwright driver, Graph graph, String symbol, HardwareProfile profile) {
        Backend backend = driver.backendFor(profile);
        CompileRequest request = new CompileRequest(graph, profile, symbol, Progress.SILENT);
        List<Manifest.Step> steps = backend.plan(request);
        List<List<KernelOffer>> offers = backend.offers(request);
        Map<String, Integer> index = new HashMap<>();
        steps.forEach(s -> index.putIfAbsent(s.name(), index.size()));
        Map<String, List<Node>> nodes = new HashMap<>();
        for (Node node : graph.nodes().stream().filter(n -> !(n.op() instanceof Constant)).toList()) {
            owner(node.results().getFirst(), index).ifPresent(s -> nodes.computeIfAbsent(s, _ -> new ArrayList<>())
                    .add(node));
        }
        List<Explanation> all = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            List<Node> of = nodes.getOrDefault(steps.get(i).name(), List.of());
            List<String> fused = of.stream().map(n -> n.results().getFirst().name()).filter(n -> !index.containsKey(n))
                    .toList();
            all.add(new Explanation(i, steps.get(i), fused, types(steps.get(i), of), offers.get(i)));
        }
        return all;
    }

    /** The step that computes a value: the value's own, or the next that stores what is made of it. */
    private static Optional<String> owner(Value value, Map<String, Integer> steps) {
        Deque<Value> open = new ArrayDeque<>(List.of(value));
        for (int seen = 0; !open.isEmpty() && seen < steps.size() + 64; seen++) {
            Value v = open.removeFirst();
            if (steps.containsKey(v.name())) {
                return Optional.of(v.name());
            }
            v.users().forEach(u -> open.addAll(u.results()));
        }
        return Optional.empty();
    }

    private static List<String> types(Manifest.Step step, List<Node> nodes) {
        List<String> types = new ArrayList<>();
        nodes.stream().filter(n -> step.macs() > 0 && n.operands().size() > 1).findFirst().ifPresent(n -> {
            types.add(n.operand(0).type().toString());
            types.add(n.operand(1).type().toString());
        });
        nodes.stream().flatMap(n -> n.results().stream()).filter(v -> v.name().equals(step.name())).findFirst()
                .ifPresent(v -> types.add(v.type().toString()));
        return types;
    }

    /** Whether the step is a layer with weights: a convolution or a dense layer, whatever is fused into it. */
    public boolean isLayer() {
        return Stream.of(step.op().split("\\+")).anyMatch(LAYERS::contains);
    }

    /**
     * The step of a value, by the value's name or by that of one fused into it; of a layer whose sums become reals in a
     * step of their own, the one that sums.
     *
     * @throws UserErrorException with the nearest name if there is none
     */
    public static Explanation find(List<Explanation> all, String name) {
        TreeSet<String> names = new TreeSet<>();
        for (Explanation e : all) {
            names.add(e.step().name());
            names.addAll(e.fused());
        }
        String sums = name + GraphQuantizer.SUMS;
        String wanted = names.contains(sums) ? sums : name;
        return all.stream().filter(e -> e.step().name().equals(wanted)).findFirst().or(() -> all.stream().filter(e ->
                e.fused().contains(wanted)).findFirst()).orElseThrow(() -> new UserErrorException(
                DriverDiagnostic.NO_SUCH_NODE, Location.UNKNOWN, "'" + name + "'", Names.suggestion(name, names)));
    }
}
