package quantwright.compiler.importer.onnx;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.interp.ConstantFolder;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Identity;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Appends nodes to the graph, or folds them where all operands are known. Memory is bounded: folded results share one
 * budget that grows with the model file, and tensors filled with one value share one buffer for each value.
 */
final class Emitter {
    /** Bytes that folding may produce beyond what the file's size allows. */
    private static final long FOLD_FLOOR = 64L << 20;
    /** Bytes folded for each byte of the file. */
    private static final long FOLD_RATIO = 6;
    /** Bytes that all filled tensors together may take, sharing counted. */
    private static final long FILL_LIMIT = 512L << 20;

    private final Graph graph;
    private final Map<ByteBuffer, MemorySegment> fills = new HashMap<>();
    private long foldBudget;
    private long fillBudget = FILL_LIMIT;
    private Location location = Location.UNKNOWN;

    /** Appends to {@code graph}, which comes from a file of {@code fileBytes}. */
    Emitter(Graph graph, long fileBytes) {
        this.graph = graph;
        this.foldBudget = FOLD_FLOOR + FOLD_RATIO * fileBytes;
    }

    /** Where the following nodes come from. */
    void at(Location place) {
        location = place;
    }

    /** Appends an op that determines its own result type. */
    Edge emit(Op op, Edge... operands) {
        return emit(List.of(), op, operands);
    }

    /** Appends an op with a stated element type of its result. */
    Edge emitAs(ElementType element, Op op, Edge... operands) {
        return emit(List.of(element), op, operands);
    }

    private Edge emit(List<ElementType> requested, Op op, Edge... operands) {
        List<TensorType> operandTypes = Arrays.stream(operands).map(Edge::type).toList();
        TensorType result = op.infer(new OpContext(op.mnemonic(), operandTypes, requested)).get(0);
        if (op instanceof TensorOp && Arrays.stream(operands).allMatch(Edge::isConstant)) {
            Optional<Edge> folded = fold(op, operands, result);
            if (folded.isPresent()) {
                return folded.get();
            }
        }
        List<Value> values = Arrays.stream(operands).map(this::value).toList();
        return Edge.of(graph.insertBefore(null, op, values, requested, location).result());
    }

    private Optional<Edge> fold(Op op, Edge[] operands, TensorType result) {
        if (operands.length == 1 && (op instanceof Reshape || op instanceof Identity
                || op instanceof Transpose && operands[0].isSplat())) {
            ConstantData same = operands[0].data().withType(result);
            String name = operands[0].name();
            return Optional.of(operands[0].isSplat() ? Edge.splat(same, name) : Edge.constant(same, name));
        }
        if (result.packedBytes() > foldBudget) {
            return Optional.empty();
        }
        Optional<ConstantData> data = ConstantFolder.fold(op, Arrays.stream(operands).map(Edge::data).toList());
        foldBudget -= data.map(d -> d.bytes().byteSize()).orElse(0L);
        // Weights in another order are still known by the model's name.
        String name = op instanceof Transpose ? operands[0].name() : "";
        return data.map(d -> Edge.constant(d, name));
    }

    /** The graph's value of a tensor; known data becomes a constant node. */
    Value value(Edge edge) {
        if (edge.value() == null) {
            Node node = graph.insertBefore(null, new Constant(edge.data()), List.of(), List.of(), location);
            node.result().setName(edge.name());
            edge.materialized(node.result());
        }
        return edge.value();
    }

    /** A tensor of {@code shape} filled with one element of at least 8 bits, given by its packed bytes. */
    Edge fill(ScalarType type, byte[] element, Shape shape) {
        TensorType filled = new TensorType(type, shape);
        long bytes;
        try {
            bytes = filled.packedBytes();
        } catch (ArithmeticException e) {
            bytes = Long.MAX_VALUE;
        }
        if (bytes > FILL_LIMIT) {
            throw new ImportFailure(ImportDiagnostic.TOO_LARGE,
                    "fills a tensor of shape " + shape + ", more than " + (FILL_LIMIT >> 20) + " MiB");
        }
        return Edge.splat(ConstantData.wrap(filled, buffer(element, bytes)), "");
    }

    /** At least {@code bytes} of the element over and over; the largest buffer for each element is shared. */
    private MemorySegment buffer(byte[] element, long bytes) {
        MemorySegment known = fills.get(ByteBuffer.wrap(element));
        if (known == null || known.byteSize() < bytes) {
            if (bytes > fillBudget) {
                throw new ImportFailure(ImportDiagnostic.TOO_LARGE,
                        "fills tensors of more than " + (FILL_LIMIT >> 20) + " MiB in all");
            }
            fillBudget -= bytes;
            byte[] data = new byte[Math.toIntExact(bytes)];
            for (int i = 0; i < data.length; i++) {
                data[i] = element[i % element.length];
            }
            known = MemorySegment.ofArray(data);
            fills.put(ByteBuffer.wrap(element), known);
        }
        return known.asSlice(0, bytes);
    }

    /** Known data without a name. */
    static Edge constant(Tensor tensor) {
        return Edge.constant(ConstantData.of(tensor), "");
    }

    /** A known vector of i64. */
    static Edge longs(long... elements) {
        return constant(Tensor.of(TensorType.of(ScalarType.I64, elements.length), elements));
    }

    /**
     * A rank-0 constant of a plain type.
     *
     * @throws ImportFailure if the type has no such value
     */
    static Edge scalar(ScalarType type, double value) {
        Tensor tensor = Tensor.zeros(new TensorType(type, Shape.SCALAR));
        switch (type) {
            case F32 -> tensor.floats()[0] = (float) value;
            case F64 -> tensor.doubles()[0] = value;
            case F16 -> tensor.shorts()[0] = Float.floatToFloat16((float) value);
            case BF16 -> throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_TYPE, "needs a constant of type bf16");
            default -> tensor.setInteger(0, (long) value);
        }
        return constant(tensor);
    }

    /** A rank-0 zero of any plain type. */
    static Edge zero(ScalarType type) {
        return constant(Tensor.zeros(new TensorType(type, Shape.SCALAR)));
    }

    /** Reshapes. */
    Edge reshape(Edge x, int... dims) {
        return emit(new Reshape(Ints.of(dims)), x);
    }

    /** Permutes axes. */
    Edge transpose(Edge x, int... permutation) {
        return emit(new Transpose(Ints.of(permutation)), x);
    }
}
