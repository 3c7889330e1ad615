package quantwright.ir.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class PassManagerTest {
    /** Appends RELUs to output 0. */
    private record Append(int count) implements Pass {
        @Override
        public PassInfo info() {
            return new PassInfo("append", "appends", Level.QUANT);
        }

        @Override
        public boolean run(Graph graph, PassContext context) {
            for (int i = 0; i < count; i++) {
                context.hit("append");
                graph.setOutput(0, graph.append(new Unary(UnaryKind.RELU), List.of(graph.outputs().get(0)),
                        Location.UNKNOWN).result());
            }
            return count > 0;
        }
    }

    /** Fails, or breaks the graph. */
    private record Faulty(String how) implements Pass {
        @Override
        public PassInfo info() {
            return new PassInfo("faulty", "fails", Level.GRAPH, List.of("append"));
        }

        @Override
        public boolean run(Graph graph, PassContext context) {
            Node last = graph.last();
            switch (how) {
                case "crash" -> {
                    last.setOperand(0, graph.inputs().get(0));
                    throw new IllegalStateException("boom");
                }
                case "break" -> last.result().setType(TensorType.of(ScalarType.F32, 5));
                case "refuse" -> throw new UserErrorException(IrDiagnostic.BAD_OPTION, Location.UNKNOWN, "refused");
                default -> { }
            }
            return true;
        }
    }

    private final PassRegistry registry = PassRegistry.builder()
            .add("append", o -> new Append(o.integer("count", 1)))
            .add("faulty", o -> new Faulty(o.text("how", "crash"))).build();
    private final DiagnosticSink sink = new DiagnosticSink();

    private static Graph graph() {
        Graph graph = new Graph("g", Level.GRAPH);
        graph.addOutput("y", graph.append(new Unary(UnaryKind.ABS),
                List.of(graph.addInput("x", TensorType.of(ScalarType.F32, 4))), Location.UNKNOWN).result());
        return graph;
    }

    private List<PassStep> steps(String text) {
        List<PassStep> steps = registry.parse(text, Location.UNKNOWN, sink);
        sink.throwIfErrors();
        return steps;
    }

    @Test
    void passesRunInOrderWithTheirHits() {
        List<String> printed = new ArrayList<>();
        Graph graph = graph();
        PipelineReport report = new PassManager(new PassManager.Options(true, PassManager.Printing.AFTER_CHANGE,
                printed::add,
                null)).run(graph, steps("append{count=2},append{count=0},append"), sink);
        assertEquals(List.of(Map.of("append", 2), Map.of(), Map.of("append", 1)),
                report.runs().stream().map(PipelineReport.Run::hits).toList());
        assertEquals(List.of(true, false, true), report.runs().stream().map(PipelineReport.Run::changed).toList());
        assertEquals(4, graph.size());
        assertEquals(List.of("// after append{count=2}", "// after append"),
                printed.stream().map(t -> t.lines().findFirst().orElseThrow()).toList());
        assertTrue(report.render().contains("append x2"));
    }

    @Test
    void everyMistakeInAPipelineIsReported() {
        registry.parse("apend,append{count=x},append{size=1},append{count=1,,faulty,append{a},", Location.UNKNOWN,
                sink);
        assertEquals(List.of(IrDiagnostic.UNKNOWN_PASS, IrDiagnostic.BAD_OPTION, IrDiagnostic.BAD_OPTION,
                IrDiagnostic.BAD_PIPELINE), sink.all().stream().map(d -> (Object) d.code()).toList());
        assertEquals(List.of("did you mean 'append'?"), sink.all().get(0).notes());
    }

    @Test
    void orderAndApplicabilityAreChecked() {
        Graph graph = graph();
        String before = QirPrinter.print(graph);
        new PassManager(PassManager.Options.DEFAULT).run(graph, steps("faulty,append"), sink);
        assertEquals(IrDiagnostic.PASS_ORDER, sink.all().get(0).code());
        graph.setLevel(Level.QUANT);
        new PassManager(PassManager.Options.DEFAULT).run(graph, List.of(new PassStep(new Faulty(""), "faulty")), sink);
        assertEquals(IrDiagnostic.NOT_APPLICABLE, sink.all().get(1).code());
        assertTrue(sink.all().get(1).message().contains("level QUANT"), sink.all().get(1).message());
        graph.setLevel(Level.GRAPH);
        assertEquals(before, QirPrinter.print(graph));
    }

    @Test
    void userErrorsOfAPassEndThePipeline() {
        Graph graph = graph();
        new PassManager(PassManager.Options.DEFAULT).run(graph, steps("faulty{how=refuse}"), sink);
        assertEquals("refused", sink.all().get(0).message());
    }

    @Test
    void aFailureLeavesAReproducerThatFailsTheSameWay(@TempDir Path folder) throws IOException {
        PassManager.Options options = new PassManager.Options(true, PassManager.Printing.NEVER, _ -> { }, folder);
        for (String how : List.of("crash", "break")) {
            List<PassStep> steps = steps("append,faulty{how=" + how + "}");
            var error = assertThrows(InternalCompilerError.class, () -> new PassManager(options).run(graph(), steps,
                    sink));
            Path file;
            try (var list = Files.list(folder)) {
                file = list.findFirst().orElseThrow();
            }
            assertTrue(error.getMessage().endsWith("reproducer: " + file.toAbsolutePath()), error.getMessage());
            String text = Files.readString(file);
            assertTrue(text.contains("// within: append,faulty{how=" + how + "}"), text);
            Graph saved = Reproducer.read(file, OpRegistry.builtin()).graph();
            Graph before = graph();
            new PassManager(options).run(before, steps("append"), sink);
            assertEquals(QirPrinter.print(before), QirPrinter.print(saved), "the graph before the failing pass");
            assertThrows(InternalCompilerError.class,
                    () -> new OptTool(OpRegistry.builtin(), registry).runReproducer(file, options));
            assertThrows(InternalCompilerError.class, () -> new PassManager(options).run(graph(), steps, sink));
            try (var list = Files.list(folder)) {
                assertEquals(List.of(file), list.toList(), "the same failure has the same name");
            }
            Files.delete(file);
        }
    }

    @Test
    void otherFilesAreNoReproducers(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("x.qir");
        Files.writeString(file, "qir 1\n");
        var error = assertThrows(UserErrorException.class, () -> Reproducer.read(file, OpRegistry.builtin()));
        assertEquals(IrDiagnostic.BAD_REPRODUCER, error.diagnostics().get(0).code());
    }
}
