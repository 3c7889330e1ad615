package quantwright.compiler.quant;

import java.util.HashMap;
import java.util.Map;
import quantwright.ir.Value;

/** Sets of values that must share scale and zero point, as a union-find forest. */
final class ParameterGroups {
    private final Map<Value, Value> parents = new HashMap<>();

    /** The representative of a value's group. */
    Value find(Value value) {
        Value at = value;
        while (parents.containsKey(at)) {
            at = parents.get(at);
        }
        Value root = at;
        at = value;
        while (at != root) {
            Value next = parents.get(at);
            parents.put(at, root);
            at = next;
        }
        return root;
    }

    /** Joins the groups of two values. */
    void join(Value a, Value b) {
        Value ra = find(a);
        Value rb = find(b);
        if (ra != rb) {
            parents.put(rb, ra);
        }
    }
}
