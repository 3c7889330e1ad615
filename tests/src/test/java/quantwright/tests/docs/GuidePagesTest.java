package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import quantwright.compiler.pass.GraphPasses;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.pass.OptTool;
import quantwright.ir.pass.PassManager;
import quantwright.ir.pass.PassRegistry;
import quantwright.ir.text.QirPrinter;
import quantwright.tests.docs.guide.RemoveDoubleNegation;

/**
 * The guides as written: Java blocks are the compiled classes that the line above them names, {@code .qir} blocks run,
 * paths and links lead somewhere. {@code -Dquantwright.bless=true} writes the Java blocks again.
 */
class GuidePagesTest {
    private static final Pattern SOURCE = Pattern.compile("<!-- source: (\\S+) -->");
    private static final Pattern RUN = Pattern.compile("// RUN: passes=(\\S+)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern PATH = Pattern
            .compile("`((?:ir|backends|compiler|tests|hardware-profiles|docs)/[\\w./-]+)`");

    @Test
    void javaBlocksAreTheCompiledClasses() throws IOException {
        int quoted = 0;
        for (String name : List.of("add-a-pass.md", "add-a-kernel.md")) {
            Page page = Page.read(name);
            List<Page.Block> blocks = page.blocks("java");
            for (Page.Block block : blocks.reversed()) {
                Matcher source = SOURCE.matcher(block.above());
                assertTrue(source.matches(), () -> page.at(block.first()) + ": no source is named above");
                List<String> code = Files.readAllLines(Page.root().resolve(source.group(1)));
                if (Page.BLESS) {
                    List<String> written = page.lines().subList(block.first(), block.first() + block.lines().size());
                    written.clear();
                    written.addAll(code);
                } else {
                    assertEquals(String.join("\n", code), String.join("\n", block.lines()), page.at(block.first()));
                }
                quoted++;
            }
            if (Page.BLESS) {
                page.write();
            }
        }
        assertTrue(quoted >= 3, quoted + " blocks");
    }

    @Test
    void qirBlocksOfTheGuideRunAsTheirCommentsSay() throws IOException {
        Page page = Page.read("add-a-pass.md");
        PassRegistry passes = PassRegistry.builder().addAll(GraphPasses.all()).add(new RemoveDoubleNegation()).build();
        int cases = 0;
        for (Page.Block block : page.blocks("qir")) {
            Matcher run = RUN.matcher(block.text());
            assertTrue(run.find(), page.at(block.first()));
            for (String text : block.text().split("(?m)^// -----\n")) {
                check(page.at(block.first()), text, run.group(1), passes);
                cases++;
            }
        }
        assertTrue(cases >= 2, cases + " cases");
    }

    private static void check(String at, String text, String pipeline, PassRegistry passes) {
        int split = text.indexOf("// OUTPUT\n");
        assertTrue(split > 0, at + ": no output is stated");
        DiagnosticSink sink = new DiagnosticSink();
        var result = new OptTool(OpRegistry.builtin(), passes).runText(text.substring(0, split), at, pipeline,
                PassManager.Options.DEFAULT, sink);
        assertFalse(sink.hasErrors(), () -> sink.all().toString());
        String stated = text.substring(split + "// OUTPUT\n".length()).lines().map(l -> l.replaceFirst("^// ?", ""))
                .collect(Collectors.joining("\n"));
        String printed = QirPrinter.dump(result.orElseThrow().graph());
        assertEquals(stated.strip(), printed.strip(), at);
    }

    @Test
    void pathsAndLinksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Page page : Page.all()) {
            for (int i = 0; i < page.lines().size(); i++) {
                Matcher link = LINK.matcher(page.lines().get(i));
                while (link.find()) {
                    addIfMissing(page, i, page.file().resolveSibling(link.group(1)), link.group(1), broken);
                }
                Matcher path = PATH.matcher(page.lines().get(i));
                while (path.find()) {
                    addIfMissing(page, i, Page.root().resolve(path.group(1)), path.group(1), broken);
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    private static void addIfMissing(Page page, int line, Path target, String text, List<String> broken) {
        if (!text.startsWith("http") && !text.contains("NAME") && !Files.exists(target)) {
            broken.add(page.at(line) + ": " + text);
        }
    }

    @Test
    void indexListsEveryPage() throws IOException {
        Set<String> listed = new TreeSet<>();
        Matcher link = LINK.matcher(String.join("\n", Page.read("README.md").lines()));
        while (link.find()) {
            listed.add(link.group(1));
        }
        Set<String> missing = new TreeSet<>();
        for (Page page : Page.all()) {
            String name = page.file().getFileName().toString();
            if (!name.equals("README.md") && !listed.contains(name)) {
                missing.add(name);
            }
        }
        assertEquals(Set.of(), missing);
    }
}
