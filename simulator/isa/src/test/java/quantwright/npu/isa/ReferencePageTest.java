package quantwright.npu.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/npu.md} holds the reference written from the records; {@code -Dquantwright.bless=true} rewrites it. */
class ReferencePageTest {
    private static final String BEGIN = "<!-- generated from the instruction records: begin -->\n";
    private static final String END = "<!-- generated: end -->\n";
    private static final String EXAMPLE = "```npu\n";

    private static Path page() {
        Path dir = Path.of("").toAbsolutePath();
        while (!Files.exists(dir.resolve("docs/npu.md"))) {
            dir = dir.getParent();
        }
        return dir.resolve("docs/npu.md");
    }

    @Test
    void instructionTablesAreThoseOfTheRecords() throws IOException {
        String text = Files.readString(page());
        int from = text.indexOf(BEGIN) + BEGIN.length();
        int to = text.indexOf(END);
        assertTrue(from >= BEGIN.length() && to >= from, "markers are missing");
        String expected = "\n" + InstructionReference.markdown() + "\n";
        if (Boolean.getBoolean("quantwright.bless")) {
            Files.writeString(page(), text.substring(0, from) + expected + text.substring(to));
        } else {
            assertEquals(expected, text.substring(from, to), "run with -Dquantwright.bless=true and look at the diff");
        }
    }

    @Test
    void theExampleProgramIsAccepted() throws IOException, ProgramFormatException {
        String text = Files.readString(page());
        int from = text.indexOf(EXAMPLE) + EXAMPLE.length();
        Program program = ProgramText.read(text.substring(from, text.indexOf("```", from)));
        assertEquals(List.of(), ProgramChecker.check(program));
        assertEquals(Programs.small().queues(), program.queues());
    }
}
