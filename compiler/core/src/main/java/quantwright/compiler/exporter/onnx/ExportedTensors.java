package quantwright.compiler.exporter.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import quantwright.compiler.pass.Constants;
import quantwright.compiler.pass.Permutations;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * The tensors of the exported model that stand for a value of the graph. Images lie channels first there, so a value
 * may be known in several axis orders: in order {@code p} it is {@code transpose(value, p)}. A quantized value is known
 * as its stored integers and, where a float operator reads it, as its reals.
 */
final class ExportedTensors {
    private final OnnxModelWriter writer;
    private final Map<Value, Map<Ints, String>> stored = new HashMap<>();
    private final Map<Value, Map<Ints, String>> reals = new HashMap<>();

    ExportedTensors(OnnxModelWriter writer) {
        this.writer = writer;
    }

    /** States the tensor that is a value in an order. */
    void define(Value value, Ints order, String name) {
        stored.computeIfAbsent(value, _ -> new LinkedHashMap<>()).put(order, name);
    }

    /** The order in which a variable is known first. */
    Ints order(Value value) {
        return stored.get(value).keySet().iterator().next();
    }

    /** Lets {@code to} be {@code transpose(from, p)} under other names. */
    void alias(Value to, Value from, Ints p) {
        stored.get(from).forEach((order, name) -> define(to, Permutations.then(Permutations.inverse(p), order), name));
    }

    /** The stored elements of a value in an order. */
    String stored(Value value, Ints order) {
        Map<Ints, String> known = stored.computeIfAbsent(value, _ -> new LinkedHashMap<>());
        String name = known.get(order);
        if (name == null) {
            name = Constants.isConstant(value) ? constant(value, order) : transposed(value, known, order);
            known.put(order, name);
        }
        return name;
    }

    /** The value itself if it is float, else its dequantized elements, in an order. */
    String reals(Value value, Ints order) {
        if (!(value.type().element() instanceof QuantizedType.PerTensor type)) {
            return stored(value, order);
        }
        return reals.computeIfAbsent(value, _ -> new HashMap<>()).computeIfAbsent(order,
                _ -> dequantize(stored(value, order), OnnxElements.type(type), value.name() + "_real"));
    }

    /** An operand of lower rank than the result, or of its rank, for an elementwise operator in an order. */
    String broadcast(Value value, Ints order, boolean asReals) {
        int rank = order.size();
        if (value.type().rank() == rank) {
            return asReals ? reals(value, order) : stored(value, order);
        }
        if (value.type().shape().elementCount() == 1 || Permutations.isIdentity(order)) {
            Ints own = Permutations.identity(value.type().rank());
            return asReals ? reals(value, own) : stored(value, own);
        }
        if (!Constants.isConstant(value)) {
            throw new IllegalArgumentException(value + " has a lower rank than " + order);
        }
        ConstantData wide = Constants.reshape(plain(value), Constants.padRank(value.type().shape(), rank));
        String name = writer.initializer(value.name(), Constants.transpose(wide, order));
        return asReals && value.type().element() instanceof QuantizedType.PerTensor type
                ? dequantize(name, OnnxElements.type(type), value.name() + "_real") : name;
    }

    private String constant(Value value, Ints order) {
        return writer.initializer(value.name(), Constants.transpose(plain(value), order));
    }

    private static ConstantData plain(Value constant) {
        return ConstantData.of(OnnxElements.stored(Constants.data(constant).orElseThrow().toTensor()));
    }

    private String transposed(Value value, Map<Ints, String> known, Ints order) {
        Map.Entry<Ints, String> first = known.entrySet().iterator().next();
        Ints p = Permutations.then(Permutations.inverse(first.getKey()), order);
        return writer.node("Transpose", value.name() + "_t", List.of(first.getValue()),
                OnnxModelWriter.attribute("perm", p.toArray()));
    }

    /** Scale and zero point as operands. */
    List<String> parameters(QuantizedType.PerTensor type) {
        return List.of(writer.scalar("scale", type.scale()),
                writer.scalar("zero", type.storage(), type.zeroPoint()));
    }

    /** {@code first} with scale and zero point after it. */
    List<String> with(String first, QuantizedType.PerTensor type) {
        List<String> operands = new ArrayList<>(List.of(first));
        operands.addAll(parameters(type));
        return operands;
    }

    /** Dequantizes a tensor whose type is stated as in the file. */
    String dequantize(String tensor, QuantizedType.PerTensor type, String hint) {
        return writer.node("DequantizeLinear", hint, with(tensor, type));
    }

    /** Quantizes a tensor to a type stated as in the file. */
    String quantize(String tensor, QuantizedType.PerTensor type, String hint) {
        return writer.node("QuantizeLinear", hint, with(tensor, type));
    }

    /** Scales of any type as an operand: one, or one for each index of the axis. */
    String scales(String hint, QuantizedType type) {
        float[] scales = new float[type.scaleCount()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = type.scale(i);
        }
        return scales.length == 1 ? writer.scalar(hint, scales[0])
                : writer.initializer(hint, Tensor.ofFloats(new int[] {scales.length}, scales));
    }

    /** Zero points of any type as an operand, in its storage. */
    String zeros(String hint, QuantizedType type) {
        if (type.scaleCount() == 1) {
            return writer.scalar(hint, type.storage(), type.zeroPoint(0));
        }
        Tensor zeros = Tensor.zeros(new TensorType(type.storage(), Shape.of(type.scaleCount())));
        for (int i = 0; i < zeros.size(); i++) {
            zeros.setInteger(i, type.zeroPoint(i));
        }
        return writer.initializer(hint, zeros);
    }

    /** Whether the values' stored elements are of one type in the file. */
    static boolean sameStorage(Value a, Value b) {
        return OnnxElements.storage(a.type().element()) == OnnxElements.storage(b.type().element());
    }

    /** Whether a value is stored in 8 bits. */
    static boolean isByte(Value value) {
        ScalarType storage = value.type().storage();
        return storage == ScalarType.I8 || storage == ScalarType.U8;
    }
}
