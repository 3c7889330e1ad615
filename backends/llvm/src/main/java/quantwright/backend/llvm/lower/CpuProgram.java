package quantwright.backend.llvm.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.KernelOffer;
import quantwright.backend.Manifest;
import quantwright.backend.llvm.cost.KernelCycles;
import quantwright.backend.llvm.kernel.CpuKernels;
import quantwright.backend.llvm.text.TargetAttributes;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.op.Fused;
import quantwright.ir.type.TensorType;

/**
 * A model lowered for a CPU: the TILE graph with layouts, the arena plan, and the module texts. Everything before machine
 * code; a pure function of graph, kernels and target.
 */
public final class CpuProgram {
    private final Graph tile;
    private final ArenaPlan plan;
    private final CodeModule module;
    private final List<Manifest.Step> steps = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Manifest.Placed> tensors = new ArrayList<>();
    private final List<Supplier<List<KernelOffer>>> offers = new ArrayList<>();

    private CpuProgram(Graph tile, ArenaPlan plan, CodeModule module) {
        this.tile = tile;
        this.plan = plan;
        this.module = module;
    }

    /**
     * Lowers a normalized graph.
     *
     * @param fuse whether chains of ops may become one kernel
     * @param parallel number of modules the kernels are spread over
     * @throws quantwright.ir.diag.UserErrorException naming every node that no kernel takes
     */
    public static CpuProgram lower(Graph graph, CpuKernels kernels, TargetAttributes target, String symbol, boolean fuse,
            int parallel) {
        Graph tile = TileFusion.build(graph, new EpilogueRules(fuse));
        LayoutAssignment.assign(tile, kernels.byteFlip());
        CpuProgram program = new CpuProgram(tile, ArenaPlan.of(tile), new CodeModule(symbol, target, parallel));
        program.lowerNodes(kernels);
        return program;
    }

    private void lowerNodes(CpuKernels kernels) {
        DiagnosticSink problems = new DiagnosticSink();
        LoweringContext cx = new LoweringContext(plan, kernels, module::constant);
        Lowerings lowerings = new Lowerings();
        int index = 0;
        for (Node node : tile) {
            if (TileOps.isConstant(node.results().getFirst())) {
                continue;
            }
            switch (lowerings.lower(node, cx)) {
                case NodeLowering.Result.Rejected r -> problems.report(BackendDiagnostic.NO_KERNEL, node.location(),
                        describe(node) + ": " + r.reason());
                case NodeLowering.Result.Calls c -> {
                    List<KernelCall> calls = new ArrayList<>(c.calls());
                    if (!calls.isEmpty()) {
                        calls.addAll(HaloFill.calls(node.result(), plan.placement(node.result())));
                    }
                    record(node, index++, new Step(node, calls, c.macs()));
                    offers.add(c.offers());
                }
            }
        }
        problems.throwIfErrors();
    }

    private void record(Node node, int index, Step step) {
        module.add(step);
        nodes.add(node);
        String kernel = step.calls().isEmpty() ? "none" : step.calls().getFirst().kernel();
        steps.add(new Manifest.Step(node.result().name(), describe(node), kernel, step.macs()));
        Placement p = plan.placement(node.result());
        if (p.space() == Placement.Space.ARENA && !node.result().name().isEmpty()) {
            tensors.add(new Manifest.Placed(node.result().name(), index, p.offset(), p.type().storage().toString(),
                    extents(p.type()), java.util.Arrays.stream(p.strides()).boxed().toList(), p.flip()));
        }
    }

    private static String describe(Node node) {
        return node.op() instanceof Fused f
                ? String.join("+", f.body().graph().nodes().stream().map(n -> n.op().mnemonic()).toList())
                : node.op().mnemonic();
    }

    private static List<Integer> extents(TensorType type) {
        return java.util.Arrays.stream(type.shape().toArray()).boxed().toList();
    }

    /** The TILE graph the code was made from. */
    public Graph tile() {
        return tile;
    }

    /** Texts of the modules to compile. */
    public List<String> texts(int requiredFeatures) {
        return module.texts(tile.inputs().size(), tile.outputs().size(), requiredFeatures);
    }

    /** Symbol of the constants block the modules refer to. */
    public String constantsSymbol() {
        return module.constantsSymbol();
    }

    /** The constants block. */
    public byte[] constants() {
        return module.constants();
    }

    /** Bytes of the arena. */
    public long arenaBytes() {
        return plan.arenaBytes();
    }

    /** Proven lower bound of the arena. */
    public long arenaLowerBound() {
        return plan.lowerBound();
    }

    /** Alignment of the arena in bytes. */
    public int arenaAlignment() {
        return ArenaPlan.ALIGNMENT;
    }

    /** The steps, in order. */
    public List<Manifest.Step> steps() {
        return List.copyOf(steps);
    }

    /** For each step the kernels that were considered. */
    public List<List<KernelOffer>> offers() {
        return offers.stream().map(Supplier::get).toList();
    }

    /** The TILE node that a step executes. */
    public Node node(int step) {
        return nodes.get(step);
    }

    /** The kernel calls of a step; none if it only renames memory. */
    public List<KernelCycles.Call> calls(int step) {
        return module.kernelCalls(step);
    }

    /** Materialised values. */
    public List<Manifest.Placed> tensors() {
        return List.copyOf(tensors);
    }

    /** The model's inputs as the manifest lists them. */
    public List<Manifest.Port> inputs() {
        return tile.inputs().stream().map(v -> Manifest.Port.of(v.name(), v.type())).toList();
    }

    /** The model's outputs as the manifest lists them. */
    public List<Manifest.Port> outputs() {
        List<Manifest.Port> ports = new ArrayList<>();
        for (int i = 0; i < tile.outputs().size(); i++) {
            ports.add(Manifest.Port.of(tile.outputName(i), tile.outputs().get(i).type()));
        }
        return ports;
    }
}
