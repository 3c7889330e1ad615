package quantwright.profiles;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import quantwright.ir.loc.Location;

/** Typed access to a section that follows its schema. What is read leaves its source in a map, by path. */
final class SectionReader {
    private final ProfileSection section;
    private final SectionType type;
    private final List<String> labels;
    private final String path;
    private final double hertz;
    private final Map<String, Source> sources;

    SectionReader(ProfileSection section, SectionType type, Map<String, Source> sources) {
        this(section, type, List.of(), "", 0, sources);
    }

    private SectionReader(ProfileSection section, SectionType type, List<String> labels, String path, double hertz,
            Map<String, Source> sources) {
        this.section = section;
        this.type = type;
        this.labels = labels;
        this.path = path;
        this.hertz = hertz;
        this.sources = sources;
    }

    /** The same section at a clock that cycles and seconds are converted by. */
    SectionReader at(double clock) {
        return new SectionReader(section, type, labels, path, clock, sources);
    }

    List<String> labels() {
        return labels;
    }

    Location location() {
        return section.location();
    }

    /** Place of a key's entry. */
    Location location(String key) {
        return section.entry(key).map(ProfileSection.Entry::location).orElse(section.location());
    }

    boolean has(String key) {
        return section.entry(key).isPresent();
    }

    String word(String key) {
        return section.entry(key).orElseThrow().values().getFirst().text();
    }

    boolean yes(String key) {
        return word(key).equals("yes");
    }

    /** Values of a key with their places; none if it is not there. */
    List<ProfileSection.Item> items(String key) {
        return section.entry(key).map(ProfileSection.Entry::values).orElse(List.of());
    }

    /** A number in the first unit of its key's dimension. */
    double number(String key) {
        KeyType k = type.keys().stream().filter(t -> t.name().equals(key)).findFirst().orElseThrow();
        ProfileSection.Entry entry = section.entry(key).orElseThrow();
        ProfileSection.Item item = entry.values().getFirst();
        entry.source().ifPresent(s -> sources.put(path + key, k.dimension().exact() && s.band() == s.kind().band()
                ? new Source(s.kind(), s.text(), 0) : s));
        double value = k.dimension().convert(item.text(), item.unit(), hertz);
        return k.whole() ? Math.ceil(value) : value;
    }

    int whole(String key) {
        return Math.toIntExact((long) number(key));
    }

    SectionReader section(String name) {
        return optional(name).orElseThrow();
    }

    Optional<SectionReader> optional(String name) {
        return each(name).stream().findFirst();
    }

    /** Sections of that key, in order. */
    List<SectionReader> each(String name) {
        SectionType inner = type.sections().stream().filter(t -> t.name().equals(name)).findFirst().orElseThrow();
        List<SectionReader> found = new ArrayList<>();
        section.sections().forEach((n, s) -> {
            if (n.key().equals(name)) {
                found.add(new SectionReader(s, inner, n.labels(), path + n.path() + ".", hertz, sources));
            }
        });
        return found;
    }
}
