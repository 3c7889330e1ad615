package quantwright.tests.filetest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.compiler.pass.GraphPasses;
import quantwright.ir.Graph;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.interp.Interpreter;
import quantwright.ir.loc.Location;
import quantwright.ir.op.Constant;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.pass.OptTool;
import quantwright.ir.pass.PassManager;
import quantwright.ir.pass.PassRegistry;
import quantwright.ir.text.ParsedGraph;
import quantwright.ir.text.QirParser;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.verify.Verifier;
import quantwright.profiles.ProfileCatalogue;

/** Runs one case and compares what comes with what is expected. */
final class CaseRunner {
    private static final int WORDS_AT_MOST = 100;

    /** What came. */
    record Outcome(String output, List<Diagnostic> diagnostics) {
    }

    private CaseRunner() {
    }

    /** The passes that cases can name. */
    static PassRegistry passes() {
        return PassRegistry.builder().addAll(GraphPasses.all()).build();
    }

    /** Does what the case says. */
    static Outcome run(FileCase test, String file) {
        DiagnosticSink sink = new DiagnosticSink();
        String mode = test.mode();
        if (mode.equals("profile")) {
            // Comments of the profile language start with #; the same length keeps columns.
            return profile(test.source().replace("//", "##"), file);
        }
        Optional<Graph> graph;
        if (mode.startsWith("passes=")) {
            PassManager.Options options = PassManager.Options.DEFAULT;
            graph = new OptTool(OpRegistry.builtin(), passes()).runText(test.source(), file, mode.substring(7), options,
                    sink)
                    .map(OptTool.Result::graph);
        } else {
            Optional<ParsedGraph> parsed = new QirParser(OpRegistry.builtin()).parse(test.source(), file, null, sink);
            graph = parsed.map(ParsedGraph::graph);
            switch (mode) {
                case "parse" -> { }
                case "verify" -> parsed.ifPresent(p -> Verifier.verify(p, sink));
                case "interpret" -> graph = parsed.filter(p -> Verifier.verify(p, sink)).map(p -> interpret(p.graph()));
                default -> throw new AssertionError(file + ":" + test.firstLine() + ": no mode '" + mode + "'");
            }
        }
        return new Outcome(graph.map(mode.equals("parse") ? QirPrinter::print : QirPrinter::dump).orElse(""),
                sink.all());
    }

    /** A profile's resolved text. */
    private static Outcome profile(String source, String file) {
        ProfileCatalogue catalogue = new ProfileCatalogue();
        Path path = FileTests.module().resolve("src/test/resources/filetests").resolve(file);
        try {
            catalogue.read(source, path.toString());
            return new Outcome(catalogue.show(source, path.toString()), List.of());
        } catch (UserErrorException e) {
            return new Outcome("", e.diagnostics());
        }
    }

    /** The outputs of a graph without inputs, as a graph of constants. */
    private static Graph interpret(Graph graph) {
        List<Tensor> outputs = Interpreter.run(graph, List.of(), null);
        Graph result = new Graph(graph.name(), graph.level());
        for (int i = 0; i < outputs.size(); i++) {
            var node = result.append(new Constant(ConstantData.of(outputs.get(i))), List.of(), Location.UNKNOWN);
            result.addOutput(graph.outputName(i), node.result());
        }
        return result;
    }

    /** The case as it would have to read to pass; expectations that hold stay as they are. */
    static FileCase bless(FileCase test, Outcome outcome) {
        FileCase blessed = test.output() == null ? test : test.withOutput(outcome.output());
        List<FileCase.ExpectedError> kept = new ArrayList<>(test.expectedErrors());
        List<FileCase.ExpectedError> errors = new ArrayList<>();
        for (Diagnostic d : outcome.diagnostics()) {
            Optional<FileCase.ExpectedError> holds = kept.stream().filter(e -> matches(e, d)).findFirst();
            holds.ifPresent(kept::remove);
            errors.add(holds.orElseGet(() -> expectation(d)));
        }
        return blessed.withErrors(errors);
    }

    private static FileCase.ExpectedError expectation(Diagnostic d) {
        String words = d.code() == IrDiagnostic.CONSTRAINT ? d.message().substring(0, d.message().indexOf(':'))
                : d.message();
        return new FileCase.ExpectedError(line(d), d.code().id(),
                words.length() > WORDS_AT_MOST ? words.substring(0, WORDS_AT_MOST) : words);
    }

    private static int line(Diagnostic d) {
        return d.location() instanceof Location.InFile place ? place.line() : 0;
    }

    /** What is not as expected; empty if the case passes. */
    static List<String> failures(FileCase test, Outcome outcome) {
        List<String> failures = new ArrayList<>();
        List<Diagnostic> unexpected = new ArrayList<>(outcome.diagnostics());
        for (FileCase.ExpectedError expected : test.expectedErrors()) {
            Optional<Diagnostic> match = unexpected.stream().filter(d -> matches(expected, d)).findFirst();
            if (match.isPresent()) {
                unexpected.remove(match.get());
            } else {
                failures.add("line " + expected.line() + ": expected error does not come: {{" + expected.code() + " "
                        + expected.words() + "}}");
            }
        }
        unexpected.forEach(d -> failures.add("unexpected: " + d.render()));
        if (test.output() != null && !test.output().equals(outcome.output())) {
            failures.add("output differs (- expected, + came):\n" + UnifiedDiff.of(test.output(), outcome.output()));
        }
        Checks.failures(test.checks(), outcome.output()).forEach(f -> failures.add(f + "\noutput:\n"
                + outcome.output()));
        return failures;
    }

    private static boolean matches(FileCase.ExpectedError expected, Diagnostic d) {
        boolean words = expected.words().isEmpty() || d.message().contains(expected.words())
                || d.notes().stream().anyMatch(n -> n.contains(expected.words()));
        return d.code().id().equals(expected.code()) && words && (expected.line() == 0 || expected.line() == line(d));
    }
}
