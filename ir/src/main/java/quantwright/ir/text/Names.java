package quantwright.ir.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the valid name that a mistyped one probably means. */
public final class Names {
    /** Of longer texts only the start is compared; names that converters make of several are this long. */
    private static final int LONGEST = 256;

    private Names() {
    }

    /** The nearest candidate by edit distance, if near enough to be what was meant; ties go to the first by name. */
    public static Optional<String> nearest(String wrong, Collection<String> candidates) {
        String shortened = wrong.length() > LONGEST ? wrong.substring(0, LONGEST) : wrong;
        int limit = Math.max(1, shortened.length() / 3 + 1);
        return candidates.stream().filter(c -> distance(shortened, c) <= limit)
                .min(Comparator.<String>comparingInt(c -> distance(shortened, c))
                .thenComparing(Comparator.naturalOrder()));
    }

    /** A note {@code did you mean 'x'?} for the nearest candidate, or else the list of all if it is short. */
    public static String[] suggestion(String wrong, Collection<String> candidates) {
        Optional<String> near = nearest(wrong, candidates);
        if (near.isPresent()) {
            return new String[] {"did you mean '" + near.get() + "'?"};
        }
        return candidates.isEmpty() || candidates.size() > 24 ? new String[0]
                : new String[] {"valid: " + String.join(", ", candidates)};
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
