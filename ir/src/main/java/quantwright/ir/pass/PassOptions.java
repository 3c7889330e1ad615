package quantwright.ir.pass;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Options given to a pass by text, {@code name{limit=16,aggressive=true}}. A factory reads each option it knows with
 * its default; those left over are reported as unknown.
 */
public final class PassOptions {
    /** A value that an option does not take; the message names the option and what it takes. */
    public static final class BadOption extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Says what the option takes. */
        public BadOption(String message) {
            super(message);
        }
    }

    private final Map<String, String> given;
    private final Set<String> known = new TreeSet<>();

    /** The given options by name. */
    public PassOptions(Map<String, String> given) {
        this.given = new TreeMap<>(given);
    }

    /** A text option. */
    public String text(String name, String otherwise) {
        known.add(name);
        return given.getOrDefault(name, otherwise);
    }

    /**
     * An integer option.
     *
     * @throws BadOption if it is given as something else
     */
    public int integer(String name, int otherwise) {
        String text = text(name, null);
        try {
            return text == null ? otherwise : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new BadOption(name + " takes an integer, not '" + text + "'");
        }
    }

    /**
     * A real-valued option.
     *
     * @throws BadOption if it is given as something else
     */
    public double number(String name, double otherwise) {
        String text = text(name, null);
        try {
            return text == null ? otherwise : Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new BadOption(name + " takes a number, not '" + text + "'");
        }
    }

    /**
     * A yes-or-no option.
     *
     * @throws BadOption if it is given as something else
     */
    public boolean flag(String name, boolean otherwise) {
        String text = text(name, Boolean.toString(otherwise));
        if (!text.equals("true") && !text.equals("false")) {
            throw new BadOption(name + " takes true or false, not '" + text + "'");
        }
        return text.equals("true");
    }

    /** Names that were given but not read. */
    Set<String> unknown() {
        Set<String> left = new TreeSet<>(given.keySet());
        left.removeAll(known);
        return left;
    }

    /** Names that the pass reads. */
    Set<String> known() {
        return known;
    }
}
