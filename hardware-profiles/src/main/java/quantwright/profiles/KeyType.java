package quantwright.profiles;

import java.util.List;
import quantwright.profiles.KeyType.Kind;

/**
 * A key of a section: what it takes.
 *
 * @param name key
 * @param kind sort of value
 * @param dimension of a number; {@link Dimension#COUNT} otherwise
 * @param choices words that are taken; empty if any
 * @param least smallest number that is taken
 * @param most largest number that is taken
 * @param whole whether the number, in the dimension's first unit, must be whole
 * @param required whether the section is incomplete without it
 * @param doc meaning, one line
 */
record KeyType(String name, Kind kind, Dimension dimension, List<String> choices, double least, double most,
               boolean whole, boolean required, String doc) {
    /** Sorts of values. */
    enum Kind {
        /** Free text. */
        TEXT,
        /** One word of several. */
        CHOICE,
        /** A list of words. */
        WORDS,
        /** A number with a unit. */
        NUMBER,
        /** {@code f32} or {@code fixed<...>}. */
        ROUNDING
    }

    KeyType {
        choices = List.copyOf(choices);
    }

    static KeyType text(String name, String doc) {
        return new KeyType(name, Kind.TEXT, Dimension.COUNT, List.of(), 0, 0, false, true, doc);
    }

    static KeyType choice(String name, List<String> choices, String doc) {
        return new KeyType(name, Kind.CHOICE, Dimension.COUNT, choices, 0, 0, false, true, doc);
    }

    static KeyType words(String name, String doc) {
        return new KeyType(name, Kind.WORDS, Dimension.COUNT, List.of(), 0, 0, false, true, doc);
    }

    static KeyType rounding(String name, String doc) {
        return new KeyType(name, Kind.ROUNDING, Dimension.COUNT, List.of(), 0, 0, false, true, doc);
    }

    /** A whole number from {@code least} to {@code most}. */
    static KeyType whole(String name, Dimension dimension, double least, double most, String doc) {
        return new KeyType(name, Kind.NUMBER, dimension, List.of(), least, most, true, true, doc);
    }

    /** A number above 0. */
    static KeyType positive(String name, Dimension dimension, String doc) {
        return new KeyType(name, Kind.NUMBER, dimension, List.of(), Double.MIN_VALUE, 1e30, false, true, doc);
    }

    /** A number of at least 0. */
    static KeyType amount(String name, Dimension dimension, String doc) {
        return new KeyType(name, Kind.NUMBER, dimension, List.of(), 0, 1e30, false, true, doc);
    }

    /** The same key, not required. */
    KeyType optional() {
        return new KeyType(name, kind, dimension, choices, least, most, whole, false, doc);
    }
}
