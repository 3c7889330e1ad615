package quantwright.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The root command. */
@Command(name = "qw", versionProvider = Version.class,
        description = "Quantizes neural networks for a chip and compiles them for it.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DemoVerb.class, InspectVerb.class, CompileVerb.class, RunVerb.class, EvaluateVerb.class,
            BenchVerb.class, SensitivityVerb.class, SearchVerb.class, SimulateVerb.class,
            OptVerb.class, ProfileVerb.class, ExplainVerb.class, ExportVerb.class},
        footer = {"", "Exit status: 0 done; 1 something is wrong with the input, or a check does not hold; 2 a bug of"
            + " ours.", "qw COMMAND --help explains a command. Start with: qw demo"})
final class Qw implements Runnable {
    @Spec
    private CommandSpec spec;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;
    @Option(names = {"-V", "--version"}, versionHelp = true, description = "Show the version and exit.")
    private boolean version;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }
}
