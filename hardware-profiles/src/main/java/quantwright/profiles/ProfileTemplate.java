package quantwright.profiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A profile to be filled in: every section and key of a machine with its meaning. What is not known stands in a comment,
 * so that a check names it as missing; nothing is assumed.
 *
 * @param text the profile
 * @param missing paths of the required keys that are still to be stated
 */
public record ProfileTemplate(String text, List<String> missing) {
    /** Copies the list. */
    public ProfileTemplate {
        missing = List.copyOf(missing);
    }

    /** The machines there are templates for. */
    public enum Machine {
        /** A neural processing unit. */
        NPU,
        /** A 64-bit x86 core. */
        X86,
        /** A 64-bit Arm core. */
        ARM
    }

    /** An empty template; {@code id} is the profile's name. */
    public static ProfileTemplate of(String id, Machine machine) {
        return of(id, machine, List.of("Fill in what stands behind '# fill:', with where each number comes from:",
                "source datasheet|measured|assumed \"...\", and +- N % if the band is not the usual one. A source that",
                "stands alone in a section holds for all its numbers. Then: qw profile check FILE"), Map.of());
    }

    /**
     * A template with some entries known.
     *
     * @param comment lines at its top
     * @param known what to write behind a key, by its path, such as {@code npu.array.rows}
     */
    static ProfileTemplate of(String id, Machine machine, List<String> comment, Map<String, String> known) {
        Map<String, String> entries = new TreeMap<>(known);
        if (machine != Machine.NPU) {
            entries.putIfAbsent("cpu.isa", machine == Machine.X86 ? CpuNames.X86_64 : CpuNames.AARCH64);
        }
        Writer writer = new Writer(entries, machine == Machine.NPU ? "npu" : "cpu");
        comment.forEach(line -> writer.text.append("# ").append(line).append('\n'));
        writer.text.append("qhw 1\nprofile ").append(id).append(" {\n");
        writer.section(ProfileSchema.ROOT, "", "    ");
        writer.text.append("}\n");
        return new ProfileTemplate(writer.text.toString(), writer.missing);
    }

    /** Writes sections after the schema. */
    private static final class Writer {
        private final Map<String, String> known;
        private final String machine;
        private final StringBuilder text = new StringBuilder();
        private final List<String> missing = new ArrayList<>();

        Writer(Map<String, String> known, String machine) {
            this.known = known;
            this.machine = machine;
        }

        private void section(SectionType type, String path, String indent) {
            for (KeyType key : type.keys()) {
                String value = known.get(path + key.name());
                if (value != null) {
                    text.append(indent).append(key.name()).append(' ').append(value).append(";\n");
                } else {
                    if (key.required() || key.kind() == KeyType.Kind.WORDS) {
                        missing.add(path + key.name());
                    }
                    text.append(indent).append(key.required() || key.kind() == KeyType.Kind.WORDS ? "# fill: "
                            : "# if it applies: ").append(key.name()).append(' ').append(form(key)).append(";  # ")
                            .append(key.doc()).append('\n');
                }
            }
            for (SectionType inner : type.sections()) {
                if (!ProfileSchema.MACHINES.contains(inner.name()) || inner.name().equals(machine)) {
                    inner(inner, path, indent);
                }
            }
        }

        private void inner(SectionType inner, String path, String indent) {
            boolean point = inner.name().equals("point");
            List<String> labels = inner.labels().stream().map(l -> point ? ProfileSchema.NOMINAL
                    : l.choices().getFirst()).toList();
            ProfileSection.Name name = new ProfileSection.Name(inner.name(), labels);
            String prefix = path + name.path() + ".";
            boolean machine = path.isEmpty();
            if (inner.occurs() == SectionType.Occurs.AT_MOST_ONCE && !machine
                    && known.keySet().stream().noneMatch(k -> k.startsWith(prefix))) {
                text.append(indent).append("# if it applies: section '").append(inner.name()).append("', ")
                        .append(inner.doc()).append('\n');
                return;
            }
            text.append(indent).append(name).append(" {  # ").append(inner.doc())
                    .append(inner.occurs() == SectionType.Occurs.AT_LEAST_ONCE ? "; once for each" : "").append('\n');
            section(inner, prefix, indent + "    ");
            text.append(indent).append("}\n");
        }

        private static String form(KeyType key) {
            return switch (key.kind()) {
                case TEXT -> "\"...\"";
                case WORDS -> "a, b, ...";
                case ROUNDING -> "f32 or fixed<31, half-up, i64>";
                case CHOICE -> String.join("|", key.choices());
                case NUMBER -> ("N " + String.join("|", key.dimension().accepted())).strip() + " source assumed \"...\"";
            };
        }
    }
}
