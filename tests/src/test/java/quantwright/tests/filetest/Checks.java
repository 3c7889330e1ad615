package quantwright.tests.filetest;

import java.util.ArrayList;
import java.util.List;

/** Matches {@code CHECK} lines against a printed result. */
final class Checks {
    private Checks() {
    }

    /** What does not match; empty if all does. */
    static List<String> failures(List<String[]> checks, String output) {
        List<String> lines = output.lines().map(Checks::normal).toList();
        List<String> failures = new ArrayList<>();
        List<String> forbidden = new ArrayList<>();
        int at = 0;
        for (String[] check : checks) {
            String wanted = normal(check[1]);
            switch (check[0]) {
                case "CHECK-NOT" -> forbidden.add(wanted);
                case "CHECK-NEXT" -> {
                    if (at >= lines.size() || !lines.get(at).contains(wanted)) {
                        failures.add("CHECK-NEXT: " + wanted + "\n  but the next line is: "
                                + (at < lines.size() ? lines.get(at) : "the end"));
                        return failures;
                    }
                    at++;
                }
                default -> {
                    int found = find(lines, at, wanted);
                    if (found < 0) {
                        failures.add("CHECK: " + wanted + "\n  is not found after line " + at);
                        return failures;
                    }
                    forbid(forbidden, lines, at, found, failures);
                    at = found + 1;
                }
            }
        }
        forbid(forbidden, lines, at, lines.size(), failures);
        return failures;
    }

    private static int find(List<String> lines, int from, String wanted) {
        for (int i = from; i < lines.size(); i++) {
            if (lines.get(i).contains(wanted)) {
                return i;
            }
        }
        return -1;
    }

    private static void forbid(List<String> forbidden, List<String> lines, int from, int to, List<String> failures) {
        for (String text : forbidden) {
            int found = find(lines.subList(0, to), from, text);
            if (found >= 0) {
                failures.add("CHECK-NOT: " + text + "\n  but found: " + lines.get(found));
            }
        }
        forbidden.clear();
    }

    private static String normal(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}
