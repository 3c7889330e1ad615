package quantwright.compiler.importer.onnx;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.ModelProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;

/**
 * An ONNX model as its protobuf messages, unchecked beyond the wire format.
 *
 * @param model the parsed message; raw tensor bytes are views of the file's one image
 * @param path the file it came from
 */
public record OnnxFile(ModelProto model, Path path) {
    /** Depth of nested messages: subgraphs in attributes take four levels each. */
    private static final int RECURSION_LIMIT = 64;

    /**
     * Reads a model file.
     *
     * @param path an {@code .onnx} file, less than 2 GiB; larger weights lie in external data files
     * @return its messages
     * @throws FormatException if the file is not a protobuf message or holds no graph
     */
    public static OnnxFile read(Path path) throws FormatException {
        var model = parse(ModelProto.parser(), load(path), path.toString());
        if (!model.hasGraph()) {
            throw new FormatException(path.toString(), "", "holds no graph: this is not an ONNX model");
        }
        return new OnnxFile(model, path);
    }

    /**
     * Reads a file that holds one tensor, as the ONNX test data does.
     *
     * @param path a {@code .pb} file
     * @return the message
     * @throws FormatException if the file is not a protobuf message
     */
    public static TensorProto readTensor(Path path) throws FormatException {
        return parse(TensorProto.parser(), load(path), path.toString());
    }

    /**
     * Parses a message within limits on its depth; memory is linear in the bytes given.
     *
     * @param <M> the message
     * @param parser of the message type
     * @param bytes the wire format; the message keeps views of it
     * @param file the file's name, for errors
     * @return the message
     * @throws FormatException if the bytes are not such a message
     */
    public static <M extends Message> M parse(Parser<M> parser, byte[] bytes, String file) throws FormatException {
        var in = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
        in.setRecursionLimit(RECURSION_LIMIT);
        in.enableAliasing(true);
        try {
            var message = parser.parseFrom(in);
            in.checkLastTagWas(0);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new FormatException(file, "byte " + in.getTotalBytesRead(),
                "is not a well-formed ONNX message: " + e.getMessage(), "the file is damaged or of another format");
        }
    }

    /** {@return the folder in which external data must lie} */
    public Path folder() {
        var parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }

    private static byte[] load(Path path) throws FormatException {
        try {
            long size = Files.size(path);
            if (!Files.isRegularFile(path)) {
                throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "",
                    "is not a regular file");
            }
            if (size > Integer.MAX_VALUE - 16) {
                throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "",
                    "is " + size + " bytes; a protobuf message ends at 2 GiB",
                    "save the model with external data");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "", "no such file");
        } catch (IOException e) {
            throw new FormatException(ImportDiagnostic.UNREADABLE_FILE, path.toString(), "", "cannot be read: "
                + e.getMessage());
        }
    }

    /**
     * The raw bytes of a byte string without copying.
     *
     * @param bytes a message's bytes field
     * @return a read-only segment over them
     */
    static MemorySegment view(ByteString bytes) {
        return MemorySegment.ofBuffer(bytes.asReadOnlyByteBuffer());
    }
}
