package quantwright.profiles;

import java.math.BigDecimal;
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
    record Entry(List<Item> values, Optional<Source> source, Location location) {
        Entry {
            values = List.copyOf(values);
        }
    }

    /** A section's key with its labels. */
    record Name(String key, List<String> labels) {
        Name {
            labels = List.copyOf(labels);
        }

        @Override
        public String toString() {
            return labels.isEmpty() ? key : key + " " + String.join(" ", labels);
        }

        /** As part of a path. */
        String path() {
            return labels.isEmpty() ? key : key + "." + String.join(".", labels);
        }
    }

    private final Location location;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<Name, ProfileSection> sections = new LinkedHashMap<>();

    ProfileSection(Location location) {
        this.location = location;
    }

    Location location() {
        return location;
    }

    void add(String key, Entry entry, DiagnosticSink sink) {
        if (entries.put(key, entry) != null || sections.containsKey(new Name(key, List.of()))) {
            sink.report(ProfileDiagnostic.DUPLICATE_KEY, entry.location(), "'" + key + "' is given twice");
        }
    }

    void add(Name name, ProfileSection section, DiagnosticSink sink) {
        if (sections.put(name, section) != null || name.labels().isEmpty() && entries.containsKey(name.key())) {
            sink.report(ProfileDiagnostic.DUPLICATE_KEY, section.location, "'" + name + "' is given twice");
        }
    }

    /** This section over a base: own entries win, subsections of the same name merge. */
    ProfileSection over(ProfileSection base) {
        ProfileSection merged = new ProfileSection(location);
        merged.entries.putAll(base.entries);
        merged.entries.putAll(entries);
        merged.sections.putAll(base.sections);
        sections.forEach((key, own) -> merged.sections.merge(key, own, (b, o) -> o.over(b)));
        return merged;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    Map<Name, ProfileSection> sections() {
        return sections;
    }

    Optional<Entry> entry(String key) {
        return Optional.ofNullable(entries.get(key));
    }

    Optional<ProfileSection> section(String key) {
        return Optional.ofNullable(sections.get(new Name(key, List.of())));
    }

    /** The text of the profile in canonical order of writing, for hashing and for showing. */
    String render(String indent) {
        StringBuilder text = new StringBuilder();
        entries.forEach((key, entry) -> {
            List<String> parts = new ArrayList<>();
            entry.values.forEach(v -> parts.add((v.isNumber || isPlain(v.text) ? v.text : '"' + v.text + '"')
                    + (v.unit.isEmpty() ? "" : " " + v.unit)));
            text.append(indent).append(key).append(' ').append(String.join(", ", parts))
                    .append(entry.source.map(ProfileSection::render).orElse("")).append(";\n");
        });
        sections.forEach((name, section) -> text.append(indent).append(name).append(" {\n")
                .append(section.render(indent + "    ")).append(indent).append("}\n"));
        return text.toString();
    }

    /** Whether a text is a word or a composite. */
    private static boolean isPlain(String text) {
        return text.matches("[A-Za-z_][A-Za-z0-9_.-]*") || text.matches("[a-z0-9]+<[^\"]*>");
    }

    private static String render(Source source) {
        String band = source.band() == source.kind().band() ? "" : " +- " + BigDecimal.valueOf(source.band())
                .movePointRight(2).stripTrailingZeros().toPlainString() + " %";
        return " source " + source.kind().text() + " \"" + source.text() + '"' + band;
    }
}
