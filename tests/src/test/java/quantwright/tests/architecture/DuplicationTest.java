package quantwright.tests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The CPU backends hold instruction choices only: what two of them would do alike is shared. */
class DuplicationTest {
    /** Lines of code, braces and declarations of overriding left out, that may be alike in a row. */
    private static final int ALIKE = 4;
    private static final Pattern LEFT_OUT = Pattern.compile("|[{}]|@Override|import .*|package .*|/?\\*.*|//.*");

    private static List<Path> sources(String backend) {
        return SourceTree.production().stream().filter(p -> SourceTree.name(p).startsWith("backends/" + backend + "/"))
                .filter(p -> !p.endsWith("module-info.java")).toList();
    }

    private static List<String> code(Path file) {
        return SourceTree.lines(file).stream().map(String::strip).filter(l -> !LEFT_OUT.matcher(l).matches()).toList();
    }

    /** Every run of {@code length} lines of code, with the file it stands in. */
    private static Map<List<String>, Path> runs(List<Path> files, int length) {
        Map<List<String>, Path> runs = new HashMap<>();
        for (Path file : files) {
            List<String> code = code(file);
            for (int i = 0; i + length <= code.size(); i++) {
                runs.putIfAbsent(code.subList(i, i + length), file);
            }
        }
        return runs;
    }

    private static List<String> alike(List<Path> some, List<Path> others) {
        Map<List<String>, Path> known = runs(some, ALIKE + 1);
        TreeSet<String> found = new TreeSet<>();
        runs(others, ALIKE + 1).forEach((run, file) -> {
            if (known.containsKey(run)) {
                found.add(SourceTree.name(known.get(run)) + " and " + SourceTree.name(file) + ": " + run);
            }
        });
        return new ArrayList<>(found);
    }

    @Test
    void nothingIsCopiedBetweenCpuBackends() {
        assertTrue(sources("x86").size() > 5 && sources("arm").size() > 5);
        assertEquals(List.of(), alike(sources("x86"), sources("arm")));
    }

    @Test
    void aCopyIsNoticed() {
        assertTrue(!alike(sources("x86"), sources("x86")).isEmpty());
    }
}
