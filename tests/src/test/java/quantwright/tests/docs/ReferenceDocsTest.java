package quantwright.tests.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.diag.DiagnosticCode;
import quantwright.tests.filetest.UnifiedDiff;

/** The generated pages are those of the sources; {@code -Dquantwright.bless=true} writes them again. */
class ReferenceDocsTest {
    private static final Path ROOT = Path.of(System.getProperty("basedir", "")).resolve("..");

    @Test
    void opsPageIsUpToDate() throws IOException {
        compare("ops.md", ReferenceDocs.ops(ROOT));
    }

    @Test
    void diagnosticsPageIsUpToDate() throws IOException {
        compare("diagnostics.md", ReferenceDocs.diagnostics(ROOT));
    }

    @Test
    void diagnosticIdsAreUniqueAndWellFormed() throws IOException {
        Map<String, String> owners = new HashMap<>();
        for (Class<?> type : DiagnosticEnums.all(ROOT)) {
            for (DiagnosticCode code : DiagnosticEnums.codes(type)) {
                assertTrue(code.id().matches("QW-[A-Z]\\d{4}"), type + " " + code + " has id " + code.id());
                assertFalse(code.summary().isBlank(), code.id());
                String other = owners.put(code.id(), type.getName());
                assertEquals(null, other, code.id() + " is taken twice");
            }
        }
        assertTrue(owners.size() > 30);
    }

    private static void compare(String name, String generated) throws IOException {
        Path page = ROOT.resolve("docs").resolve(name);
        if (Boolean.getBoolean("quantwright.bless")) {
            Files.createDirectories(page.getParent());
            Files.writeString(page, generated);
            return;
        }
        String difference = UnifiedDiff.of(Files.exists(page) ? Files.readString(page) : "", generated);
        assertTrue(difference.isEmpty(), () -> "docs/" + name
                + " is stale; run this test with -Dquantwright.bless=true\n"
                + difference);
    }
}
