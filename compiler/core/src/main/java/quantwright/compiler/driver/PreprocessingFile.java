package quantwright.compiler.driver;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.Artifact;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.FileFault;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * The preprocessing an artifact was calibrated with, kept in it as {@code preprocessing.json}, so that evaluation
 * uses it too.
 */
public final class PreprocessingFile {
    private static final String NAME = "preprocessing.json";

    private PreprocessingFile() {
    }

    /** The file's content by name; no file if there is no preprocessing. */
    public static Map<String, byte[]> contents(Optional<Preprocessing> steps) {
        return steps.map(s -> Map.of(NAME, (json(s) + "\n").getBytes(StandardCharsets.UTF_8))).orElse(Map.of());
    }

    /**
     * The preprocessing an artifact holds, if it does.
     *
     * @throws UserErrorException if the file was changed
     */
    public static Optional<Preprocessing> read(Artifact artifact) {
        if (!artifact.manifest().files().containsKey(NAME)) {
            return Optional.empty();
        }
        var path = artifact.file(NAME);
        try {
            return Optional.of(Preprocessing.of(JsonObject.parse(Files.readString(path), path.toString())));
        } catch (FormatException e) {
            throw e.toUserError();
        } catch (IOException e) {
            throw new UserErrorException(DriverDiagnostic.NOT_WRITABLE, Location.file(path), FileFault.reason(e));
        }
    }

    /** The JSON form that {@link Preprocessing#of} reads. */
    static String json(Preprocessing steps) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("layout", steps.layout().name());
            json.writeStringField("colour", steps.reverseChannels() ? "BGR" : "RGB");
            json.writeNumberField("offset", steps.offset());
            json.writeNumberField("multiply", steps.multiply());
            json.writeNumberField("divide", steps.divide());
            numbers(json, "mean", steps.mean());
            numbers(json, "std", steps.std());
            if (steps.quantize().isPresent()) {
                json.writeObjectFieldStart("quantize");
                json.writeNumberField("scale", steps.quantize().get().scale());
                json.writeNumberField("zero", steps.quantize().get().zero());
                json.writeEndObject();
            }
            json.writeNumberField("label_offset", steps.labelOffset());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }

    private static void numbers(JsonGenerator json, String name, float[] values) throws IOException {
        json.writeArrayFieldStart(name);
        for (float v : values) {
            json.writeNumber(v);
        }
        json.writeEndArray();
    }
}
