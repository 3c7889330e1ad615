package quantwright.profiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.Names;

/** Sections of {@code key=value} or {@code key: value} lines, with their places; comments start with ; or #. */
final class IniFile {
    /** One value. */
    record Entry(String key, String value, Location location) {
        /**
         * The value as a number above 0.
         *
         * @throws UserErrorException if it is none
         */
        double number() {
            try {
                double number = Double.parseDouble(value);
                if (number > 0 && !Double.isInfinite(number)) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // Reported below.
            }
            throw new UserErrorException(ProfileImportDiagnostic.BAD_VALUE, location,
                    key + " is a number above 0, not '" + value
                    + "'");
        }
    }

    /** One section. */
    record Section(String name, Map<String, Entry> entries, Location location) {
        Optional<Entry> entry(String key) {
            return Optional.ofNullable(entries.get(key));
        }
    }

    private final Map<String, Section> sections = new LinkedHashMap<>();

    /**
     * Reads a file's text.
     *
     * @throws UserErrorException with every line that is malformed
     */
    static IniFile parse(String text, String file) {
        IniFile ini = new IniFile();
        DiagnosticSink sink = new DiagnosticSink();
        Section current = null;
        int number = 0;
        for (String line : text.lines().map(String::strip).toList()) {
            number++;
            Location at = new Location.InFile(file, number, 1);
            int equals = line.indexOf('=') >= 0 ? line.indexOf('=') : line.indexOf(':');
            if (line.isEmpty() || line.startsWith(";") || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                String name = line.substring(1, line.length() - 1).strip();
                current = new Section(name, new LinkedHashMap<>(), at);
                if (ini.sections.put(name, current) != null) {
                    sink.report(ProfileImportDiagnostic.BAD_LINE, at, "section [" + name + "] is there twice");
                }
            } else if (equals > 0 && current != null) {
                String key = line.substring(0, equals).strip();
                current.entries().put(key, new Entry(key, line.substring(equals + 1).strip(), at));
            } else {
                sink.report(ProfileImportDiagnostic.BAD_LINE, at, "'" + line + "'");
            }
        }
        sink.throwIfErrors();
        return ini;
    }

    List<String> names() {
        return List.copyOf(sections.keySet());
    }

    Optional<Section> section(String name) {
        return Optional.ofNullable(sections.get(name));
    }

    /**
     * A section with what it inherits merged in.
     *
     * @throws UserErrorException if it inherits from itself or from nothing
     */
    Section resolved(Section section) {
        Map<String, Entry> merged = new LinkedHashMap<>(section.entries());
        List<String> chain = new ArrayList<>(List.of(section.name()));
        Optional<Entry> inherit = section.entry("inherit");
        while (inherit.isPresent()) {
            Entry from = inherit.get();
            if (chain.contains(from.value())) {
                throw new UserErrorException(ProfileImportDiagnostic.CYCLE, from.location(), String.join(" -> ", chain) + " -> "
                        + from.value());
            }
            chain.add(from.value());
            Section base = section(from.value()).orElseThrow(() -> new UserErrorException(
                    ProfileImportDiagnostic.WHICH_SECTION, from.location(), "there is no section [" + from.value() + "]",
                    Names.suggestion(from.value(), names())));
            base.entries().forEach(merged::putIfAbsent);
            inherit = base.entry("inherit");
        }
        return new Section(section.name(), merged, section.location());
    }
}
