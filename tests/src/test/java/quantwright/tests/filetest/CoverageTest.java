package quantwright.tests.filetest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.profiles.ProfileDiagnostic;
import quantwright.tests.docs.OpSources;

/** Every diagnostic of the IR and every constraint of an op is produced by some file test. */
class CoverageTest {
    private static final Pattern EXPECTED =
            Pattern.compile("// expected-error(?:@\\S+)? \\{\\{(QW-\\S+?)(?: (\\w+))?(?: .*)?}}");

    /** Codes that no text in a file test can produce; the named unit test does. */
    private static final Map<IrDiagnostic, String> ELSEWHERE = Map.of(
            IrDiagnostic.UNREADABLE, "ir/src/test/java/quantwright/ir/text/QirHostileInputTest.java",
            IrDiagnostic.ORDER, "ir/src/test/java/quantwright/ir/verify/VerifierTest.java",
            IrDiagnostic.OUTPUT, "ir/src/test/java/quantwright/ir/verify/VerifierTest.java",
            IrDiagnostic.USE_LIST, "ir/src/test/java/quantwright/ir/verify/VerifierTest.java",
            IrDiagnostic.PASS_ORDER, "ir/src/test/java/quantwright/ir/pass/PassManagerTest.java",
            IrDiagnostic.BAD_REPRODUCER, "ir/src/test/java/quantwright/ir/pass/PassManagerTest.java");

    private static Set<String> expected(int group) throws IOException {
        Set<String> found = new TreeSet<>();
        for (Path file : FileTests.files()) {
            Matcher m = EXPECTED.matcher(Files.readString(file));
            while (m.find()) {
                if (m.group(group) != null && (group == 1 || m.group(1).equals(IrDiagnostic.CONSTRAINT.id()))) {
                    found.add(m.group(group));
                }
            }
        }
        return found;
    }

    @Test
    void everyDiagnosticOfTheIrIsProducedByAFileTest() throws IOException {
        Set<String> codes = expected(1);
        for (IrDiagnostic code : IrDiagnostic.values()) {
            if (ELSEWHERE.containsKey(code)) {
                String test = Files.readString(FileTests.module().resolve("..").resolve(ELSEWHERE.get(code)));
                assertTrue(test.contains("IrDiagnostic." + code.name()), ELSEWHERE.get(code) + " has no " + code);
            } else {
                assertTrue(codes.contains(code.id()), "no file test expects " + code.id() + " " + code);
            }
        }
    }

    @Test
    void everyDiagnosticOfProfilesIsProducedByAFileTest() throws IOException {
        Set<String> codes = expected(1);
        for (ProfileDiagnostic code : ProfileDiagnostic.values()) {
            assertTrue(codes.contains(code.id()), "no file test expects " + code.id() + " " + code);
        }
    }

    @Test
    void documentedConstraintsAndTestedConstraintsAreTheSame() throws IOException {
        Set<String> documented = OpSources.read(FileTests.module().resolve("..")).values().stream()
                .flatMap(op -> op.labels().keySet().stream()).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(documented, expected(2));
    }

    @Test
    void everyOpHasAFileTestThatHolds() throws IOException {
        Path folder = FileTests.module().resolve("src/test/resources/filetests/verifier");
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = files.map(f -> f.getFileName().toString().replace(".qir", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
            for (String mnemonic : quantwright.ir.op.OpRegistry.builtin().mnemonics()) {
                assertTrue(names.contains(mnemonic), "no file test verifier/" + mnemonic + ".qir");
            }
        }
    }

    @Test
    void everyPassHasAFileTest() throws IOException {
        for (String pass : CaseRunner.passes().names()) {
            assertTrue(Files.exists(FileTests.module().resolve("src/test/resources/filetests/passes/" + pass + ".qir")),
                    "no file test passes/" + pass + ".qir");
        }
    }
}
