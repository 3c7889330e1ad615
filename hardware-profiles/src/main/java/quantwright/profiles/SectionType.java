package quantwright.profiles;

import java.util.List;
import java.util.stream.Stream;

/**
 * A kind of section: what it may hold.
 *
 * @param name key
 * @param labels what the words between key and brace stand for, each with the words it takes (none: any)
 * @param occurs how often it may stand in its parent
 * @param keys entries
 * @param sections subsections
 * @param doc meaning, one line
 */
record SectionType(String name, List<Label> labels, Occurs occurs, List<KeyType> keys, List<SectionType> sections,
                   String doc) {
    /** How often. */
    enum Occurs { ONCE, AT_MOST_ONCE, AT_LEAST_ONCE }

    /** A word between key and brace. */
    record Label(String meaning, List<String> choices) {
    }

    SectionType {
        labels = List.copyOf(labels);
        keys = List.copyOf(keys);
        sections = List.copyOf(sections);
    }

    static SectionType once(String name, String doc, KeyType... keys) {
        return new SectionType(name, List.of(), Occurs.ONCE, List.of(keys), List.of(), doc);
    }

    /** The same section, holding others. */
    SectionType with(SectionType... inner) {
        return new SectionType(name, labels, occurs, keys, List.of(inner), doc);
    }

    /** The same section, not required. */
    SectionType optional() {
        return new SectionType(name, labels, Occurs.AT_MOST_ONCE, keys, sections, doc);
    }

    /** The same section, any number of times but at least once, told apart by labels. */
    SectionType each(Label... by) {
        return new SectionType(name, List.of(by), Occurs.AT_LEAST_ONCE, keys, sections, doc);
    }

    /** Names of everything that may stand in the section. */
    List<String> names() {
        return Stream.concat(keys.stream().map(KeyType::name), sections.stream().map(SectionType::name)).toList();
    }
}
