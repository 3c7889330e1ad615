package quantwright.profiles;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;

/** One section of a profile as written: entries and subsections by key, with their places. */
final class ProfileSection {
    /** One value: a number with a unit (empty if none), or a text. */
    record Item(String text, String unit, boolean isNumber, Location location) {
    }

    /** Values of one key and where they come from. */
    record Entry(List<Item> values, Optional<String> source, Location location) {
        Entry {
            values = List.copyOf(values);
        }
    }

    private final Location location;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, ProfileSection> sections = new LinkedHashMap<>();

    ProfileSection(Location location) {
        this.location = location;
    }

    Location location() {
        return location;
    }

    void add(String key, Entry entry, DiagnosticSink sink) {
        if (entries.put(key, entry) != null || sections.containsKey(key)) {
            sink.report(ProfileDiagnostic.DUPLICATE_KEY, entry.location(), "'" + key + "' is given twice");
        }
    }

    void add(String key, ProfileSection section, DiagnosticSink sink) {
        if (sections.put(key, section) != null || entries.containsKey(key)) {
            sink.report(ProfileDiagnostic.DUPLICATE_KEY, section.location, "'" + key + "' is given twice");
        }
    }

    /** This section over a base: own entries win, subsections merge. */
    ProfileSection over(ProfileSection base) {
        ProfileSection merged = new ProfileSection(location);
        merged.entries.putAll(base.entries);
        merged.entries.putAll(entries);
        merged.sections.putAll(base.sections);
        sections.forEach((key, own) -> merged.sections.merge(key, own, (b, o) -> o.over(b)));
        return merged;
    }

    Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    Optional<ProfileSection> section(String key) {
        return Optional.ofNullable(sections.get(key));
    }

    /** Reports keys that are not among the known ones, with the nearest of those. */
    void allowOnly(List<String> known, DiagnosticSink sink) {
        entries.forEach((key, entry) -> check(key, entry.location(), known, sink));
        sections.forEach((key, section) -> check(key, section.location, known, sink));
    }

    private static void check(String key, Location at, List<String> known, DiagnosticSink sink) {
        if (!known.contains(key)) {
            sink.report(ProfileDiagnostic.UNKNOWN_KEY, at, "'" + key + "' is not known here",
                    "did you mean '" + Names.nearest(key, known) + "'?");
        }
    }

    /** The text of the profile in canonical order of writing, for hashing and for showing. */
    String render(String indent) {
        StringBuilder text = new StringBuilder();
        entries.forEach((key, entry) -> {
            List<String> parts = new ArrayList<>();
            entry.values.forEach(v -> parts.add((v.isNumber || Names.isWord(v.text) ? v.text : '"' + v.text + '"')
                    + (v.unit.isEmpty() ? "" : " " + v.unit)));
            text.append(indent).append(key).append(' ').append(String.join(", ", parts))
                    .append(entry.source.map(s -> " source " + s).orElse("")).append(";\n");
        });
        sections.forEach((key, section) -> text.append(indent).append(key).append(" {\n")
                .append(section.render(indent + "    ")).append(indent).append("}\n"));
        return text.toString();
    }
}
