package quantwright.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.compiler.driver.QirFiles;
import quantwright.compiler.pass.GraphPasses;
import quantwright.ir.Graph;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;
import quantwright.ir.op.OpRegistry;
import quantwright.ir.pass.NameValues;
import quantwright.ir.pass.OptTool;
import quantwright.ir.pass.PassManager;
import quantwright.ir.pass.PassManager.Printing;
import quantwright.ir.pass.PassRegistry;
import quantwright.ir.text.QirPrinter;

/** {@code qw opt}. */
@Command(name = "opt", sortOptions = false,
        description = "Runs passes on a .qir file and prints the graph; for those who write passes.",
        footer = {"", "Example: qw opt model.qir --passes fold-constants,remove-identity --print-ir-after-change"})
final class OptVerb extends Verb {
    @Parameters(paramLabel = "FILE", arity = "0..1", description = "A .qir file.")
    private Path file;
    @Option(names = "--passes", paramLabel = "A,B{x=1}", description = "The passes, in order, with their options.")
    private String passes = "";
    @Option(names = "--list", description = "List the passes and exit.")
    private boolean list;
    @Option(names = {"-o", "--output"}, paramLabel = "FILE", description = "Write the graph here, with its constants.")
    private Path output;
    @Option(names = "--dump", description = "Print large constants by their hash only.")
    private boolean dump;
    @Option(names = "--print-ir-after-all", description = "Print the graph after every pass, to standard error.")
    private boolean afterAll;
    @Option(names = "--print-ir-after-change", description = "Print the graph after every pass that changed it.")
    private boolean afterChange;
    @Option(names = "--verify-each", negatable = true, defaultValue = "true", fallbackValue = "true",
            description = "Verify the graph after every pass that changed it; on unless --no-verify-each.")
    private boolean verifyEach;
    @Option(names = "--timing", description = "Print the time and the rewrites of each pass, to standard error.")
    private boolean timing;
    @Option(names = "--run-reproducer", description = "FILE is a reproducer: run the pass that failed, as it was run.")
    private boolean reproducer;

    @Override
    int execute(Bars bars) {
        PassRegistry registry = PassRegistry.builder().addAll(GraphPasses.all()).add(new NameValues()).build();
        if (list) {
            for (String name : registry.names()) {
                say("%-32s %s", name, registry.create(name).info().summary());
            }
            result(registry.names());
            return OK;
        }
        if (file == null || !Files.isRegularFile(file)) {
            throw new UserErrorException(CliDiagnostic.USAGE, file == null ? Location.UNKNOWN : Location.file(file),
                    file == null ? "no .qir file given" : "there is no such file");
        }
        if (json()) {
            throw conflict("opt prints a graph, which has no JSON form; --list has one");
        }
        OptTool tool = new OptTool(OpRegistry.builtin(), registry);
        Printing printing = afterAll ? Printing.AFTER_ALL : afterChange ? Printing.AFTER_CHANGE : Printing.NEVER;
        PassManager.Options options = new PassManager.Options(verifyEach, printing, err()::println, null);
        if (reproducer) {
            print(tool.runReproducer(file, options));
            return OK;
        }
        Optional<OptTool.Result> result = tool.run(file, passes, options, sink());
        sink().throwIfErrors();
        OptTool.Result done = result.orElseThrow();
        if (timing) {
            err().print(done.report().render());
            err().flush();
        }
        print(done.graph());
        return OK;
    }

    private void print(Graph graph) {
        if (output != null) {
            QirFiles.write(graph, output);
        } else {
            out().print(dump ? QirPrinter.dump(graph) : QirPrinter.print(graph));
            out().flush();
        }
    }
}
