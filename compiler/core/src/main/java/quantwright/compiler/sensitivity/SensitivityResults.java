package quantwright.compiler.sensitivity;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.driver.DriverDiagnostic;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * Measurements and what they are of. The file form is JSON, one measurement a line; it is complete after each layer, so that
 * an interrupted analysis goes on where it stopped.
 *
 * @param model hash of the normalized float model
 * @param data hash of the calibration samples used
 * @param recipe how layers were quantized and on how many samples they were measured
 * @param uniform divergence with every layer at one precision, each tuned by itself, by precision
 * @param compiled the same of the model as the whole recipe makes it, layers tuned one after the other
 * @param layers measurements, by layer in execution order and then by precision in the order asked
 */
public record SensitivityResults(String model, String data, String recipe, SortedMap<String, Double> uniform,
                                 SortedMap<String, Double> compiled, List<LayerSensitivity> layers) {
    /** Version of the file form. */
    public static final int VERSION = 2;
    private static final Set<String> MEMBERS = Set.of("version", "model", "data", "recipe", "uniform", "compiled",
            "layers");

    /** Copies the collections. */
    public SensitivityResults {
        uniform = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(uniform));
        compiled = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(compiled));
        layers = List.copyOf(layers);
    }

    /** The measurement of a layer at a precision. */
    public Optional<LayerSensitivity> find(String layer, String precision) {
        return layers.stream().filter(l -> l.layer().equals(layer) && l.precision().equals(precision)).findFirst();
    }

    /** How many times the sum of its layers alone the whole compiled model loses at a precision; 1 if they lose nothing. */
    public double scale(String precision) {
        double sum = layers.stream().filter(l -> l.precision().equals(precision)).mapToDouble(LayerSensitivity::alone).sum();
        return sum > 0 ? compiled.get(precision) / sum : 1;
    }

    /** Whether these are measurements of the same model on the same data by the same recipe. */
    boolean isOfSame(SensitivityResults other) {
        return model.equals(other.model) && data.equals(other.data) && recipe.equals(other.recipe);
    }

    /**
     * Reads a results file.
     *
     * @throws UserErrorException if it is damaged or of another version
     */
    public static SensitivityResults read(Path file) {
        try {
            JsonObject json = JsonObject.read(file);
            json.allowOnly(MEMBERS);
            if (json.integer("version", 0) != VERSION) {
                throw json.fault("version", "is " + json.integer("version", 0) + ", this program reads " + VERSION);
            }
            List<LayerSensitivity> layers = new ArrayList<>();
            for (JsonObject l : json.objects("layers")) {
                layers.add(new LayerSensitivity(l.string("layer"), l.string("precision"), l.integer("weights", 0),
                        number(l, "sqnr"), finite(l, "alone"), number(l, "flipped"), number(l, "without"),
                        number(l, "curvature")));
            }
            return new SensitivityResults(json.string("model"), json.string("data"), json.string("recipe"),
                    whole(json, "uniform"), whole(json, "compiled"), layers);
        } catch (FormatException e) {
            throw new UserErrorException(SensitivityDiagnostic.BAD_RESULTS, Location.file(file), e.getMessage());
        }
    }

    private static SortedMap<String, Double> whole(JsonObject json, String name) throws FormatException {
        SortedMap<String, Double> whole = new TreeMap<>();
        for (JsonObject u : json.objects(name)) {
            whole.put(u.string("precision"), finite(u, "divergence"));
        }
        return whole;
    }

    private static void whole(JsonGenerator json, String name, SortedMap<String, Double> divergences) throws IOException {
        json.writeArrayFieldStart(name);
        for (var entry : divergences.entrySet()) {
            json.writeRaw("\n");
            json.writeStartObject();
            json.writeStringField("precision", entry.getKey());
            json.writeStringField("divergence", entry.getValue().toString());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static double finite(JsonObject json, String name) throws FormatException {
        double number = number(json, name);
        if (!Double.isFinite(number)) {
            throw json.fault(name, "is " + number);
        }
        return number;
    }

    /** Numbers are written as text, so that they read back exactly. */
    private static double number(JsonObject json, String name) throws FormatException {
        try {
            return Double.parseDouble(json.string(name));
        } catch (NumberFormatException e) {
            throw json.fault(name, "is no number");
        }
    }

    /**
     * Writes the results, whole or not at all.
     *
     * @throws UserErrorException if the file cannot be written
     */
    public void write(Path file) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(part, json().getBytes(StandardCharsets.UTF_8));
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(file), FileFault.reason(e));
        }
    }

    private String json() {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeNumberField("version", VERSION);
            json.writeStringField("model", model);
            json.writeStringField("data", data);
            json.writeStringField("recipe", recipe);
            whole(json, "uniform", uniform);
            whole(json, "compiled", compiled);
            json.writeArrayFieldStart("layers");
            for (LayerSensitivity l : layers) {
                json.writeRaw("\n");
                json.writeStartObject();
                json.writeStringField("layer", l.layer());
                json.writeStringField("precision", l.precision());
                json.writeNumberField("weights", l.weights());
                json.writeStringField("sqnr", Double.toString(l.sqnr()));
                json.writeStringField("alone", Double.toString(l.alone()));
                json.writeStringField("flipped", Double.toString(l.flipped()));
                json.writeStringField("without", Double.toString(l.without()));
                json.writeStringField("curvature", Double.toString(l.curvature()));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
