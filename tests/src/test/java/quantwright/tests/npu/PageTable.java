package quantwright.tests.npu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tables of documentation pages that tests fill: the rows behind {@code <!-- NAME -->} and a table's head. */
final class PageTable {
    /** Whether pages and profiles are rewritten instead of compared. */
    static final boolean BLESS = Boolean.getBoolean("quantwright.bless");

    private PageTable() {
    }

    /** Compares a table's rows, or writes them. */
    static void require(String file, String name, List<String> rows) throws IOException {
        Path path = Path.of("..", "docs", file);
        String page = Files.readString(path);
        Matcher table = Pattern.compile("(?s)(<!-- " + name + " -->\n\n\\|[^\n]*\n\\|[^\n]*\n)((?:\\|[^\n]*\n)*)")
                .matcher(page);
        assertTrue(table.find(), path + " has no table " + name);
        String text = String.join("\n", rows) + "\n";
        if (BLESS) {
            Files.writeString(path, page.substring(0, table.start(2)) + text + page.substring(table.end(2)));
        } else {
            assertEquals(text, table.group(2), path + " is stale; run this test with -Dquantwright.bless=true");
        }
    }
}
