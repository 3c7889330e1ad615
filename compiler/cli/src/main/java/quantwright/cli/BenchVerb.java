package quantwright.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import quantwright.compiler.driver.Program;
import quantwright.compiler.driver.Quantwright;
import quantwright.compiler.evaluate.Latency;

/** {@code qw bench}. */
@Command(name = "bench", sortOptions = false,
        description = "Measures latency on this host, one thread: least, median and 99th percentile.",
        footer = {"", "Calls of a few microseconds are timed in batches;"
            + " the figures are then for one call of a batch."})
final class BenchVerb extends Verb {
    @Parameters(paramLabel = "DIR|MODEL", description = "An artifact folder, or a model file.")
    private Path subject;
    @Option(names = "--interleave", paramLabel = "DIR|MODEL", arity = "1..*",
            description = "Others to measure in the same run, taking turns with the first.")
    private List<Path> others = new ArrayList<>();
    @Option(names = "--runs", paramLabel = "N", description = "Most measurements of each; default ${DEFAULT-VALUE}.")
    private int runs = 20_000;
    @Option(names = "--seconds", paramLabel = "S", description = "Most seconds in all; default ${DEFAULT-VALUE}.")
    private double seconds = 5;
    @Mixin
    private ProgramOptions programOptions;

    @Override
    int execute(Bars bars) {
        if (runs < 1 || !(seconds > 0)) {
            throw conflict("--runs and --seconds take positive numbers");
        }
        Quantwright driver = driver();
        List<Program> programs = new ArrayList<>();
        programs.add(programOptions.open(this, driver, subject, bars));
        for (Path other : others) {
            programs.add(programOptions.open(this, driver, other, bars));
        }
        List<Latency> latencies = Latency.measure(programs, new Latency.Limit(runs, seconds));
        List<Object> results = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            results.add(show(i == 0 ? subject : others.get(i - 1), programs.get(i), latencies.get(i),
                    latencies.getFirst()));
        }
        result(results.size() == 1 ? results.getFirst() : results);
        return OK;
    }

    private Object show(Path path, Program program, Latency l, Latency first) {
        say("%s (%s) on %s", path, l.model(), l.runsOn());
        say("  min %s, median %s, p99 %s (%d measurements of %d call%s)", Text.nanos(l.minNanos()),
                Text.nanos(l.medianNanos()),
                Text.nanos(l.p99Nanos()), l.measurements(), l.callsEach(), l.callsEach() == 1 ? "" : "s");
        if (l != first) {
            say("  time relative to the first: min %.3f, median %.3f", l.minNanos() / first.minNanos(),
                    l.medianNanos() / first.medianNanos());
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("path", path);
        result.put("latency", l);
        program.manifest().ifPresent(m -> {
            say("  code %s, constants %s, arena %s", Text.bytes(m.codeBytes()), Text.bytes(m.constantBytes()),
                    Text.bytes(m.arenaBytes()));
            result.put("codeBytes", m.codeBytes());
            result.put("constantBytes", m.constantBytes());
            result.put("arenaBytes", m.arenaBytes());
        });
        return result;
    }
}
