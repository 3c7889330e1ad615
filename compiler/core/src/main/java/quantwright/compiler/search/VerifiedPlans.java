package quantwright.compiler.search;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.quant.LayerPrecision;
import quantwright.compiler.search.SearchResult.Measurement;

/**
 * What plans gave when they were run, as a file: written after each plan, whole or not at all, so that an interrupted search
 * runs no plan twice. A file of another model, recipe, chip or other data is left out of account and replaced.
 */
public final class VerifiedPlans {
    private static final int FORMAT = 1;
    private final Path file;
    private final String of;
    private final List<Row> rows = new ArrayList<>();

    /**
     * The plans in a file.
     *
     * @param of all that a measurement depends on beside the plan
     * @throws quantwright.ir.diag.UserErrorException if the file is damaged
     */
    public VerifiedPlans(Path file, String of) {
        this.file = file;
        this.of = Tables.hash(of.getBytes(StandardCharsets.UTF_8));
        if (Files.exists(file)) {
            Content content = Tables.read(file, Content.class, FORMAT);
            if (content.of().equals(this.of)) {
                rows.addAll(content.plans());
            }
        }
    }

    /**
     * The file's content.
     *
     * @param format version of the format
     * @param of hash of what measurements depend on
     * @param plans measured plans
     */
    record Content(int format, String of, List<Row> plans) {
        /** Copies the list. */
        Content {
            plans = List.copyOf(plans);
        }
    }

    /**
     * A plan.
     *
     * @param precisions precision of each layer
     * @param measured what running it gave
     */
    record Row(List<String> precisions, Measurement measured) {
        /** Copies the list. */
        Row {
            precisions = List.copyOf(precisions);
        }
    }

    Optional<Measurement> find(List<LayerPrecision> plan) {
        List<String> texts = plan.stream().map(LayerPrecision::text).toList();
        return rows.stream().filter(r -> r.precisions().equals(texts)).map(Row::measured).findFirst();
    }

    void add(List<LayerPrecision> plan, Measurement measured) {
        rows.add(new Row(plan.stream().map(LayerPrecision::text).toList(), measured));
        Tables.write(file, Tables.text(new Content(FORMAT, of, rows)));
    }
}
