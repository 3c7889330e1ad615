package quantwright.compiler.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.diag.FileFault;

/**
 * A JSON object read from a file, asked for typed members; a member of another type, missing, doubled or unknown is an
 * error that names the file and the member's path.
 */
public final class JsonObject {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_FILE = 16 << 20;

    private final String file;
    private final String path;
    private final Map<String, Object> members;

    private JsonObject(String file, String path, Map<String, Object> members) {
        this.file = file;
        this.path = path;
        this.members = members;
    }

    /**
     * Reads a file that holds one object.
     *
     * @param path the file, at most 16 MiB
     * @return the object
     * @throws FormatException if the file is not one JSON object
     */
    public static JsonObject read(Path path) throws FormatException {
        try {
            if (Files.size(path) > MAX_FILE) {
                throw new FormatException(DataDiagnostic.BAD_MANIFEST, path.toString(), "",
                    "is larger than the 16 MiB a JSON file may have");
            }
            return parse(Files.readString(path), path.toString());
        } catch (NoSuchFileException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, path.toString(), "", "no such file");
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, path.toString(), "", "cannot be read: "
                + e.getMessage());
        }
    }

    /**
     * Reads text that holds one object.
     *
     * @param text JSON
     * @param file where it comes from, for errors
     * @return the object
     * @throws FormatException if the text is not one JSON object
     */
    public static JsonObject parse(String text, String file) throws FormatException {
        var factory = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build();
        try (var parser = factory.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new FormatException(DataDiagnostic.BAD_MANIFEST, file, "", "does not hold a JSON object");
            }
            var members = object(parser);
            if (parser.nextToken() != null) {
                throw new FormatException(DataDiagnostic.BAD_MANIFEST, file, place(parser),
                    "has text after the JSON object");
            }
            return new JsonObject(file, "", members);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new FormatException(DataDiagnostic.BAD_MANIFEST, file, at == null ? "" : "line " + at.getLineNr()
                + ", column " + at.getColumnNr(),
                "is not well-formed JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new FormatException(DataDiagnostic.UNREADABLE_FILE, file, "", FileFault.reason(e));
        }
    }

    private static String place(JsonParser parser) {
        var at = parser.currentTokenLocation();
        return "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        var members = new LinkedHashMap<String, Object>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            members.put(name, value(parser));
        }
        return members;
    }

    private static Object value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                var elements = new ArrayList<Object>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    elements.add(value(parser));
                }
                yield elements;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Optional.empty();
            default -> throw new IOException("unexpected " + parser.currentToken());
        };
    }

    /**
     * Checks that there is no member but these: a misspelt option must not pass silently.
     *
     * @param known the names
     * @throws FormatException if there is another
     */
    public void allowOnly(Set<String> known) throws FormatException {
        for (var name : members.keySet()) {
            if (!known.contains(name)) {
                throw new FormatException(DataDiagnostic.BAD_MANIFEST, file, at(name), "is not known",
                    "known here: " + String.join(", ", known.stream().sorted().toList()));
            }
        }
    }

    /**
     * Whether a member is there.
     *
     * @param name its name
     * @return true if so
     */
    public boolean has(String name) {
        return members.containsKey(name);
    }

    /**
     * A string that must be there.
     *
     * @param name member name
     * @return its value
     * @throws FormatException if missing or not a string
     */
    public String string(String name) throws FormatException {
        if (members.get(name) instanceof String value) {
            return value;
        }
        throw wrong(name, "a string");
    }

    /**
     * A string that may be missing.
     *
     * @param name member name
     * @param otherwise its value when missing
     * @return its value
     * @throws FormatException if not a string
     */
    public String string(String name, String otherwise) throws FormatException {
        return has(name) ? string(name) : otherwise;
    }

    /**
     * A number that may be missing, rounded to f32.
     *
     * @param name member name
     * @param otherwise its value when missing
     * @return its value
     * @throws FormatException if not a finite number
     */
    public float number(String name, float otherwise) throws FormatException {
        return has(name) ? finite(name, members.get(name)) : otherwise;
    }

    /**
     * An integer that may be missing.
     *
     * @param name member name
     * @param otherwise its value when missing
     * @return its value
     * @throws FormatException if not an integer of 32 bits
     */
    public int integer(String name, int otherwise) throws FormatException {
        if (!has(name)) {
            return otherwise;
        }
        if (members.get(name) instanceof BigDecimal value) {
            try {
                return value.intValueExact();
            } catch (ArithmeticException e) {
                // Reported below.
            }
        }
        throw wrong(name, "an integer");
    }

    /**
     * Numbers that may be missing, or one number for a list of one.
     *
     * @param name member name
     * @return the values as f32, empty when missing
     * @throws FormatException if not numbers
     */
    public float[] numbers(String name) throws FormatException {
        if (!has(name)) {
            return new float[0];
        }
        var list = members.get(name) instanceof List<?> values ? values : List.of(members.get(name));
        var numbers = new float[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = finite(name, list.get(i));
        }
        return numbers;
    }

    /**
     * An object that may be missing.
     *
     * @param name member name
     * @return the object, if there
     * @throws FormatException if not an object
     */
    public Optional<JsonObject> object(String name) throws FormatException {
        if (!has(name)) {
            return Optional.empty();
        }
        return Optional.of(asObject(at(name), members.get(name)));
    }

    /**
     * A list of objects that must be there.
     *
     * @param name member name
     * @return the objects
     * @throws FormatException if missing or not a list of objects
     */
    public List<JsonObject> objects(String name) throws FormatException {
        if (!(members.get(name) instanceof List<?> list)) {
            throw wrong(name, "a list");
        }
        var objects = new ArrayList<JsonObject>();
        for (int i = 0; i < list.size(); i++) {
            objects.add(asObject(at(name) + "[" + i + "]", list.get(i)));
        }
        return objects;
    }

    private JsonObject asObject(String place, Object value) throws FormatException {
        if (!(value instanceof Map<?, ?> map)) {
            throw new FormatException(DataDiagnostic.BAD_MANIFEST, file, place, "is not an object");
        }
        var copy = new LinkedHashMap<String, Object>();
        map.forEach((key, member) -> copy.put((String) key, member));
        return new JsonObject(file, place, copy);
    }

    private float finite(String name, Object value) throws FormatException {
        if (value instanceof BigDecimal number && Float.isFinite(number.floatValue())) {
            return number.floatValue();
        }
        throw wrong(name, "a finite number");
    }

    private FormatException wrong(String name, String wanted) {
        return new FormatException(DataDiagnostic.BAD_MANIFEST, file, at(name), has(name) ? "is not "
            + wanted : "is missing; it must be " + wanted);
    }

    private String at(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    /**
     * An error about a member.
     *
     * @param name member name
     * @param reason what is wrong with it
     * @return the exception to throw
     */
    public FormatException fault(String name, String reason) {
        return new FormatException(DataDiagnostic.BAD_MANIFEST, file, at(name), reason);
    }
}
