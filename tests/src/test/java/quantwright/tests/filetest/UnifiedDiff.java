package quantwright.tests.filetest;

import java.util.ArrayList;
import java.util.List;

/** Line differences between two texts in the unified form, with three lines of context. */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    private UnifiedDiff() {
    }

    /** The difference; empty if the texts are equal. */
    public static String of(String expected, String actual) {
        List<String> a = expected.lines().toList();
        List<String> b = actual.lines().toList();
        List<String> script = script(a, b);
        StringBuilder out = new StringBuilder();
        int shown = 0;
        for (int i = 0; i < script.size(); i++) {
            if (nearChange(script, i)) {
                if (i > shown || out.isEmpty()) {
                    out.append("@@ line ").append(1 + script.subList(0, i).stream().filter(l -> l.charAt(0) != '+')
                            .count())
                            .append(" @@\n");
                }
                out.append(script.get(i)).append('\n');
                shown = i + 1;
            }
        }
        return out.toString();
    }

    private static boolean nearChange(List<String> script, int i) {
        for (int k = Math.max(0, i - CONTEXT); k <= Math.min(script.size() - 1, i + CONTEXT); k++) {
            if (script.get(k).charAt(0) != ' ') {
                return true;
            }
        }
        return false;
    }

    /** Lines of both texts, each after a blank, minus or plus, from their longest common subsequence. */
    private static List<String> script(List<String> a, List<String> b) {
        int[][] length = new int[a.size() + 1][b.size() + 1];
        for (int i = a.size() - 1; i >= 0; i--) {
            for (int j = b.size() - 1; j >= 0; j--) {
                length[i][j] = a.get(i).equals(b.get(j)) ? length[i + 1][j + 1] + 1
                        : Math.max(length[i + 1][j], length[i][j + 1]);
            }
        }
        List<String> script = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < a.size() || j < b.size()) {
            if (i < a.size() && j < b.size() && a.get(i).equals(b.get(j))) {
                script.add(" " + a.get(i++));
                j++;
            } else if (j == b.size() || i < a.size() && length[i + 1][j] >= length[i][j + 1]) {
                script.add("-" + a.get(i++));
            } else {
                script.add("+" + b.get(j++));
            }
        }
        return script;
    }
}
