package quantwright.compiler.importer.onnx;

import java.util.List;
import quantwright.compiler.importer.FormatException;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.ir.data.ConstantData;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Element types, shapes and tensors of ONNX in terms of the IR. */
final class OnnxTypes {
    private static final int MAX_RANK = 32;

    private OnnxTypes() {
    }

    /**
     * The IR's type for a value of {@code TensorProto.DataType}.
     *
     * @throws ImportFailure naming a type without counterpart
     */
    static ScalarType scalar(int dataType) {
        DataType type = DataType.forNumber(dataType);
        if (type == null) {
            throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_TYPE, "element type " + dataType + " is unknown");
        }
        return switch (type) {
            case FLOAT -> ScalarType.F32;
            case DOUBLE -> ScalarType.F64;
            case FLOAT16 -> ScalarType.F16;
            case BFLOAT16 -> ScalarType.BF16;
            case INT64 -> ScalarType.I64;
            case INT32 -> ScalarType.I32;
            case INT16 -> ScalarType.I16;
            case INT8 -> ScalarType.I8;
            case INT4 -> ScalarType.I4;
            case INT2 -> ScalarType.I2;
            case UINT64 -> ScalarType.U64;
            case UINT32 -> ScalarType.U32;
            case UINT16 -> ScalarType.U16;
            case UINT8 -> ScalarType.U8;
            case UINT4 -> ScalarType.U4;
            case UINT2 -> ScalarType.U2;
            case BOOL -> ScalarType.BOOL;
            case UNDEFINED, STRING, COMPLEX64, COMPLEX128, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ,
                 FLOAT4E2M1, FLOAT8E8M0 -> throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_TYPE,
                    "element type " + type + " is not supported");
        };
    }

    /**
     * A shape of 64-bit extents.
     *
     * @throws ImportFailure if an extent is negative or too large, or there are too many
     */
    static Shape shape(List<Long> dims) {
        if (dims.size() > MAX_RANK) {
            throw new ImportFailure(ImportDiagnostic.BAD_SHAPE, "has " + dims.size() + " dimensions");
        }
        int[] out = new int[dims.size()];
        for (int i = 0; i < out.length; i++) {
            long d = dims.get(i);
            if (d < 0 || d > Integer.MAX_VALUE) {
                throw new ImportFailure(ImportDiagnostic.BAD_SHAPE, "extent " + d + " in shape " + dims
                        + " is out of range");
            }
            out[i] = (int) d;
        }
        try {
            return Shape.of(out);
        } catch (IllegalArgumentException e) {
            throw new ImportFailure(ImportDiagnostic.BAD_SHAPE, e.getMessage());
        }
    }

    /**
     * The data of a stored tensor, a view of the file where the layout allows.
     *
     * @throws ImportFailure if type, shape or data are not valid
     */
    static ConstantData data(TensorProto tensor, OnnxFile file) {
        try {
            TensorType type = new TensorType(scalar(tensor.getDataType()), shape(tensor.getDimsList()));
            return ConstantData.wrap(type, OnnxTensorData.bytes(tensor, file));
        } catch (FormatException e) {
            throw new ImportFailure(e.code(), e.place() + ": " + e.reason()
                    + (e.hint().isEmpty() ? "" : " (" + e.hint() + ")"));
        } catch (ImportFailure e) {
            throw new ImportFailure(e.code(), "tensor '" + tensor.getName() + "': " + e.getMessage());
        }
    }
}
