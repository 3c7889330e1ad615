package quantwright.ir.pass;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import quantwright.ir.Graph;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.text.ParsedGraph;
import quantwright.ir.text.QirParser;
import quantwright.ir.verify.Verifier;

/** The work of {@code qw opt}: reads a graph, verifies it, runs passes by name. */
public final class OptTool {
    private final OpRegistry ops;
    private final PassRegistry passes;

    /** What the tool did. */
    public record Result(Graph graph, PipelineReport report) {
    }

    /** A tool for the given ops and passes. */
    public OptTool(OpRegistry ops, PassRegistry passes) {
        this.ops = ops;
        this.passes = passes;
    }

    /**
     * Reads a file, verifies it and runs a pipeline. Nodes without a stated location get their place in the file.
     *
     * @return the graph; empty if {@code sink} got an error
     */
    public Optional<Result> run(Path file, String pipeline, PassManager.Options options, DiagnosticSink sink) {
        return run(new QirParser(ops, true).read(file, sink), pipeline, Location.file(file), options, sink);
    }

    /** As {@link #run(Path, String, PassManager.Options, DiagnosticSink)} on a text, which has no side file. */
    public Optional<Result> runText(String text, String name, String pipeline, PassManager.Options options,
            DiagnosticSink sink) {
        return run(new QirParser(ops, true).parse(text, name, null, sink), pipeline, new Location.InFile(name, 1, 1),
                options,
                sink);
    }

    /**
     * Runs a reproducer again.
     *
     * @throws quantwright.ir.diag.InternalCompilerError if it still fails
     * @throws quantwright.ir.diag.UserErrorException if the file is no reproducer, or passes report errors
     */
    public Graph runReproducer(Path file, PassManager.Options options) {
        return Reproducer.read(file, ops).run(passes, options);
    }

    private Optional<Result> run(Optional<ParsedGraph> parsed, String pipeline, Location location,
            PassManager.Options options, DiagnosticSink sink) {
        List<PassStep> steps = passes.parse(pipeline, location, sink);
        parsed.ifPresent(p -> Verifier.verify(p, sink));
        if (sink.hasErrors() || parsed.isEmpty()) {
            return Optional.empty();
        }
        Graph graph = parsed.get().graph();
        PipelineReport report = new PassManager(options).run(graph, steps, sink);
        return sink.hasErrors() ? Optional.empty() : Optional.of(new Result(graph, report));
    }
}
