package quantwright.ir.pass;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import quantwright.ir.Graph;
import quantwright.ir.diag.Diagnostic;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.diag.InternalCompilerError;
import quantwright.ir.diag.IrDiagnostic;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.text.QirPrinter;
import quantwright.ir.verify.Finding;
import quantwright.ir.verify.Verifier;

/**
 * Runs pipelines of passes: checks their order and whether each applies, times them, prints and verifies in between,
 * and when a pass fails writes a {@link Reproducer} and names it.
 */
public final class PassManager {
    /** When the graph is printed. */
    public enum Printing { NEVER, AFTER_CHANGE, AFTER_ALL }

    /**
     * How pipelines run.
     *
     * @param verifyEach whether the graph is verified after every pass that changed it
     * @param printing when the graph is printed
     * @param sink takes the printed text
     * @param reproducers folder for reproducers; null for the working directory
     */
    public record Options(boolean verifyEach, Printing printing, Consumer<String> sink, Path reproducers) {
        /** Verifies, prints nothing, writes reproducers into the working directory. */
        public static final Options DEFAULT = new Options(true, Printing.NEVER, _ -> { }, null);
    }

    private final Options options;

    /** A manager with the given options. */
    public PassManager(Options options) {
        this.options = options;
    }

    /**
     * Runs a pipeline on a graph in place. User errors go to {@code diagnostics} and end the pipeline; callers ask the
     * sink before they use the graph.
     *
     * @throws InternalCompilerError if a pass fails or leaves an invalid graph; the message names the reproducer
     */
    public PipelineReport run(Graph graph, List<PassStep> pipeline, DiagnosticSink diagnostics) {
        String whole = pipeline.stream().map(PassStep::text).collect(Collectors.joining(","));
        return run(graph, pipeline, whole, diagnostics);
    }

    /** As above; reproducers name {@code whole} as the pipeline that the failing pass was part of. */
    PipelineReport run(Graph graph, List<PassStep> pipeline, String whole, DiagnosticSink diagnostics) {
        List<PipelineReport.Run> runs = new ArrayList<>();
        if (!checkOrder(pipeline, diagnostics)) {
            return new PipelineReport(runs);
        }
        PassContext context = new PassContext(diagnostics);
        for (PassStep step : pipeline) {
            if (step.pass().applicability(graph) instanceof Applicability.NotApplicable no) {
                diagnostics.report(IrDiagnostic.NOT_APPLICABLE, Location.UNKNOWN,
                        step.text() + " cannot run on graph \"" + graph.name() + "\": " + no.reason());
                break;
            }
            runs.add(runOne(graph, step, whole, context));
            if (diagnostics.hasErrors()) {
                break;
            }
        }
        return new PipelineReport(runs);
    }

    private PipelineReport.Run runOne(Graph graph, PassStep step, String whole, PassContext context) {
        Graph before = GraphCopy.of(graph);
        Map<String, Integer> hitsBefore = context.hits();
        long start = System.nanoTime();
        boolean changed;
        try {
            changed = step.pass().run(graph, context);
        } catch (UserErrorException e) {
            e.diagnostics().forEach(context.diagnostics()::report);
            return new PipelineReport.Run(step.pass().info().name(), System.nanoTime() - start, true, graph.size(),
                    Map.of());
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            throw failure(before, step, whole, "failed: " + e, e);
        }
        long nanos = System.nanoTime() - start;
        if (options.printing() == Printing.AFTER_ALL || changed && options.printing() == Printing.AFTER_CHANGE) {
            options.sink().accept("// after " + step.text() + (changed ? "\n" : " (no change)\n")
                    + QirPrinter.dump(graph));
        }
        if (options.verifyEach() && !context.diagnostics().hasErrors()) {
            List<Finding> findings = Verifier.findings(graph);
            if (!findings.isEmpty()) {
                throw failure(before, step, whole, "left an invalid graph:\n" + findings.stream()
                        .map(Finding::diagnostic)
                        .map(Diagnostic::render).collect(Collectors.joining("\n")), null);
            }
        }
        return new PipelineReport.Run(step.pass().info().name(), nanos, changed, graph.size(),
                difference(context.hits(), hitsBefore));
    }

    private InternalCompilerError failure(Graph before, PassStep step, String whole, String what, Throwable cause) {
        String text = new Reproducer(step.text(), whole, options.verifyEach(), before).text();
        String where = Reproducer.write(text, options.reproducers());
        return new InternalCompilerError("pass " + step.text() + " " + what + "\nreproducer: " + where, cause);
    }

    private static Map<String, Integer> difference(Map<String, Integer> after, Map<String, Integer> before) {
        Map<String, Integer> difference = new TreeMap<>();
        after.forEach((name, count) -> {
            int more = count - before.getOrDefault(name, 0);
            if (more > 0) {
                difference.put(name, more);
            }
        });
        return difference;
    }

    /** A pass must not stand before one that it comes after, unless that one runs earlier too. */
    private static boolean checkOrder(List<PassStep> pipeline, DiagnosticSink diagnostics) {
        boolean ordered = true;
        List<String> names = pipeline.stream().map(s -> s.pass().info().name()).toList();
        for (int i = 0; i < names.size(); i++) {
            for (String earlier : pipeline.get(i).pass().info().after()) {
                if (names.indexOf(earlier) > i) {
                    ordered = false;
                    diagnostics.report(IrDiagnostic.PASS_ORDER, Location.UNKNOWN,
                            names.get(i) + " comes after " + earlier + " but stands before it");
                }
            }
        }
        return ordered;
    }
}
