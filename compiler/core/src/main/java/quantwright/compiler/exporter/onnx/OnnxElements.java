package quantwright.compiler.exporter.onnx;

import quantwright.compiler.importer.onnx.generated.TensorProto.DataType;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * How elements are stored in the exported model. Activations of type i8 become u8, which other runtimes' kernels on x86
 * multiply fastest: stored value and zero point are 128 more, and every real stays. Everything else keeps its type.
 */
final class OnnxElements {
    private static final int SHIFT = 128;

    private OnnxElements() {
    }

    /** The number of a type in the file. */
    static int code(ScalarType type) {
        return (switch (type) {
            case F64 -> DataType.DOUBLE;
            case F32 -> DataType.FLOAT;
            case F16 -> DataType.FLOAT16;
            case BF16 -> DataType.BFLOAT16;
            case I64 -> DataType.INT64;
            case I32 -> DataType.INT32;
            case I16 -> DataType.INT16;
            case I8 -> DataType.INT8;
            case I4 -> DataType.INT4;
            case I2 -> DataType.INT2;
            case U64 -> DataType.UINT64;
            case U32 -> DataType.UINT32;
            case U16 -> DataType.UINT16;
            case U8 -> DataType.UINT8;
            case U4 -> DataType.UINT4;
            case U2 -> DataType.UINT2;
            case BOOL -> DataType.BOOL;
            case SIGN1 -> throw new IllegalArgumentException("ONNX has no type of one bit");
        }).getNumber();
    }

    /** What is added to each stored value of an element type on the way out: 128 or 0. */
    static int shift(ElementType element) {
        return element instanceof QuantizedType.PerTensor p && p.storage() == ScalarType.I8 ? SHIFT : 0;
    }

    /** The stored type of an element. */
    static ScalarType storage(ElementType element) {
        return shift(element) == 0 ? element.storage() : ScalarType.U8;
    }

    /** Scale and zero point as the file states them. */
    static QuantizedType.PerTensor type(QuantizedType.PerTensor type) {
        return new QuantizedType.PerTensor(storage(type), type.expressed(), type.scale(),
                type.zeroPoint() + shift(type));
    }

    /** Elements as the file stores them, of a plain type. */
    static Tensor stored(Tensor tensor) {
        ElementType element = tensor.type().element();
        if (shift(element) == 0) {
            return tensor.withType(tensor.type().withElement(element.storage()));
        }
        Tensor out = Tensor.zeros(new TensorType(ScalarType.U8, tensor.type().shape()));
        for (int i = 0; i < out.size(); i++) {
            out.setInteger(i, tensor.integer(i) + SHIFT);
        }
        return out;
    }
}
