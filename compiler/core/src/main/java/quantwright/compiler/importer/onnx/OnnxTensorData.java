package quantwright.compiler.importer.onnx;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;

/**
 * The elements of a {@link TensorProto} as one little-endian segment, wherever the message keeps them:
 * {@code raw_data}, one of the typed fields, or an external file inside the model's folder. Types below 8 bits stay
 * packed, first element in the low bits, as ONNX stores them.
 */
public final class OnnxTensorData {
    private static final int MAX_RANK = 64;
    private static final ValueLayout.OfShort SHORT =
        ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private OnnxTensorData() {
    }

    /**
     * Size of one element.
     *
     * @param dataType a value of ONNX's {@code TensorProto.DataType}
     * @return bits per element, or 0 for strings, undefined and unknown types
     */
    public static int bits(int dataType) {
        var type = DataType.forNumber(dataType);
        if (type == null) {
            return 0;
        }
        return switch (type) {
            case UNDEFINED, STRING -> 0;
            case INT2, UINT2 -> 2;
            case INT4, UINT4, FLOAT4E2M1 -> 4;
            case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, FLOAT8E8M0 -> 8;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
            case FLOAT, INT32, UINT32 -> 32;
            case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
            case COMPLEX128 -> 128;
        };
    }

    /**
     * Number of elements of a tensor.
     *
     * @param tensor the message
     * @param file the model's name, for errors
     * @return the product of its dims; 1 for a scalar
     * @throws FormatException if a dim is negative or the product overflows
     */
    public static long elements(TensorProto tensor, String file) throws FormatException {
        if (tensor.getDimsCount() > MAX_RANK) {
            throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                "has " + tensor.getDimsCount() + " dimensions");
        }
        long count = 1;
        for (long dim : tensor.getDimsList()) {
            if (dim < 0) {
                throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                    "has a negative dimension " + dim);
            }
            if (Math.multiplyHigh(count, dim) != 0 || count * dim < 0) {
                throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                    "shape " + tensor.getDimsList() + " overflows");
            }
            count *= dim;
        }
        return count;
    }

    /**
     * Size of a tensor's packed bytes.
     *
     * @param tensor the message
     * @param file the model's name, for errors
     * @return elements times bits, rounded up to whole bytes
     * @throws FormatException if the type has no fixed size or the shape overflows
     */
    public static long byteSize(TensorProto tensor, String file) throws FormatException {
        int bits = bits(tensor.getDataType());
        if (bits == 0) {
            throw fail(ImportDiagnostic.UNSUPPORTED_TYPE, tensor, file,
                "has element type " + tensor.getDataType() + ", which is not numeric");
        }
        long count = elements(tensor, file);
        if (count > (Long.MAX_VALUE - 7) / bits) {
            throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                "shape " + tensor.getDimsList() + " overflows");
        }
        return (count * bits + 7) / 8;
    }

    /**
     * Gives the elements of a tensor.
     *
     * @param tensor the message
     * @param model where it comes from; external data is resolved in its folder
     * @return exactly {@link #byteSize} bytes, read-only
     * @throws FormatException if the data is missing, of another size, or outside the model's folder
     */
    public static MemorySegment bytes(TensorProto tensor, OnnxFile model) throws FormatException {
        return bytes(tensor, model.path().toString(), model.folder());
    }

    /**
     * Gives the elements of a tensor that may not use external data.
     *
     * @param tensor the message
     * @param file where it comes from, for errors
     * @return exactly {@link #byteSize} bytes, read-only
     * @throws FormatException if the data is missing, of another size, or external
     */
    public static MemorySegment bytes(TensorProto tensor, String file) throws FormatException {
        return bytes(tensor, file, null);
    }

    private static MemorySegment bytes(TensorProto tensor, String file, Path folder) throws FormatException {
        long size = byteSize(tensor, file);
        if (tensor.hasSegment()) {
            throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                "is one segment of a tensor, which ONNX runtimes do not read either");
        }
        if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return external(tensor, file, folder, size);
        }
        if (tensor.hasRawData()) {
            var raw = tensor.getRawData();
            if (raw.size() != size) {
                throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                    "holds " + raw.size() + " bytes where its shape " + tensor.getDimsList()
                    + " takes " + size);
            }
            return OnnxFile.view(raw);
        }
        return typed(tensor, file, size);
    }

    private static MemorySegment external(TensorProto tensor, String file, Path folder, long size)
        throws FormatException {
        if (folder == null) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "refers to external data where none is allowed");
        }
        String location = null;
        long offset = 0;
        long length = -1;
        for (var entry : tensor.getExternalDataList()) {
            switch (entry.getKey()) {
                case "location" -> location = entry.getValue();
                case "offset" -> offset = number(tensor, file, entry.getValue());
                case "length" -> length = number(tensor, file, entry.getValue());
                default -> {
                    // A checksum or a producer's note: does not change where the bytes are.
                }
            }
        }
        if (location == null || location.isEmpty()) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "has external data without a location");
        }
        if (length >= 0 && length != size) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "states " + length + " bytes of external data, its shape takes " + size);
        }
        var path = inside(tensor, file, folder, location);
        try (var channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (offset > channel.size() || size > channel.size() - offset) {
                throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                    "external data file '" + location + "' ends at byte " + channel.size()
                    + ", before offset " + offset + " + " + size);
            }
            if (size == 0) {
                return MemorySegment.ofArray(new byte[0]).asReadOnly();
            }
            return channel.map(FileChannel.MapMode.READ_ONLY, offset, size, Arena.ofAuto()).asReadOnly();
        } catch (IOException e) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "external data file '" + location + "' cannot be read: " + e.getMessage());
        }
    }

    /** Resolves links before comparing, so that neither ".." nor a symbolic link leads out of the folder. */
    private static Path inside(TensorProto tensor, String file, Path folder, String location) throws FormatException {
        try {
            var root = folder.toRealPath();
            var path = root.resolve(location);
            if (Path.of(location).isAbsolute() || !path.normalize().startsWith(root)) {
                throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                    "external data location '" + location + "' lies outside the model's folder");
            }
            var real = path.toRealPath();
            if (!real.startsWith(root)) {
                throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                    "external data location '" + location + "' links outside the model's folder");
            }
            return real;
        } catch (IOException e) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "external data file '" + location + "' is not there");
        } catch (java.nio.file.InvalidPathException e) {
            throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
                "external data location is not a path");
        }
    }

    private static long number(TensorProto tensor, String file, String text) throws FormatException {
        try {
            long value = Long.parseLong(text.strip());
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below with the text itself.
        }
        throw fail(ImportDiagnostic.EXTERNAL_DATA, tensor, file,
            "external data offset or length '" + text + "' is not a size");
    }

    private static MemorySegment typed(TensorProto tensor, String file, long size) throws FormatException {
        var type = DataType.forNumber(tensor.getDataType());
        int present = switch (type) {
            case FLOAT, COMPLEX64 -> tensor.getFloatDataCount();
            case DOUBLE, COMPLEX128 -> tensor.getDoubleDataCount();
            case INT64 -> tensor.getInt64DataCount();
            case UINT32, UINT64 -> tensor.getUint64DataCount();
            default -> tensor.getInt32DataCount();
        };
        int unit = switch (type) {
            case FLOAT, COMPLEX64, INT32, UINT32 -> 4;
            case DOUBLE, COMPLEX128, INT64, UINT64 -> 8;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 2;
            default -> 1;
        };
        if ((long) present * unit != size) {
            throw fail(ImportDiagnostic.BAD_TENSOR, tensor, file,
                "holds " + present + " values, its shape " + tensor.getDimsList()
                + " of " + type + " takes " + size / unit);
        }
        var data = MemorySegment.ofArray(new byte[Math.toIntExact(size)]);
        for (int i = 0; i < present; i++) {
            switch (type) {
                case FLOAT, COMPLEX64 -> data.set(FLOAT, 4L * i, tensor.getFloatData(i));
                case DOUBLE, COMPLEX128 -> data.set(DOUBLE, 8L * i, tensor.getDoubleData(i));
                case INT64 -> data.set(LONG, 8L * i, tensor.getInt64Data(i));
                case UINT64 -> data.set(LONG, 8L * i, tensor.getUint64Data(i));
                case UINT32 -> data.set(INT, 4L * i, (int) tensor.getUint64Data(i));
                case INT32 -> data.set(INT, 4L * i, tensor.getInt32Data(i));
                case UINT16, INT16, FLOAT16, BFLOAT16 -> data.set(SHORT, 2L * i, (short) tensor.getInt32Data(i));
                default -> data.set(ValueLayout.JAVA_BYTE, i, (byte) tensor.getInt32Data(i));
            }
        }
        return data.asReadOnly();
    }

    private static FormatException fail(ImportDiagnostic code, TensorProto tensor, String file, String reason) {
        return new FormatException(code, file, "tensor '" + tensor.getName() + "'", reason);
    }
}
