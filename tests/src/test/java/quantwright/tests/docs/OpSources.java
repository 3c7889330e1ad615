package quantwright.tests.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.OpRegistry;

/** What the Javadoc of the op records says: description and labelled constraints. */
public final class OpSources {
    private static final Pattern JAVADOC = Pattern.compile("(?s)/\\*\\*(.*?)\\*/\\s*@OpInfo");
    private static final Pattern CONSTRAINT = Pattern.compile("C(\\d): (.*?)(?= C\\d: |$)");

    /**
     * One op's documentation.
     *
     * @param description what it computes
     * @param labels its constraints by label, the number of operands included
     */
    public record Documentation(String description, Map<String, String> labels) {
    }

    private OpSources() {
    }

    /** Documentation by mnemonic, from the sources under the project's folder. */
    public static Map<String, Documentation> read(Path root) throws IOException {
        Map<String, Documentation> all = new TreeMap<>();
        for (Class<? extends Op> type : OpRegistry.builtin().all()) {
            Path source = root.resolve("ir/src/main/java").resolve(type.getName().replace('.', '/') + ".java");
            Matcher m = JAVADOC.matcher(Files.readString(source));
            if (!m.find()) {
                throw new IllegalStateException(source + " has no Javadoc before @OpInfo");
            }
            OpInfo info = type.getAnnotation(OpInfo.class);
            all.put(info.mnemonic(), documentation(info.mnemonic(), m.group(1)));
        }
        return all;
    }

    private static Documentation documentation(String mnemonic, String javadoc) {
        String text = javadoc.replaceAll("(?m)^\\s*\\* ?", "").replaceAll("\\{@(?:code|link) ([^}]*)}", "`$1`")
                .replaceAll("\\s+", " ").strip();
        int constraints = text.replaceAll("<p>(?=C\\d: )", "\0").indexOf('\0');
        String description = constraints < 0 ? text : text.substring(0, constraints).strip();
        Map<String, String> labels = new TreeMap<>();
        String prefix = mnemonic.replace('.', '_') + "_c";
        labels.put(prefix + "0", "the number of operands");
        if (constraints >= 0) {
            Matcher m = CONSTRAINT.matcher(text.substring(constraints + 3));
            while (m.find()) {
                labels.put(prefix + m.group(1), m.group(2).strip().replaceAll("\\.$", ""));
            }
        }
        return new Documentation(description.replace("<p>", ""), labels);
    }
}
