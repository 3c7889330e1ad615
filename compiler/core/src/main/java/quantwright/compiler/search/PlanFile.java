package quantwright.compiler.search;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.quant.PrecisionPlan;

/**
 * A plan as a text that people read, edit and diff: what it was made from, then a line for each layer.
 *
 * <pre>{@code
 * quantwright-plan 1
 * model sha256:...
 * profile npu.qhw sha256:...
 * default w8a8
 * layer "/conv1/Conv_output_0" w4a8      # 432 weights
 * }</pre>
 *
 * @param comments lines at the top for people
 * @param header what it was made from: {@code model}, {@code profile}, {@code costs}, {@code losses}, {@code budget}; any may
 *     be missing in a plan written by hand
 * @param standard precision of layers without a line
 * @param layers precision of layers by name, in order
 * @param remarks comment of a layer's line, by name
 */
public record PlanFile(List<String> comments, SequencedMap<String, String> header, LayerPrecision standard,
                       SequencedMap<String, LayerPrecision> layers, Map<String, String> remarks) {
    /** The format this version reads and writes. */
    public static final int FORMAT = 1;
    /** First word of a plan. */
    static final String MAGIC = "quantwright-plan";
    private static final int NAME_COLUMNS = 40;

    /** Copies the collections. */
    public PlanFile {
        comments = List.copyOf(comments);
        header = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(header));
        layers = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(layers));
        remarks = Map.copyOf(remarks);
    }

    /**
     * Reads a plan.
     *
     * @throws quantwright.ir.diag.UserErrorException naming every line that cannot be understood
     */
    public static PlanFile read(Path file) {
        return new PlanReader(file).read();
    }

    /** The file's text; the same plan gives the same bytes. */
    public String text() {
        StringBuilder text = new StringBuilder(MAGIC + " " + FORMAT + "\n");
        comments.forEach(c -> text.append("# ").append(c).append('\n'));
        header.forEach((key, value) -> text.append(String.format("%-10s %s\n", key, value)));
        text.append(String.format("%-10s %s\n\n", "default", standard.text()));
        layers.forEach((name, precision) -> {
            String line = String.format("layer %-" + NAME_COLUMNS + "s %-6s", quoted(name), precision.text());
            String remark = remarks.getOrDefault(name, "");
            text.append((remark.isEmpty() ? line : line + "  # " + remark).stripTrailing()).append('\n');
        });
        return text.toString();
    }

    private static String quoted(String name) {
        return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** The precision of each layer of a model. */
    public List<LayerPrecision> assignment(LayerGraph graph) {
        return graph.layers().stream().map(l -> layers.getOrDefault(l.name(), standard)).toList();
    }

    /** The quantizer's plan of this one. */
    public PrecisionPlan plan(LayerGraph graph) {
        return Candidates.plan(graph, assignment(graph));
    }
}
