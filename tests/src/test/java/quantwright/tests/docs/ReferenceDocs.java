package quantwright.tests.docs;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpInfo;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.TileOp;

/** Writes {@code docs/ops.md} and {@code docs/diagnostics.md} from the op registry and the diagnostic enums. */
final class ReferenceDocs {
    private ReferenceDocs() {
    }

    /** The ops, by level. */
    static String ops(Path root) throws IOException {
        Map<String, OpSources.Documentation> sources = OpSources.read(root);
        StringBuilder out = new StringBuilder("# Ops\n\nGenerated from the op registry. A graph of one level may hold the"
                + " ops of the levels above it; the text form is in [qir.md](qir.md).\n\nA broken constraint is reported as"
                + " QW-V0102 with its label.\n");
        Map<String, Class<?>> levels = new java.util.LinkedHashMap<>();
        levels.put("graph", TensorOp.class);
        levels.put("quant", QuantOp.class);
        levels.put("tile", TileOp.class);
        levels.forEach((level, family) -> {
            out.append("\n## Level ").append(level).append('\n');
            OpRegistry.builtin().all().stream().filter(family::isAssignableFrom)
                    .forEach(type -> op(type, sources.get(type.getAnnotation(OpInfo.class).mnemonic()), out));
        });
        return out.append(attributeTypes()).toString();
    }

    private static void op(Class<? extends Op> type, OpSources.Documentation source, StringBuilder out) {
        OpInfo info = type.getAnnotation(OpInfo.class);
        out.append("\n### `").append(info.mnemonic()).append("`: ").append(info.summary()).append("\n\n")
                .append(source.description()).append("\n\n");
        out.append("- operands: ").append(info.operands().length == 0 ? "none"
                : Arrays.stream(info.operands()).map(o -> "`" + o + "`").collect(Collectors.joining(", ")))
                .append('\n');
        if (type.getRecordComponents().length > 0) {
            out.append("- attributes: ").append(components(type)).append('\n');
        }
        if (!info.source().isEmpty()) {
            out.append("- stands for: ").append(info.source()).append('\n');
        }
        source.labels().forEach((label, text) -> out.append("- `").append(label).append("`: ").append(text)
                .append('\n'));
    }

    private static String components(Class<?> type) {
        return Arrays.stream(type.getRecordComponents()).map(c -> "`" + c.getName() + "`: " + kind(c))
                .collect(Collectors.joining(", "));
    }

    private static String kind(RecordComponent c) {
        return c.getType().isEnum() || c.getType().isRecord() ? "[" + c.getType().getSimpleName()
                + "](#attribute-types)"
                : c.getType().getSimpleName();
    }

    /** The enums and records that attributes use. */
    private static String attributeTypes() {
        Map<String, String> types = new TreeMap<>();
        OpRegistry.builtin().all().stream().flatMap(t -> Arrays.stream(t.getRecordComponents())).forEach(c -> add(c,
                types));
        StringBuilder out = new StringBuilder("\n## Attribute types\n\n");
        types.forEach((name, text) -> out.append("- `").append(name).append("`: ").append(text).append('\n'));
        return out.toString();
    }

    private static void add(RecordComponent c, Map<String, String> types) {
        Class<?> type = c.getType();
        if (type.isEnum()) {
            types.put(type.getSimpleName(), Arrays.stream(type.getEnumConstants())
                    .map(e -> type == quantwright.ir.type.ScalarType.class ? e.toString()
                            : ((Enum<?>) e).name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(", ")));
        } else if (type == quantwright.ir.op.FusedBody.class) {
            types.put("FusedBody", "a nested graph");
        } else if (type.isRecord() && !types.containsKey(type.getSimpleName())) {
            types.put(type.getSimpleName(), "{" + Arrays.stream(type.getRecordComponents())
                    .map(n -> n.getName() + ": " + n.getType().getSimpleName()).collect(Collectors.joining(", "))
                    + "}");
            Arrays.stream(type.getRecordComponents()).forEach(n -> add(n, types));
        }
    }

    /** The diagnostics, by id. */
    static String diagnostics(Path root) throws IOException {
        StringBuilder out = new StringBuilder("# Diagnostics\n\nGenerated from the modules' enums. The command exits"
                + " with 1 after an error.\n");
        for (Class<?> type : DiagnosticEnums.all(root)) {
            List<DiagnosticCode> codes = DiagnosticEnums.codes(type).stream()
                    .sorted(Comparator.comparing(DiagnosticCode::id)).toList();
            out.append("\n## ").append(type.getName())
                    .append("\n\n| code | severity | what is wrong | what to do |\n|---|---|---|---|\n");
            for (DiagnosticCode code : codes) {
                out.append("| ").append(code.id()).append(" | ").append(code.severity().name().toLowerCase(Locale.ROOT))
                        .append(" | ").append(cell(code.summary())).append(" | ").append(cell(code.hint()))
                        .append(" |\n");
            }
        }
        return out.toString();
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
