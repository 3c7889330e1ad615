package quantwright.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arguments {@code --name value} of the table programs. */
final class Arguments {
    private final Map<String, String> values = new LinkedHashMap<>();

    Arguments(String[] args, String... known) {
        for (int i = 0; i < args.length; i += 2) {
            if (!args[i].startsWith("--") || !List.of(known).contains(args[i].substring(2)) || i + 1 == args.length) {
                System.err.println("arguments: --" + String.join(" V --", known) + " V; not " + args[i]);
                System.exit(1);
            }
            values.put(args[i].substring(2), args[i + 1]);
        }
    }

    String text(String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    double number(String name, double otherwise) {
        return values.containsKey(name) ? Double.parseDouble(values.get(name)) : otherwise;
    }
}
