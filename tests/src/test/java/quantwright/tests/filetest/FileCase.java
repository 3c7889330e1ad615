package quantwright.tests.filetest;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One case of a test file.
 *
 * @param firstLine number of its first line in the file, from 1
 * @param lines its lines
 * @param mode what to do
 */
record FileCase(int firstLine, List<String> lines, String mode) {
    private static final String SEPARATOR = "// -----";
    private static final String OUTPUT = "// OUTPUT";
    private static final Pattern RUN = Pattern.compile("\\s*// RUN: (.*)");
    private static final Pattern ERROR =
            Pattern.compile("// expected-error(@([+-]\\d+|\\*))? \\{\\{(\\S+)(?: (.*?))?}}");

    /**
     * A diagnostic that has to come.
     *
     * @param line its line; 0 for any
     * @param code its code
     * @param words what its message or notes contain
     */
    record ExpectedError(int line, String code, String words) {
    }

    /** Splits a file's text into cases. */
    static List<FileCase> split(String text) {
        List<FileCase> cases = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        String mode = "verify";
        int first = 1;
        int number = 0;
        List<String> all = new ArrayList<>(text.lines().toList());
        all.add(SEPARATOR);
        for (String line : all) {
            number++;
            Matcher run = RUN.matcher(line);
            if (run.matches()) {
                mode = run.group(1).strip();
            }
            if (line.equals(SEPARATOR)) {
                cases.add(new FileCase(first, List.copyOf(lines), mode));
                lines.clear();
                first = number + 1;
            } else {
                lines.add(line);
            }
        }
        return cases;
    }

    /** Joins cases to a file's text. */
    static String join(List<FileCase> cases) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < cases.size(); i++) {
            out.append(i == 0 ? "" : SEPARATOR + "\n");
            cases.get(i).lines().forEach(l -> out.append(l).append('\n'));
        }
        return out.toString();
    }

    /** The graph's text, with as many blank lines before it as put its lines at their numbers in the file. */
    String source() {
        return "\n".repeat(firstLine - 1) + String.join("\n", lines.subList(0, outputStart())) + "\n";
    }

    private int outputStart() {
        int at = lines.indexOf(OUTPUT);
        return at < 0 ? lines.size() : at;
    }

    /** The expected output, or null if the case has no such block. */
    String output() {
        int start = outputStart();
        if (start == lines.size()) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (String line : lines.subList(start + 1, lines.size())) {
            out.append(line.equals("//") ? "" : line.startsWith("// ") ? line.substring(3) : line).append('\n');
        }
        return out.toString();
    }

    /** The case with another expected output. */
    FileCase withOutput(String output) {
        List<String> changed = new ArrayList<>(lines.subList(0, outputStart()));
        changed.add(OUTPUT);
        output.lines().forEach(l -> changed.add(l.isEmpty() ? "//" : "// " + l));
        return new FileCase(firstLine, List.copyOf(changed), mode);
    }

    /** The diagnostics that have to come. */
    List<ExpectedError> expectedErrors() {
        List<ExpectedError> expected = new ArrayList<>();
        for (int i = 0; i < outputStart(); i++) {
            Matcher m = ERROR.matcher(lines.get(i));
            while (m.find()) {
                int offset = m.group(2) == null || m.group(2).equals("*") ? 0 : Integer.parseInt(m.group(2));
                expected.add(new ExpectedError("*".equals(m.group(2)) ? 0 : firstLine + i + offset, m.group(3),
                        m.group(4) == null ? "" : m.group(4)));
            }
        }
        return expected;
    }

    /** The case with other expected errors, each in a comment above its line. */
    FileCase withErrors(List<ExpectedError> errors) {
        List<String> changed = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            int number = firstLine + i;
            if (ERROR.matcher(lines.get(i)).find() && lines.get(i).strip().startsWith("// expected-error")) {
                continue;
            }
            String indent = lines.get(i).substring(0, lines.get(i).length() - lines.get(i).stripLeading().length());
            List<ExpectedError> here = isComment(lines.get(i)) ? List.of()
                    : errors.stream().filter(e -> e.line() == number).toList();
            for (int k = 0; k < here.size(); k++) {
                changed.add(indent + comment("@+" + (here.size() - k), here.get(k)));
            }
            changed.add(lines.get(i));
        }
        int at = changed.indexOf(OUTPUT);
        int end = at < 0 ? changed.size() : at;
        errors.stream().filter(e -> e.line() < firstLine || e.line() >= firstLine + lines.size()
                        || isComment(lines.get(e.line() - firstLine)))
                .forEach(e -> changed.add(end, comment("@*", e)));
        return new FileCase(firstLine, List.copyOf(changed), mode);
    }

    private static boolean isComment(String line) {
        return line.strip().startsWith("//");
    }

    private static String comment(String offset, ExpectedError error) {
        return "// expected-error" + offset + " {{" + error.code() + (error.words().isEmpty() ? "" : " "
                + error.words()) + "}}";
    }

    /** Lines {@code // KIND: text} of the case, in order, as kind and text. */
    List<String[]> checks() {
        List<String[]> checks = new ArrayList<>();
        for (String line : lines.subList(0, outputStart())) {
            String text = line.strip();
            for (String kind : List.of("CHECK", "CHECK-NEXT", "CHECK-NOT")) {
                if (text.startsWith("// " + kind + ":")) {
                    checks.add(new String[] {kind, text.substring(kind.length() + 4).strip()});
                }
            }
        }
        return checks;
    }
}
