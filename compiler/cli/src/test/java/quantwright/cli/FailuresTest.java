package quantwright.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import quantwright.compiler.driver.QirFiles;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class FailuresTest {
    @Test
    void aBugLeavesAReproducerAndExitStatus2() throws IOException {
        Graph graph = new Graph("broken", Level.GRAPH);
        graph.addOutput("y", graph.addInput("x", TensorType.of(ScalarType.F32, 1, 2)));
        StringWriter err = new StringWriter();
        int status = Failures.bug(new PrintWriter(err, true), new IllegalStateException("the invariant"),
                List.of("compile", "model.onnx"), graph);
        assertEquals(2, status);
        Matcher m = Pattern.compile("reproducer: (.+)").matcher(err.toString());
        assertTrue(m.find(), err.toString());
        Path folder = Path.of(m.group(1));
        String report = Files.readString(folder.resolve("report.txt"));
        assertTrue(report.startsWith("qw compile model.onnx") && report.contains("the invariant"), report);
        assertEquals("broken", QirFiles.read(folder.resolve("graph.qir")).name());
        for (String name : List.of("report.txt", "graph.qir")) {
            Files.delete(folder.resolve(name));
        }
        Files.delete(folder);
    }
}
