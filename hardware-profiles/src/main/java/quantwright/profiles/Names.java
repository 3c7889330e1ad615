package quantwright.profiles;

import java.util.Collection;
import java.util.Comparator;

/** Words and their likeness. */
final class Names {
    private Names() {
    }

    /** Whether a text can stand unquoted. */
    static boolean isWord(String text) {
        return text.matches("[A-Za-z_][A-Za-z0-9_.-]*");
    }

    /** The candidate with the fewest edits from {@code name}. */
    static String nearest(String name, Collection<String> candidates) {
        return candidates.stream().min(Comparator.<String>comparingInt(c -> distance(name, c))
                .thenComparing(Comparator.naturalOrder())).orElse("");
    }

    /** Levenshtein distance. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int next = Math.min(Math.min(row[j], row[j - 1]) + 1,
                        diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = row[j];
                row[j] = next;
            }
        }
        return row[b.length()];
    }
}
