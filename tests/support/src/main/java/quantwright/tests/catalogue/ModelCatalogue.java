package quantwright.tests.catalogue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.NumericType;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;

/**
 * The models and data sets that tests and benchmarks run on, as data: {@code catalogue.json} beside this class. Files lie
 * under the folder of the system property {@code quantwright.data}; a test that asks for one that is absent is skipped
 * with a message that names it.
 */
public final class ModelCatalogue {
    private static final Set<String> KEYS =
        Set.of("id", "path", "input_type", "data", "calibration", "preprocessing", "accuracy");
    private static final Set<String> RUNTIMES = Set.of("onnxruntime", "builtin", "xnnpack");

    private final Map<String, CatalogueModel> models = new LinkedHashMap<>();

    private ModelCatalogue(Path root) throws FormatException {
        for (var json : JsonObject.parse(resource(), "catalogue.json").objects("models")) {
            json.allowOnly(KEYS);
            var id = json.string("id");
            var accuracy = new LinkedHashMap<String, Float>();
            var stated = json.object("accuracy");
            if (stated.isPresent()) {
                stated.get().allowOnly(RUNTIMES);
                for (var runtime : RUNTIMES.stream().sorted().toList()) {
                    if (stated.get().has(runtime)) {
                        accuracy.put(runtime, stated.get().number(runtime, 0));
                    }
                }
            }
            var preprocessing = json.object("preprocessing");
            var model = new CatalogueModel(id, root.resolve(json.string("path")), file(root, json, "data"),
                file(root, json, "calibration"), NumericType.valueOf(json.string("input_type")),
                preprocessing.isPresent() ? Preprocessing.of(preprocessing.get()) : Preprocessing.none(), accuracy);
            if (models.put(id, model) != null) {
                throw json.fault("id", "occurs twice: " + id);
            }
        }
    }

    private static Optional<Path> file(Path root, JsonObject json, String member) throws FormatException {
        return json.has(member) ? Optional.of(root.resolve(json.string(member))) : Optional.empty();
    }

    private static String resource() {
        try (var in = ModelCatalogue.class.getResourceAsStream("/quantwright/tests/catalogue.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the catalogue; files are looked at only when asked for. */
    public static ModelCatalogue load() {
        try {
            return new ModelCatalogue(root());
        } catch (FormatException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The folder with models and data. */
    public static Path root() {
        return Path.of(System.getProperty("quantwright.data", "../shared")).toAbsolutePath().normalize();
    }

    /** Every model of the catalogue, present or not. */
    public List<CatalogueModel> all() {
        return List.copyOf(models.values());
    }

    /** One model, whether its files are present or not. */
    public CatalogueModel get(String id) {
        var model = models.get(id);
        if (model == null) {
            throw new IllegalArgumentException("no model '" + id + "' in the catalogue: " + models.keySet());
        }
        return model;
    }

    /** One model whose files are all there; otherwise skips the running test, naming what is absent. */
    public CatalogueModel require(String id) {
        var model = get(id);
        var absent = absent(model);
        Assumptions.assumeTrue(absent.isEmpty(), () -> "SKIPPED, absent under quantwright.data: " + absent);
        return model;
    }

    /** A file under the data folder; otherwise skips the running test, naming it. */
    public static Path requireFile(String relative) {
        var path = root().resolve(relative);
        Assumptions.assumeTrue(Files.exists(path), () -> "SKIPPED, absent under quantwright.data: " + path);
        return path;
    }

    /** The files of a model that are not there. */
    public static List<Path> absent(CatalogueModel model) {
        return Stream.of(Optional.of(model.path()), model.data(), model.calibration())
            .flatMap(Optional::stream).filter(path -> !Files.exists(path)).toList();
    }
}
