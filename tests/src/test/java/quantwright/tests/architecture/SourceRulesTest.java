package quantwright.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import quantwright.profiles.ProfileCatalogue;

/** House rules that a reader relies on, over every source file that ships. */
class SourceRulesTest {
    private static final int CLASS_LINES = 400;
    private static final int METHOD_LINES = 60;
    private static final int COLUMNS = 128;
    private static final Pattern STRING_KEYED = Pattern.compile("Map<String, Object>");
    private static final Pattern LATER = Pattern.compile("\\b(TODO|FIXME|XXX|HACK)\\b");

    @Test
    void filesAreShort() {
        assertEquals(List.of(), SourceTree.production().stream().filter(p -> SourceTree.lines(p).size() > CLASS_LINES)
                .map(SourceTree::name).toList());
    }

    @Test
    void linesFit() {
        assertEquals(List.of(), found(l -> l.codePointCount(0, l.length()) > COLUMNS));
    }

    @Test
    void nothingIsLeftForLater() {
        assertEquals(List.of(), found(l -> LATER.matcher(l).find()));
    }

    @Test
    void methodsAreShort() {
        List<String> longOnes = new ArrayList<>();
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of(), null,
                    files.getJavaFileObjectsFromPaths(SourceTree.production()));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            int units = 0;
            for (CompilationUnitTree unit : task.parse()) {
                units++;
                collectLong(unit, positions, longOnes);
            }
            assertTrue(units > 100, "only " + units + " files were read");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertEquals(List.of(), longOnes);
    }

    private static void collectLong(CompilationUnitTree unit, SourcePositions positions, List<String> to) {
        LineMap lines = unit.getLineMap();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethod(MethodTree method, Void nothing) {
                long start = positions.getStartPosition(unit, method);
                long end = positions.getEndPosition(unit, method);
                if (start >= 0 && end >= 0) {
                    long length = lines.getLineNumber(end) - lines.getLineNumber(start) + 1;
                    if (length > METHOD_LINES) {
                        to.add(SourceTree.name(Path.of(unit.getSourceFile().getName())) + ": " + method.getName()
                                + " has " + length + " lines");
                    }
                }
                return super.visitMethod(method, nothing);
            }
        }.scan(unit, null);
    }

    /** Compiler code asks for a capability, never for a chip's name. */
    @Test
    void noCodeNamesAChip() {
        // An id of one word names a kind of machine.
        List<String> chips = new ProfileCatalogue().ids().stream().filter(id -> id.contains("-")).toList();
        assertTrue(!chips.isEmpty());
        assertEquals(List.of(), found(l -> !isComment(l) && chips.stream().anyMatch(c -> l.contains('"' + c + '"'))));
    }

    /** Attributes have types; maps by name belong to importers and to the command's JSON output. */
    @Test
    void theIrHasNoStringKeyedAttributes() {
        assertEquals(List.of(), found(l -> STRING_KEYED.matcher(l).find()).stream().filter(f -> f.startsWith("ir/")
                || f.startsWith("backends/")).toList());
    }

    /** Foreign memory and functions stay in the LLVM binding, the generated host class and the data they exchange. */
    @Test
    void restrictedCallsHaveOneClassAModule() {
        List<String> suppressed = found(l -> l.contains("@SuppressWarnings(\"restricted\")"));
        List<String> modules = suppressed.stream().map(f -> f.substring(0, f.indexOf("/src/"))).toList();
        assertEquals(modules.stream().distinct().toList(), modules, suppressed.toString());
    }

    private static boolean isComment(String line) {
        String text = line.strip();
        return text.startsWith("*") || text.startsWith("//") || text.startsWith("/*");
    }

    /** {@code file:line} of every line that matches. */
    private static List<String> found(java.util.function.Predicate<String> wanted) {
        List<String> places = new ArrayList<>();
        for (Path file : SourceTree.production()) {
            List<String> lines = SourceTree.lines(file);
            for (int i = 0; i < lines.size(); i++) {
                if (wanted.test(lines.get(i))) {
                    places.add(SourceTree.name(file) + ":" + (i + 1));
                }
            }
        }
        return places;
    }

    /** The top level is fixed: a folder more is a decision, not an accident. */
    @Test
    void topLevelIsWhatTheDesignFixes() throws IOException {
        try (var entries = Files.list(SourceTree.root())) {
            assertEquals(List.of("LICENSE", "README.md", "backends", "compiler", "docs", "hardware-profiles", "ir",
                    "pom.xml", "qw", "simulator", "tests"), entries.map(p -> p.getFileName().toString())
                    .filter(n -> !n.startsWith(".") && !n.equals("target")).sorted().toList());
        }
    }
}
