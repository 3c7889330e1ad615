package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.cli.Main;
import quantwright.compiler.data.JsonObject;
import quantwright.compiler.data.Preprocessing;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.importer.FormatException;
import quantwright.ir.data.Tensor;
import quantwright.tests.docs.guide.ApiExample;

/** The README as written: its paths and links lead somewhere, its Java example is a class that runs. */
class ReadmeTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern PATH = Pattern
            .compile("`((?:ir|backends|compiler|tests|hardware-profiles|docs)/[\\w./-]+)`");
    private static final Pattern JAVA = Pattern.compile("<!-- source: (\\S+) -->\n```java\n(.*?)```", Pattern.DOTALL);

    private static String text(String page) throws IOException {
        return Files.readString(Page.root().resolve(page));
    }

    @Test
    void pathsAndLinksLeadSomewhere() throws IOException {
        for (String page : List.of("README.md", "docs/command-line.md")) {
            int found = 0;
            for (Matcher m = LINK.matcher(text(page)); m.find(); found++) {
                Path target = Page.root().resolve(page).resolveSibling(m.group(1));
                assertTrue(Files.exists(target), page + " links to " + m.group(1));
            }
            for (Matcher m = PATH.matcher(text(page)); m.find(); found++) {
                // What a build makes is not there before.
                assertTrue(m.group(1).contains("/target/") || Files.exists(Page.root().resolve(m.group(1))),
                        page + " names " + m.group(1));
            }
            assertTrue(found > 0, page);
        }
    }

    @Test
    void theExampleIsTheCompiledClass() throws IOException {
        Matcher m = JAVA.matcher(text("README.md"));
        assertTrue(m.find());
        String source = text(m.group(1));
        int body = source.indexOf("        DiagnosticSink warnings");
        assertEquals(source.substring(body, source.indexOf("\n    }\n", body)).stripIndent().strip(),
                m.group(2).strip());
    }

    @Test
    void theTestCommandIsTheOneOfContinuousIntegration() throws IOException {
        assertTrue(text("README.md").contains("```\nmvn verify\n```"));
        assertTrue(text(".ci/run").matches("(?s).*\\bmvn [^\n]*\\bverify\\b.*"));
    }

    @Test
    void theExampleRuns(@TempDir Path folder) throws IOException, FormatException {
        Quantwright qw = Quantwright.discover();
        Assumptions.assumeTrue(qw.backendFor(qw.profiles().find("x86-avx512-vnni"))
                .hostRefusal(qw.profiles().find("x86-avx512-vnni")).isEmpty(), "SKIPPED, no AVX-512 VNNI here");
        for (String name : List.of("glyphs.onnx", "glyphs-calibration.npz")) {
            try (InputStream in = Main.class.getResourceAsStream(name)) {
                Files.copy(in, folder.resolve(name));
            }
        }
        Preprocessing steps = Preprocessing.of(JsonObject.parse("{\"layout\": \"CHW\", \"divide\": 255}", "test"));
        List<Tensor> outputs = ApiExample.run(folder.resolve("glyphs.onnx"), folder.resolve("glyphs-calibration.npz"),
                steps,
                folder.resolve("out"));
        assertArrayEquals(new int[] {1, 20}, outputs.getFirst().type().shape().toArray());
    }
}
