package quantwright.compiler.importer.tflite;

import java.util.Arrays;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Types of the IR for tensors of a TensorFlow Lite model. */
final class TensorTypes {
    private TensorTypes() {
    }

    /**
     * The type of a tensor. Integers of at most 16 bits with parameters are quantized; i32 with parameters is a bias
     * and stays plain, its scale being that of its operator's product.
     */
    static TensorType of(TfliteFile.Tensor tensor) throws NotImported {
        if (tensor.sparse()) {
            throw NotImported.form("tensor '" + tensor.name() + "' is stored sparse");
        }
        if (tensor.external()) {
            throw NotImported.form("tensor '" + tensor.name() + "' lies in another file");
        }
        try {
            return new TensorType(element(tensor), Shape.of(tensor.shape()));
        } catch (IllegalArgumentException e) {
            throw new NotImported(ImportDiagnostic.BAD_QUANTIZATION, "tensor '" + tensor.name() + "': "
                + e.getMessage());
        }
    }

    private static ElementType element(TfliteFile.Tensor tensor) throws NotImported {
        var storage = storage(tensor);
        var parameters = tensor.quantization();
        if (parameters.isEmpty() || !storage.isInteger() || storage.bits() > 16) {
            return storage;
        }
        var q = parameters.get();
        if (q.details() != 0) {
            throw NotImported.form("tensor '" + tensor.name() + "' is quantized block-wise or along several axes");
        }
        var zeros = new int[q.zeroPoint().length];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = Math.toIntExact(Math.clamp(q.zeroPoint()[i], Integer.MIN_VALUE, Integer.MAX_VALUE));
        }
        if (q.scale().length == 1) {
            return QuantizedType.perTensor(storage, q.scale()[0], zeros[0]);
        }
        return new QuantizedType.PerAxis(storage, ScalarType.F32, q.dimension(), Floats.of(q.scale()),
            Ints.of(zeros));
    }

    private static ScalarType storage(TfliteFile.Tensor tensor) throws NotImported {
        return switch (tensor.type()) {
            case FLOAT32 -> ScalarType.F32;
            case FLOAT16 -> ScalarType.F16;
            case BFLOAT16 -> ScalarType.BF16;
            case FLOAT64 -> ScalarType.F64;
            case INT2 -> ScalarType.I2;
            case INT4 -> ScalarType.I4;
            case INT8 -> ScalarType.I8;
            case INT16 -> ScalarType.I16;
            case INT32 -> ScalarType.I32;
            case INT64 -> ScalarType.I64;
            case UINT4 -> ScalarType.U4;
            case UINT8 -> ScalarType.U8;
            case UINT16 -> ScalarType.U16;
            case UINT32 -> ScalarType.U32;
            case UINT64 -> ScalarType.U64;
            case BOOL -> ScalarType.BOOL;
            case STRING, COMPLEX64, COMPLEX128, RESOURCE, VARIANT, FLOAT8_E4M3FN, FLOAT8_E5M2 ->
                throw new NotImported(ImportDiagnostic.UNSUPPORTED_TYPE, "tensor '" + tensor.name()
                    + "' has element type " + tensor.type());
        };
    }

    /** Extents but for those that the model leaves open. */
    static boolean agrees(TfliteFile.Tensor tensor, Shape computed) {
        int[] stated = tensor.shape();
        int[] signature = tensor.shapeSignature();
        if (stated.length != computed.rank()) {
            return false;
        }
        for (int i = 0; i < stated.length; i++) {
            boolean open = signature.length == stated.length && signature[i] < 0;
            if (!open && stated[i] != computed.dim(i)) {
                return false;
            }
        }
        return true;
    }

    static String text(int[] shape) {
        return Arrays.toString(shape);
    }
}
