package quantwright.compiler.importer.tflite;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.importer.FileImage;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;

/**
 * A TensorFlow Lite model as its tables ({@code schema.fbs}, version 3), each index checked to lie in its list.
 *
 * @param name the file, as the user named it
 * @param description what the converter says of itself
 * @param subgraphs graphs, the main one first
 * @param buffers constant data, views of the file; entry 0 is empty
 */
public record TfliteFile(String name, String description, List<SubGraph> subgraphs, List<MemorySegment> buffers) {
    private static final int SCHEMA_VERSION = 3;
    private static final String IDENTIFIER = "TFL3";

    /**
     * Quantization parameters of a tensor: real = scale * (q - zero point).
     *
     * @param scale one for the tensor or one per slice along {@code dimension}; empty for none
     * @param zeroPoint as many as scales
     * @param dimension axis of per-axis parameters
     * @param details number of a newer scheme's table (block-wise, multi-axis), 0 for none
     */
    public record Quantization(float[] scale, long[] zeroPoint, int dimension, int details) {
    }

    /**
     * A tensor of a graph.
     *
     * @param index its place in the graph's list
     * @param name the model's name for it
     * @param shape extents
     * @param shapeSignature extents with -1 for unknown ones; empty when all are known
     * @param type element type
     * @param buffer index of its constant data; an empty buffer means the tensor is computed
     * @param quantization its parameters, if quantized
     * @param variable whether it keeps its value between runs
     * @param sparse whether its data is compressed as sparse
     * @param external whether its data lies in another file
     */
    public record Tensor(int index, String name, int[] shape, int[] shapeSignature, TfliteType type, int buffer,
                         Optional<Quantization> quantization, boolean variable, boolean sparse, boolean external) {
    }

    /**
     * An operator.
     *
     * @param index its place in execution order
     * @param code its builtin operator; empty when newer than this reader
     * @param codeName the operator's name: the schema's, or a custom operator's own
     * @param version version of the operator
     * @param inputs tensor indices; -1 for an absent optional input
     * @param outputs tensor indices
     * @param intermediates indices of tensors that only carry parameters of values inside the operator
     * @param options its attributes
     */
    public record Operator(int index, Optional<BuiltinOperator> code, String codeName, int version, int[] inputs,
                           int[] outputs, int[] intermediates, OperatorOptions options) {
    }

    /**
     * A graph.
     *
     * @param name its name, often empty
     * @param tensors all tensors
     * @param inputs tensor indices of the graph's inputs
     * @param outputs tensor indices of the graph's outputs
     * @param operators in execution order
     */
    public record SubGraph(String name, List<Tensor> tensors, int[] inputs, int[] outputs, List<Operator> operators) {
    }

    /**
     * Reads a model file.
     *
     * @param path a {@code .tflite} file
     * @return its tables
     * @throws FormatException if any offset, vector or index is out of bounds, or the schema version is another
     */
    public static TfliteFile read(Path path) throws FormatException {
        return parse(FileImage.load(path), path.toString());
    }

    /** Whether a file begins as a TensorFlow Lite model does; an unreadable one does not. */
    static boolean hasIdentifier(Path path) {
        try (var in = Files.newInputStream(path)) {
            var head = in.readNBytes(8);
            return head.length == 8
                && new String(head, 4, 4, StandardCharsets.ISO_8859_1).equals(IDENTIFIER);
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Reads a model from memory.
     *
     * @param image the file's bytes; the result keeps views of them
     * @param name the file's name, for errors
     * @return its tables
     * @throws FormatException as {@link #read}
     */
    public static TfliteFile parse(MemorySegment image, String name) throws FormatException {
        // Only buffers may lie beyond the 2 GiB that flatbuffer offsets reach.
        var bytes = image.asSlice(0, Math.min(image.byteSize(), Integer.MAX_VALUE)).asByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN);
        var source = new FlatTable.Source(bytes, name);
        for (int i = 0; i < IDENTIFIER.length(); i++) {
            if (bytes.limit() < 8 || bytes.get(4 + i) != IDENTIFIER.charAt(i)) {
                throw source.fail("", "does not begin as a TensorFlow Lite model does");
            }
        }
        var root = FlatTable.root(source, "");
        if (root.uint32(0) != SCHEMA_VERSION) {
            throw new FormatException(ImportDiagnostic.UNSUPPORTED_VERSION, name, "",
                "schema version " + root.uint32(0) + " is not " + SCHEMA_VERSION,
                "convert the model again with a current converter");
        }
        var codes = new ArrayList<Code>();
        for (var table : root.tables(1, "operator code")) {
            codes.add(code(table));
        }
        var buffers = new ArrayList<MemorySegment>();
        for (var table : root.tables(4, "buffer")) {
            buffers.add(buffer(table, image));
        }
        var subgraphs = new ArrayList<SubGraph>();
        for (var table : root.tables(2, "subgraph")) {
            subgraphs.add(subgraph(table, codes, buffers.size()));
        }
        if (subgraphs.isEmpty()) {
            throw source.fail("", "holds no graph");
        }
        return new TfliteFile(name, root.string(3), List.copyOf(subgraphs), List.copyOf(buffers));
    }

    private record Code(Optional<BuiltinOperator> builtin, String name, int version) {
    }

    private static Code code(FlatTable table) throws FormatException {
        // The byte field came first; codes above 127 are in the later one, and then the byte holds a placeholder.
        int number = Math.max(table.int8(0, 0), table.int32(3, 0));
        var builtin = BuiltinOperator.of(number);
        String name = builtin.map(Enum::name).orElse("builtin operator " + number);
        if (builtin.isPresent() && builtin.get() == BuiltinOperator.CUSTOM) {
            name = "CUSTOM '" + table.string(1) + "'";
        }
        return new Code(builtin, name, table.int32(2, 1));
    }

    private static MemorySegment buffer(FlatTable table, MemorySegment image) throws FormatException {
        long offset = table.int64(1);
        if (Long.compareUnsigned(offset, 1) <= 0) {
            var range = table.vector(0, 1);
            return image.asSlice(range.start(), range.count());
        }
        long size = table.int64(2);
        if (offset < 0 || size < 0 || offset > image.byteSize() || size > image.byteSize() - offset) {
            throw table.fail(size + " bytes at " + offset + " reach past the end of the file");
        }
        return image.asSlice(offset, size);
    }

    private static SubGraph subgraph(FlatTable table, List<Code> codes, int buffers) throws FormatException {
        var tensors = new ArrayList<Tensor>();
        for (var t : table.tables(0, "tensor")) {
            tensors.add(tensor(t, tensors.size(), buffers));
        }
        var operators = new ArrayList<Operator>();
        for (var o : table.tables(3, "operator")) {
            operators.add(operator(o, operators.size(), codes, tensors.size()));
        }
        return new SubGraph(table.string(4), List.copyOf(tensors), indices(table, 1, 0, tensors.size()),
            indices(table, 2, 0, tensors.size()), List.copyOf(operators));
    }

    private static Tensor tensor(FlatTable table, int index, int buffers) throws FormatException {
        var name = table.string(3);
        var type = TfliteType.of(table.int8(1, 0));
        if (type.isEmpty()) {
            throw table.fail("'" + name + "': element type " + table.int8(1, 0) + " is not known");
        }
        long buffer = table.uint32(2);
        if (buffer >= buffers) {
            throw table.fail("'" + name + "': buffer " + buffer + " of " + buffers);
        }
        var shape = table.int32s(0);
        for (int extent : shape) {
            if (extent < 0) {
                throw table.fail("'" + name + "': negative extent " + extent);
            }
        }
        Optional<Quantization> quantization = Optional.empty();
        var q = table.table(4, "quantization");
        if (q.isPresent()) {
            quantization = quantization(q.get(), name, shape);
        }
        return new Tensor(index, name, shape, table.int32s(7), type.get(), (int) buffer, quantization, table.bool(5),
            table.has(6), table.uint32(10) != 0);
    }

    private static Optional<Quantization> quantization(FlatTable table, String name, int[] shape)
        throws FormatException {
        var scale = table.float32s(2);
        var zero = table.int64s(3);
        int details = table.int8(4, 0);
        int dimension = table.int32(6, 0);
        if (scale.length == 0 && details == 0) {
            return Optional.empty();
        }
        if (zero.length == 0) {
            zero = new long[scale.length];
        }
        if (zero.length != scale.length) {
            throw table.fail("'" + name + "': " + scale.length + " scales, " + zero.length + " zero points");
        }
        if (scale.length > 1 && (dimension < 0 || dimension >= shape.length || shape[dimension] != scale.length)) {
            throw table.fail("'" + name + "': " + scale.length + " scales do not fit axis " + dimension);
        }
        return Optional.of(new Quantization(scale, zero, dimension, details));
    }

    private static Operator operator(FlatTable table, int index, List<Code> codes, int tensors)
        throws FormatException {
        long code = table.uint32(0);
        if (code >= codes.size()) {
            throw table.fail("operator code " + code + " of " + codes.size());
        }
        OperatorOptions options = new OperatorOptions.None();
        int union = Byte.toUnsignedInt((byte) table.int8(3, 0));
        if (union != 0) {
            var body = table.table(4, "options");
            if (body.isPresent()) {
                options = OperatorOptions.of(union, body.get());
            }
        } else if (table.int8(11, 0) != 0) {
            options = new OperatorOptions.Other(256 + table.int8(11, 0));
        }
        var kind = codes.get((int) code);
        return new Operator(index, kind.builtin(), kind.name(), kind.version(), indices(table, 1, -1, tensors),
            indices(table, 2, 0, tensors), indices(table, 8, 0, tensors), options);
    }

    private static int[] indices(FlatTable table, int field, int least, int tensors) throws FormatException {
        var indices = table.int32s(field);
        for (int i : indices) {
            if (i < least || i >= tensors) {
                throw table.fail("refers to tensor " + i + " of " + tensors);
            }
        }
        return indices;
    }
}
