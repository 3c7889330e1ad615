package quantwright.backend.vendor;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.CompileRequest;
import quantwright.backend.Manifest;
import quantwright.backend.MemoryPlanner;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.op.Constant;
import quantwright.ir.pass.GraphCopy;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/**
 * A model ready for a chip outside the machine templates: the legal TILE graph, where each value lies, and the packed
 * constants. The chip's backend turns it into a stream of its own. Deterministic.
 *
 * @param tile the graph, whose every op the chip executes; tensors are dense, in the axis order of their types
 * @param places where each value lies, in graph order
 * @param arenaBytes memory for the values that are neither inputs, outputs nor constants
 * @param arenaLowerBound proven lower bound of it
 * @param constants contents of all constants, elements narrower than a byte packed from the least significant bits up
 */
public record VendorModel(Graph tile, Map<Value, Place> places, long arenaBytes, long arenaLowerBound,
                          byte[] constants) {
    /** Kinds of memory. */
    public enum Space {
        /** A buffer of the caller's for each input. */
        INPUT,
        /** A buffer of the caller's for each output. */
        OUTPUT,
        /** The constants. */
        CONSTANT,
        /** The arena. */
        ARENA
    }

    /**
     * Where a value lies.
     *
     * @param space kind of memory
     * @param index which input or output; 0 in the other spaces
     * @param offset first byte
     * @param bytes size
     */
    public record Place(Space space, int index, long offset, long bytes) {
    }

    /**
     * Makes a model ready for a chip.
     *
     * @param graph a normalized GRAPH or QUANT graph; it is not changed
     * @throws quantwright.ir.diag.UserErrorException naming every node that the chip does not execute, and why
     */
    public static VendorModel of(Graph graph, VendorTarget target) {
        Graph tile = GraphCopy.of(graph);
        tile.setLevel(Level.TILE);
        target.replaceOps(tile);
        DiagnosticSink sink = new DiagnosticSink();
        for (Node node : tile) {
            if (!(node.op() instanceof Constant)) {
                target.refusal(node).ifPresent(why -> sink.report(BackendDiagnostic.NO_KERNEL, node.location(),
                        node.op().mnemonic() + ": " + why));
            }
        }
        sink.throwIfErrors();
        Map<Value, Place> places = new LinkedHashMap<>();
        for (Value input : tile.inputs()) {
            places.put(input, new Place(Space.INPUT, input.index(), 0, bytes(input.type())));
        }
        byte[] constants = constants(tile, target.alignment(), places);
        for (int i = 0; i < tile.outputs().size(); i++) {
            Value output = tile.outputs().get(i);
            places.putIfAbsent(output, new Place(Space.OUTPUT, i, 0, bytes(output.type())));
        }
        MemoryPlanner.Plan plan = arena(tile, target.alignment(), places);
        return new VendorModel(tile, places, plan.arenaBytes(), plan.lowerBound(), constants);
    }

    private static byte[] constants(Graph tile, int alignment, Map<Value, Place> places) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        Map<ConstantData, Long> known = new HashMap<>();
        for (Node node : tile) {
            if (node.op() instanceof Constant c) {
                byte[] packed = c.data().toTensor().pack();
                Long at = known.get(c.data());
                if (at == null) {
                    block.writeBytes(new byte[(int) (-block.size() & (alignment - 1L))]);
                    at = (long) block.size();
                    known.put(c.data(), at);
                    block.writeBytes(packed);
                }
                places.put(node.result(), new Place(Space.CONSTANT, 0, at, packed.length));
            }
        }
        return block.toByteArray();
    }

    private static MemoryPlanner.Plan arena(Graph tile, int alignment, Map<Value, Place> places) {
        Map<Node, Integer> order = new HashMap<>();
        tile.nodes().forEach(n -> order.put(n, order.size()));
        List<Value> values = new ArrayList<>();
        List<MemoryPlanner.Buffer> buffers = new ArrayList<>();
        for (Node node : tile) {
            for (Value value : node.results()) {
                if (!places.containsKey(value)) {
                    int first = order.get(node);
                    int last = value.users().stream().mapToInt(order::get).max().orElse(first);
                    values.add(value);
                    buffers.add(new MemoryPlanner.Buffer(bytes(value.type()), first, last));
                }
            }
        }
        MemoryPlanner.Plan plan = buffers.isEmpty() ? new MemoryPlanner.Plan(List.of(), 0, 0)
                : MemoryPlanner.plan(buffers, alignment);
        for (int i = 0; i < values.size(); i++) {
            places.put(values.get(i), new Place(Space.ARENA, 0, plan.offsets().get(i), buffers.get(i).size()));
        }
        return plan;
    }

    private static long bytes(TensorType type) {
        return (type.shape().elementCount() * type.storage().bits() + 7) / 8;
    }

    /** Where a value lies. */
    public Place place(Value value) {
        return places.get(value);
    }

    /** The steps that a manifest lists, each with the kernel's name that {@code kernel} gives. */
    public List<Manifest.Step> steps(java.util.function.Function<Node, String> kernel) {
        return tile.nodes().stream().filter(n -> !(n.op() instanceof Constant))
                .map(n -> new Manifest.Step(n.result().name(), n.op().mnemonic(), kernel.apply(n), 0)).toList();
    }

    /**
     * The manifest of an artifact.
     *
     * @param backend id of the chip's backend
     * @param tool version of whatever wrote it
     * @param codeBytes size of the chip's stream
     */
    public Manifest manifest(CompileRequest request, String backend, String tool, List<Manifest.Step> steps,
            int alignment, long codeBytes) {
        List<Manifest.Port> inputs = tile.inputs().stream().map(v -> port(v.name(), v.type())).toList();
        List<Manifest.Port> outputs = new ArrayList<>();
        for (int i = 0; i < tile.outputs().size(); i++) {
            outputs.add(port(tile.outputName(i), tile.outputs().get(i).type()));
        }
        return new Manifest(Manifest.FORMAT, tool, tile.name(), request.profile().id(), request.profile().hash(), backend,
                request.symbol(), arenaBytes, alignment, arenaLowerBound, constants.length, codeBytes, List.of(), inputs,
                outputs, steps, List.of(), Map.of());
    }

    private static Manifest.Port port(String name, TensorType type) {
        boolean quantized = type.element() instanceof QuantizedType.PerTensor;
        return new Manifest.Port(name, type.storage().toString(), Arrays.stream(type.shape().toArray()).boxed().toList(),
                quantized ? type.quantized().scale(0) : 0, quantized ? type.quantized().zeroPoint(0) : 0);
    }
}
