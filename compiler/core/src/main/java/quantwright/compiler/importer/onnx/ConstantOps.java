package quantwright.compiler.importer.onnx;

import java.util.Arrays;
import java.util.Map;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.TensorProto;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/** Ops whose result is known at import: constants, and what depends on shapes only. */
final class ConstantOps {
    /** A range of more elements than this cannot be meant. */
    private static final long RANGE_LIMIT = 1 << 24;

    private ConstantOps() {
    }

    static void register(OpTable table) {
        table.add("Constant", ConstantOps::constant);
        table.add("ConstantOfShape", ConstantOps::constantOfShape);
        table.add("Shape", ConstantOps::shape);
        table.add("Size", cx -> cx.set(0, scalar(cx.raw(0).shape().elementCount())));
        table.add("Range", ConstantOps::range);
    }

    private static Edge scalar(long value) {
        return Emitter.constant(Tensor.of(new TensorType(ScalarType.I64, Shape.SCALAR), new long[] {value}));
    }

    private static void constant(NodeContext cx) {
        Attributes a = cx.attributes();
        TensorProto tensor = a.tensorOrNull("value");
        if (tensor != null) {
            cx.set(0, Edge.constant(OnnxTypes.data(tensor, cx.file()), ""));
        } else if (a.has("value_float")) {
            cx.set(0, Emitter.constant(Tensor.of(new TensorType(ScalarType.F32, Shape.SCALAR),
                    new float[] {a.floatOr("value_float", 0)})));
        } else if (a.has("value_floats")) {
            float[] all = a.floatsOrNull("value_floats");
            cx.set(0, Emitter.constant(Tensor.of(TensorType.of(ScalarType.F32, all.length), all)));
        } else if (a.has("value_int")) {
            cx.set(0, scalar(a.longOr("value_int", 0)));
        } else if (a.has("value_ints")) {
            cx.set(0, Emitter.longs(a.longsOrNull("value_ints")));
        } else {
            throw cx.unsupported("none of value, value_float, value_floats, value_int, value_ints is given");
        }
    }

    private static void constantOfShape(NodeContext cx) {
        Shape shape = OnnxTypes.shape(Arrays.stream(cx.knownLongs(0, "shape")).boxed().toList());
        TensorProto value = cx.attributes().tensorOrNull("value");
        ConstantData element = value == null ? ConstantData.of(Tensor.ofFloats(new int[] {1}, 0))
                : OnnxTypes.data(value, cx.file());
        ScalarType type = element.type().storage();
        if (element.type().shape().elementCount() != 1) {
            throw Attributes.fail("value", "must have one element, has shape " + element.type().shape());
        }
        if (type.bits() < 8) {
            throw new ImportFailure(ImportDiagnostic.UNSUPPORTED_TYPE, "a fill of " + type + " is not supported");
        }
        cx.set(0, cx.emitter().fill(type, element.toTensor().pack(), shape));
    }

    private static void shape(NodeContext cx) {
        Shape x = cx.raw(0).shape();
        int start = bound(cx.attributes().intOr("start", 0), x.rank());
        int end = bound(cx.attributes().intOr("end", x.rank()), x.rank());
        long[] dims = Arrays.stream(x.toArray()).asLongStream().toArray();
        cx.set(0, Emitter.longs(Arrays.copyOfRange(dims, start, Math.max(start, end))));
    }

    private static int bound(int value, int rank) {
        return Math.clamp(value < 0 ? (long) value + rank : value, 0, rank);
    }

    private static void range(NodeContext cx) {
        Tensor start = cx.known(0, "start");
        Tensor limit = cx.known(1, "limit");
        Tensor delta = cx.known(2, "delta");
        ScalarType type = start.type().storage();
        Map<String, Tensor> all = Map.of("start", start, "limit", limit, "delta", delta);
        all.forEach((name, t) -> {
            if (t.size() != 1 || t.type().storage() != type) {
                throw cx.badShape("operand " + name + " must be one element of type " + type);
            }
        });
        cx.set(0, Emitter.constant(type.isFloat() ? floats(cx, type) : integers(cx, type)));
    }

    private static int count(NodeContext cx, double count) {
        if (!(count <= RANGE_LIMIT)) {
            throw new ImportFailure(ImportDiagnostic.TOO_LARGE, "a range of " + count + " elements");
        }
        return (int) Math.max(0, count);
    }

    private static Tensor integers(NodeContext cx, ScalarType type) {
        long start = cx.knownLongs(0, "start")[0];
        long limit = cx.knownLongs(1, "limit")[0];
        long delta = cx.knownLongs(2, "delta")[0];
        if (delta == 0) {
            throw cx.badShape("operand delta is 0");
        }
        int count = count(cx, Math.ceilDiv(Math.subtractExact(limit, start), delta));
        Tensor out = Tensor.zeros(TensorType.of(type, count));
        for (int i = 0; i < count; i++) {
            out.setInteger(i, start + i * delta);
        }
        return out;
    }

    private static Tensor floats(NodeContext cx, ScalarType type) {
        float start = cx.knownFloat(0, "start");
        float limit = cx.knownFloat(1, "limit");
        float delta = cx.knownFloat(2, "delta");
        if (type != ScalarType.F32 || delta == 0) {
            throw cx.badShape("a range of " + type + " by " + delta);
        }
        int count = count(cx, Math.ceil(((double) limit - start) / delta));
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = start + i * delta;
        }
        return Tensor.of(TensorType.of(type, count), out);
    }
}
