package quantwright.compiler.importer.onnx;

import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.arith.Rounding;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Where;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Conversions between reals and quantized tensors. Scale and zero point must be known; they go into the types. */
final class QuantizeOps {
    private QuantizeOps() {
    }

    static void register(OpTable table) {
        table.add("QuantizeLinear", QuantizeOps::quantize);
        table.add("DequantizeLinear", QuantizeOps::dequantize);
        table.add("DynamicQuantizeLinear", QuantizeOps::dynamic);
    }

    private static void quantize(NodeContext cx) {
        Edge x = cx.input(0);
        cx.attributes().intOr("saturate", 1);
        int precision = cx.attributes().intOr("precision", 0);
        int asked = cx.attributes().intOr("output_dtype", 0);
        ScalarType storage = cx.has(2) ? cx.input(2).type().storage()
                : asked == 0 ? ScalarType.U8 : OnnxTypes.scalar(asked);
        if (asked != 0 && OnnxTypes.scalar(asked) != storage) {
            throw Attributes.fail("output_dtype", "differs from the type of the zero point, " + storage);
        }
        if (precision != 0 && OnnxTypes.scalar(precision) != ScalarType.F32) {
            throw cx.unsupported("attribute 'precision' = " + precision + ": only float is supported");
        }
        cx.set(0, cx.emitter().emitAs(type(cx, x, storage, 1, x.type().storage()), new Quantize(), x));
    }

    private static void dequantize(NodeContext cx) {
        Edge x = cx.raw(0);
        int asked = cx.attributes().intOr("output_dtype", 0);
        ScalarType expressed = asked == 0 ? cx.input(1).type().storage() : OnnxTypes.scalar(asked);
        QuantizedType type = type(cx, x, x.type().storage(), 1, expressed);
        cx.set(0, cx.emit(new Dequantize(), as(cx, x, type)));
    }

    /** The quantized type that operands 1 (scale) and 2 (zero point) give to a tensor of {@code x}'s shape. */
    private static QuantizedType type(NodeContext cx, Edge x, ScalarType storage, int scaleAt, ScalarType expressed) {
        int stated = cx.attributes().intOr("axis", 1);
        int block = cx.attributes().intOr("block_size", 0);
        if (cx.has(scaleAt + 1) && cx.input(scaleAt + 1).type().storage() != storage) {
            throw bad("the zero point is " + cx.input(scaleAt + 1).type().storage() + ", the tensor " + storage);
        }
        Shape scales = cx.input(scaleAt).shape();
        if (block == 0 || scales.rank() == 0) {
            return parameters(cx, x.shape(), scaleAt, storage, expressed, stated);
        }
        int axis = cx.axis(stated, x.rank());
        Shape expected = x.shape().with(axis, Math.ceilDiv(x.dim(axis), block));
        if (block < 0 || !scales.equals(expected)) {
            throw bad("scales of shape " + scales + " do not fit blocks of " + block + " along axis " + axis + " of "
                    + x.shape());
        }
        float[] values = cx.knownFloats(scaleAt, "scale");
        return valid(() -> new QuantizedType.PerBlock(storage, expressed, axis, block, Floats.of(values),
                Ints.of(zeros(cx, scaleAt + 1, values.length))));
    }

    /**
     * The type of a tensor whose scale and zero point are operands {@code scaleAt} and the next one: per tensor for a
     * single scale, else per axis.
     */
    static QuantizedType parameters(NodeContext cx, Shape shape, int scaleAt, ScalarType storage, ScalarType expressed,
                                    int axis) {
        float[] values = cx.knownFloats(scaleAt, "scale");
        int[] zeros = zeros(cx, scaleAt + 1, values.length);
        if (values.length == 1) {
            return valid(() -> new QuantizedType.PerTensor(storage, expressed, values[0], zeros[0]));
        }
        int at = cx.axis(axis, shape.rank());
        if (values.length != shape.dim(at)) {
            throw bad(values.length + " scales along axis " + at + " of " + shape);
        }
        return valid(() -> new QuantizedType.PerAxis(storage, expressed, at, Floats.of(values), Ints.of(zeros)));
    }

    /** Zero points as operand {@code i}, one for each of {@code count} scales; zeros if it is omitted. */
    static int[] zeros(NodeContext cx, int i, int count) {
        int[] given = cx.has(i) ? cx.knownInts(i, "zero point") : new int[count];
        if (given.length == count) {
            return given;
        }
        if (given.length != 1) {
            throw bad(given.length + " zero points for " + count + " scales");
        }
        int[] all = new int[count];
        java.util.Arrays.fill(all, given[0]);
        return all;
    }

    /** Makes a quantized type, whose own checks are the user's errors here. */
    static <T extends QuantizedType> T valid(java.util.function.Supplier<T> type) {
        try {
            return type.get();
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage());
        }
    }

    /** Invalid scale or zero point. */
    static ImportFailure bad(String message) {
        return new ImportFailure(ImportDiagnostic.BAD_QUANTIZATION, message);
    }

    /** The same stored integers under a quantized type. */
    static Edge as(NodeContext cx, Edge x, QuantizedType type) {
        if (x.type().element().equals(type)) {
            return x;
        }
        if (x.type().storage() != type.storage()) {
            throw bad("the tensor is " + x.type().storage() + ", its zero point " + type.storage());
        }
        if (x.isConstant()) {
            return Edge.constant(x.data().withType(new TensorType(type, x.shape())), x.name());
        }
        return cx.emitter().emitAs(type, new QReinterpret(), x);
    }

    /** The rounding of every quantized op: ONNX's reference and ONNX Runtime scale by one f32 factor. */
    static Rounding rounding() {
        return ArithmeticPreset.ONNX.rounding(OpFamily.CONVOLUTION);
    }

    /**
     * The scale depends on the data, so this stays plain arithmetic: range = max(0, max x) - min(0, min x), scale =
     * range / 255, zero = round(clamp(-min / scale)), y = clamp(round(x / scale) + zero) (ONNX
     * DynamicQuantizeLinear).
     */
    private static void dynamic(NodeContext cx) {
        Edge x = cx.input(0);
        Ints all = Ints.range(0, x.rank());
        Edge zero = Emitter.scalar(ScalarType.F32, 0);
        Edge most = binary(cx, BinaryKind.MAX, cx.emit(new Reduce(ReduceKind.MAX, all, false), x), zero);
        Edge least = binary(cx, BinaryKind.MIN, cx.emit(new Reduce(ReduceKind.MIN, all, false), x), zero);
        Edge range = binary(cx, BinaryKind.SUB, most, least);
        // Zeros only have no range; ONNX Runtime takes the scale 1 then.
        Edge scale = cx.emit(new Where(), cx.emit(new Compare(CompareKind.EQUAL), range, zero),
                Emitter.scalar(ScalarType.F32, 1),
                binary(cx, BinaryKind.DIV, range, Emitter.scalar(ScalarType.F32, 255)));
        Edge shift = binary(cx, BinaryKind.DIV, binary(cx, BinaryKind.SUB, zero, least), scale);
        Edge rounded = cx.emit(new Unary(UnaryKind.ROUND), cx.emit(new Clip(0, 255), shift));
        Edge steps = cx.emit(new Unary(UnaryKind.ROUND), binary(cx, BinaryKind.DIV, x, scale));
        Edge stored = cx.emit(new Clip(0, 255), binary(cx, BinaryKind.ADD, steps, rounded));
        cx.set(0, cx.emit(new Cast(ScalarType.U8), stored));
        if (cx.outputCount() > 1) {
            cx.set(1, scale);
        }
        if (cx.outputCount() > 2) {
            cx.set(2, cx.emit(new Cast(ScalarType.U8), rounded));
        }
    }

    private static Edge binary(NodeContext cx, BinaryKind kind, Edge a, Edge b) {
        return cx.emit(new Binary(kind), a, b);
    }
}
