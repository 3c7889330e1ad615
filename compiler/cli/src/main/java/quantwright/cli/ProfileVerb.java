package quantwright.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import quantwright.backend.Backend;
import quantwright.compiler.driver.Quantwright;
import quantwright.profiles.HardwareProfile;
import quantwright.profiles.ProfileCatalogue;

/** {@code qw profile}. */
@Command(name = "profile", description = "Lists, shows, checks, measures, starts and imports hardware profiles.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {ProfileVerb.ListThem.class, ProfileVerb.Show.class, ProfileVerb.Check.class,
            ProfileMeasureVerb.class, ProfileFilesVerb.New.class, ProfileFilesVerb.Import.class,
            ProfileFilesVerb.Conformance.class})
final class ProfileVerb implements Runnable {
    @Spec
    private CommandSpec spec;
    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help and exit.")
    private boolean help;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "profile needs one of list, show, check, measure, new, import,"
                + " conformance");
    }

    /** {@code qw profile list}. */
    @Command(name = "list", description = "Lists the shipped profiles, and whether this host runs their code.")
    static final class ListThem extends Verb {
        @Override
        int execute(Bars bars) {
            Quantwright driver = driver();
            List<Object> result = new ArrayList<>();
            for (String id : driver.profiles().ids()) {
                HardwareProfile p = driver.profiles().find(id);
                String backend = driver.backends().stream().filter(b -> b.accepts(p)).map(Backend::id).findFirst()
                        .orElse("");
                String refusal = driver.backends().stream().filter(b -> b.accepts(p)).findFirst()
                        .flatMap(b -> b.hostRefusal(p)).orElse("");
                String here = backend.isEmpty() ? "no backend" : refusal.isEmpty() ? "runs here" : refusal;
                say("%-20s %-10s %-40s %s", id, backend, p.summary(), here);
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("id", id);
                row.put("summary", p.summary());
                row.put("backend", backend);
                row.put("runsHere", !backend.isEmpty() && refusal.isEmpty());
                result.add(row);
            }
            result(result);
            return OK;
        }
    }

    /** {@code qw profile show}. */
    @Command(name = "show", description = "Prints a profile with what it extends merged in.")
    static final class Show extends Verb {
        @Parameters(paramLabel = "P", description = "Profile by id or .qhw file.")
        private String profile;

        @Override
        int execute(Bars bars) {
            ProfileCatalogue catalogue = new ProfileCatalogue();
            HardwareProfile found = catalogue.find(profile);
            if (!json()) {
                out().print(catalogue.show(profile));
                out().flush();
            }
            result(found);
            return OK;
        }
    }

    /** {@code qw profile check}. */
    @Command(name = "check", description = "Checks a profile file; every problem with file, line and column.")
    static final class Check extends Verb {
        @Parameters(paramLabel = "FILE", description = "A .qhw file, or a shipped profile's id.")
        private String profile;

        @Override
        int execute(Bars bars) {
            HardwareProfile found = new ProfileCatalogue().find(profile);
            say("%s: valid, %s", found.id(), found.summary());
            result(Map.of("id", found.id(), "valid", true, "hash", found.hash()));
            return OK;
        }
    }
}
