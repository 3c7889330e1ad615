package quantwright.tests.filetest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The runner itself: what must fail fails, and blessing makes it pass. */
class RunnerTest {
    private static final String GRAPH = """
            qir 1
            graph "g" level graph {
              input %x : f32[2]
              %y = unary(%x) {kind = relu} : f32[3]
              output "y" = %y
            }
            """;

    private static List<String> failures(String text) {
        FileCase test = FileCase.split(text).get(0);
        return CaseRunner.failures(test, CaseRunner.run(test, "t"));
    }

    private static String bless(String text) {
        return FileCase.join(FileCase.split(text).stream().map(c -> CaseRunner.bless(c, CaseRunner.run(c, "t")))
                .toList());
    }

    @Test
    void anErrorThatIsNotExpectedFails() {
        assertEquals(1, failures("// RUN: verify\n" + GRAPH).size());
        assertEquals(0, failures("// RUN: parse\n" + GRAPH).size());
    }

    @Test
    void anExpectedErrorThatDoesNotComeFails() {
        assertEquals(1, failures("// RUN: parse\n" + GRAPH + "// expected-error@* {{QW-V0104}}\n").size());
        String right = GRAPH.replace("  %y", "  // expected-error@+1 {{QW-V0104 unary gives}}\n  %y");
        assertEquals(0, failures("// RUN: verify\n" + right).size());
        assertEquals(2, failures("// RUN: verify\n" + right.replace("@+1", "@+2")).size(), "another line");
        assertEquals(2, failures("// RUN: verify\n" + right.replace("V0104", "V0103")).size(), "another code");
        assertEquals(2, failures("// RUN: verify\n" + right.replace("gives", "takes")).size(), "other words");
    }

    @Test
    void checksFailWhereTheyDoNotMatch() {
        String run = "// RUN: parse\n";
        assertEquals(0, failures(run + "// CHECK: input   %x\n// CHECK-NEXT: unary\n// CHECK-NOT: relu\n" + GRAPH)
                .size());
        assertEquals(0, failures(run + "// CHECK-NOT: sigmoid\n// CHECK: unary\n" + GRAPH).size());
        assertTrue(!failures(run + "// CHECK: sigmoid\n" + GRAPH).isEmpty());
        assertTrue(!failures(run + "// CHECK: input\n// CHECK-NEXT: output\n" + GRAPH).isEmpty());
        assertTrue(!failures(run + "// CHECK: unary\n// CHECK: input\n" + GRAPH).isEmpty(), "in order");
        assertTrue(!failures(run + "// CHECK: input\n// CHECK-NOT: unary\n// CHECK: output\n" + GRAPH).isEmpty());
        assertTrue(!failures(run + "// CHECK: unary\n// CHECK-NOT: output\n" + GRAPH).isEmpty());
    }

    @Test
    void blessingMakesACasePassAndChangesNothingTheSecondTime() {
        String text = "// RUN: verify\n" + GRAPH + "// -----\n// RUN: parse\n" + GRAPH + "// OUTPUT\n// stale\n";
        assertTrue(!failures(text).isEmpty());
        String blessed = bless(text);
        for (FileCase test : FileCase.split(blessed)) {
            assertEquals(List.of(), CaseRunner.failures(test, CaseRunner.run(test, "t")));
        }
        assertEquals(blessed, bless(blessed));
    }

    @Test
    void blessingKeepsExpectationsThatHold() {
        String right = "// RUN: verify\n" + GRAPH.replace("  %y", "  // expected-error@+1 {{QW-V0104 unary}}\n  %y");
        assertEquals(right, bless(right));
    }

    @Test
    void differencesAreShownWithContext() {
        String a = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assertEquals("", UnifiedDiff.of(a, a));
        assertEquals("@@ line 4 @@\n 4\n 5\n 6\n-7\n+seven\n 8\n 9\n", UnifiedDiff.of(a, a.replace("7", "seven")));
    }
}
