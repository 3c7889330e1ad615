package quantwright.compiler.importer.onnx;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.compiler.importer.onnx.generated.AttributeProto.AttributeType;
import quantwright.compiler.importer.onnx.generated.NodeProto;
import quantwright.compiler.importer.onnx.generated.TensorProto;

/** Typed access to a node's attributes. What is of another kind or out of range is named; so is what nobody read. */
final class Attributes {
    private final Map<String, AttributeProto> all = new HashMap<>();
    private final Set<String> read = new HashSet<>();

    /**
     * The attributes of a node.
     *
     * @throws ImportFailure if one occurs twice or refers to an attribute of a function
     */
    Attributes(NodeProto node) {
        for (AttributeProto attribute : node.getAttributeList()) {
            if (all.put(attribute.getName(), attribute) != null) {
                throw fail(attribute.getName(), "occurs twice");
            }
            if (!attribute.getRefAttrName().isEmpty()) {
                throw fail(attribute.getName(), "refers to an attribute of a function");
            }
        }
    }

    /** Whether the attribute is present. */
    boolean has(String name) {
        read.add(name);
        return all.containsKey(name);
    }

    private AttributeProto find(String name, AttributeType type) {
        read.add(name);
        AttributeProto attribute = all.get(name);
        if (attribute != null && attribute.getType() != type && attribute.getType() != AttributeType.UNDEFINED) {
            throw fail(name, "is " + attribute.getType() + ", must be " + type);
        }
        return attribute;
    }

    /** A 64-bit integer. */
    long longOr(String name, long otherwise) {
        AttributeProto attribute = find(name, AttributeType.INT);
        return attribute == null ? otherwise : attribute.getI();
    }

    /** An integer of at most 32 bits. */
    int intOr(String name, int otherwise) {
        return narrow(name, longOr(name, otherwise));
    }

    /** An integer that must be present. */
    int requiredInt(String name) {
        require(name);
        return intOr(name, 0);
    }

    /** A boolean, stored as 0 or 1. */
    boolean flag(String name, boolean otherwise) {
        long value = longOr(name, otherwise ? 1 : 0);
        if (value != 0 && value != 1) {
            throw fail(name, "is " + value + ", must be 0 or 1");
        }
        return value == 1;
    }

    /** A float. */
    float floatOr(String name, float otherwise) {
        AttributeProto attribute = find(name, AttributeType.FLOAT);
        return attribute == null ? otherwise : attribute.getF();
    }

    /** A string. */
    String stringOr(String name, String otherwise) {
        AttributeProto attribute = find(name, AttributeType.STRING);
        return attribute == null ? otherwise : attribute.getS().toStringUtf8();
    }

    /** A list of integers, or null. */
    int[] intsOrNull(String name) {
        long[] values = longsOrNull(name);
        if (values == null) {
            return null;
        }
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = narrow(name, values[i]);
        }
        return out;
    }

    /** A list of 64-bit integers, or null. */
    long[] longsOrNull(String name) {
        AttributeProto attribute = find(name, AttributeType.INTS);
        return attribute == null ? null : attribute.getIntsList().stream().mapToLong(Long::longValue).toArray();
    }

    /** A list of floats, or null. */
    float[] floatsOrNull(String name) {
        AttributeProto attribute = find(name, AttributeType.FLOATS);
        if (attribute == null) {
            return null;
        }
        float[] out = new float[attribute.getFloatsCount()];
        for (int i = 0; i < out.length; i++) {
            out[i] = attribute.getFloats(i);
        }
        return out;
    }

    /** A list of strings, empty where it is absent. */
    List<String> strings(String name) {
        AttributeProto attribute = find(name, AttributeType.STRINGS);
        return attribute == null ? List.of()
                : attribute.getStringsList().stream().map(ByteString::toStringUtf8).toList();
    }

    /** A tensor, or null. */
    TensorProto tensorOrNull(String name) {
        AttributeProto attribute = find(name, AttributeType.TENSOR);
        return attribute == null ? null : attribute.getT();
    }

    /** Fails unless the attribute is present. */
    void require(String name) {
        if (!has(name)) {
            throw fail(name, "is missing");
        }
    }

    /** Names of the attributes that were not asked for. */
    List<String> unread() {
        List<String> names = new ArrayList<>(all.keySet());
        names.removeAll(read);
        names.sort(null);
        return names;
    }

    private static int narrow(String name, long value) {
        if (value != (int) value) {
            throw fail(name, "holds " + value + ", which is out of range");
        }
        return (int) value;
    }

    /** A failure that names an attribute. */
    static ImportFailure fail(String name, String what) {
        return new ImportFailure(ImportDiagnostic.BAD_ATTRIBUTE, "attribute '" + name + "' " + what);
    }
}
