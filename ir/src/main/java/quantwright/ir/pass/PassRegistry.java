package quantwright.ir.pass;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/** The passes that can be asked for by name, as the driver lists them. Immutable. */
public final class PassRegistry {
    private final Map<String, Function<PassOptions, Pass>> factories = new TreeMap<>();

    /** Collects passes for a registry. */
    public static final class Builder {
        private final PassRegistry registry = new PassRegistry();

        private Builder() {
        }

        /** Adds a pass without options. */
        public Builder add(Pass pass) {
            return add(pass.info().name(), _ -> pass);
        }

        /** Adds passes without options. */
        public Builder addAll(Collection<? extends Pass> passes) {
            passes.forEach(this::add);
            return this;
        }

        /**
         * Adds a pass that takes options.
         *
         * @throws IllegalArgumentException if the name is taken
         */
        public Builder add(String name, Function<PassOptions, Pass> factory) {
            if (registry.factories.putIfAbsent(name, factory) != null) {
                throw new IllegalArgumentException("pass " + name + " is registered twice");
            }
            return this;
        }

        /** The registry. */
        public PassRegistry build() {
            PassRegistry copy = new PassRegistry();
            copy.factories.putAll(registry.factories);
            return copy;
        }
    }

    private PassRegistry() {
    }

    /** An empty builder. */
    public static Builder builder() {
        return new Builder();
    }

    /** All names, sorted. */
    public List<String> names() {
        return List.copyOf(factories.keySet());
    }

    /** The pass with default options; its info documents it. */
    public Pass create(String name) {
        return factories.get(name).apply(new PassOptions(Map.of()));
    }

    /**
     * Reads a pipeline such as {@code a,b{limit=16},c}. Mistakes go to {@code sink}, all of them; the list is of use
     * only if there are none.
     */
    public List<PassStep> parse(String pipeline, Location location, DiagnosticSink sink) {
        List<PassStep> steps = new ArrayList<>();
        int at = 0;
        while (at < pipeline.length()) {
            int end = at;
            int depth = 0;
            while (end < pipeline.length() && (depth > 0 || pipeline.charAt(end) != ',')) {
                depth += pipeline.charAt(end) == '{' ? 1 : pipeline.charAt(end) == '}' ? -1 : 0;
                end++;
            }
            String item = pipeline.substring(at, end).strip();
            if (item.isEmpty() || depth != 0) {
                sink.report(IrDiagnostic.BAD_PIPELINE, location, item.isEmpty()
                        ? "an empty pass name in '" + pipeline + "'"
                        : "'{' without '}' in '" + item + "'");
            } else {
                step(item, location, sink, steps);
            }
            at = end + 1;
        }
        return steps;
    }

    private void step(String item, Location location, DiagnosticSink sink, List<PassStep> steps) {
        int brace = item.indexOf('{');
        String name = (brace < 0 ? item : item.substring(0, brace)).strip();
        Map<String, String> given = new LinkedHashMap<>();
        if (brace >= 0) {
            if (!item.endsWith("}")) {
                sink.report(IrDiagnostic.BAD_PIPELINE, location, "text after '}' in '" + item + "'");
                return;
            }
            for (String option : item.substring(brace + 1, item.length() - 1).split(",")) {
                int equals = option.indexOf('=');
                if (equals <= 0 || given.put(option.substring(0, equals).strip(),
                        option.substring(equals + 1).strip()) != null) {
                    sink.report(IrDiagnostic.BAD_PIPELINE, location,
                            "expected distinct option=value, found '" + option + "'");
                    return;
                }
            }
        }
        Function<PassOptions, Pass> factory = factories.get(name);
        if (factory == null) {
            String[] notes = Names.nearest(name, factories.keySet()).map(n ->
                    new String[] {"did you mean '" + n + "'?"})
                    .orElse(new String[] {"passes: " + String.join(", ", factories.keySet())});
            sink.report(IrDiagnostic.UNKNOWN_PASS, location, "no pass '" + name + "'", notes);
            return;
        }
        PassOptions options = new PassOptions(given);
        try {
            Pass pass = factory.apply(options);
            for (String unknown : options.unknown()) {
                sink.report(IrDiagnostic.BAD_OPTION, location, name + " has no option '" + unknown + "'",
                        options.known().isEmpty() ? "it takes none" : "options: " + String.join(", ", options.known()));
            }
            steps.add(new PassStep(pass, item));
        } catch (PassOptions.BadOption e) {
            sink.report(IrDiagnostic.BAD_OPTION, location, name + ": " + e.getMessage());
        }
    }
}
