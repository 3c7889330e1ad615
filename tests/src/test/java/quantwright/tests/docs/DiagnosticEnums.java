package quantwright.tests.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import quantwright.ir.diag.DiagnosticCode;

/** The diagnostic codes of all modules: every enum in a production source that implements {@link DiagnosticCode}. */
final class DiagnosticEnums {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern ENUM = Pattern.compile("enum (\\w+) implements (?:\\w+, )*DiagnosticCode\\b");

    private DiagnosticEnums() {
    }

    /** All enums, by class name. */
    static List<Class<?>> all(Path root) throws IOException {
        List<String> names = new ArrayList<>();
        for (Path source : sources(root)) {
            String text = Files.readString(source);
            Matcher e = ENUM.matcher(text);
            Matcher p = PACKAGE.matcher(text);
            while (e.find() && p.find(0)) {
                boolean nested = !source.getFileName().toString().equals(e.group(1) + ".java");
                String outer = source.getFileName().toString().replace(".java", "");
                names.add(p.group(1) + "." + (nested ? outer + "$" : "") + e.group(1));
            }
        }
        List<Class<?>> classes = new ArrayList<>();
        for (String name : names.stream().sorted().toList()) {
            try {
                classes.add(Class.forName(name));
            } catch (ClassNotFoundException e) {
                throw new IllegalStateException(name
                        + " is not on the class path of the tests: add its module to tests/pom.xml", e);
            }
        }
        return classes;
    }

    /** The codes of an enum, in order. */
    static List<DiagnosticCode> codes(Class<?> type) {
        return Arrays.stream(type.getEnumConstants()).map(DiagnosticCode.class::cast).toList();
    }

    private static List<Path> sources(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            String production = Path.of("src", "main", "java").toString();
            return tree.filter(p -> p.toString().endsWith(".java") && p.toString().contains(production)).toList();
        }
    }
}
