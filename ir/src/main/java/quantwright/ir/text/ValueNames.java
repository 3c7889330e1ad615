package quantwright.ir.text;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;

/**
 * Names of one graph's values in the text. A value whose name is its own is {@code %name} or {@code %"any name"};
 * one without a name is {@code %number}; one that shares its name is {@code %number "name"} where it is defined.
 */
final class ValueNames {
    private final Map<Value, String> uses = new IdentityHashMap<>();
    private final Map<String, Integer> counts = new HashMap<>();
    private int next;

    ValueNames(Graph graph) {
        graph.inputs().forEach(this::count);
        for (Node node : graph) {
            node.results().forEach(this::count);
        }
        graph.inputs().forEach(this::name);
        for (Node node : graph) {
            List<Value> results = node.results();
            results.forEach(this::name);
        }
    }

    private void count(Value value) {
        counts.merge(value.name(), 1, Integer::sum);
    }

    private void name(Value value) {
        String name = value.name();
        uses.put(value, isNumbered(value) ? "%" + next++ : isPlain(name) ? "%" + name : "%" + Literals.quote(name));
    }

    private boolean isNumbered(Value value) {
        return value.name().isEmpty() || counts.getOrDefault(value.name(), 0) != 1;
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_';
            if (!letter && (i == 0 || !(c >= '0' && c <= '9' || c == '.' || c == '-'))) {
                return false;
            }
        }
        return true;
    }

    /** The text of a use; {@code %?} for a value of another graph. */
    String use(Value value) {
        return uses.getOrDefault(value, "%?");
    }

    /** The text of the definition. */
    String definition(Value value) {
        return value.name().isEmpty() || !isNumbered(value) ? use(value)
                : use(value) + " " + Literals.quote(value.name());
    }
}
