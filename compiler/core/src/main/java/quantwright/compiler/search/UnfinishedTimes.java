package quantwright.compiler.search;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import quantwright.backend.Manifest;
import quantwright.compiler.driver.Program;
import quantwright.compiler.evaluate.StepLatency;
import quantwright.ir.diag.UserErrorException;
import quantwright.profiles.HardwareProfile;

/**
 * A measurement of step times that is under way, as a file: written every few rounds, whole or not at all, so that an
 * interrupted measurement goes on from it. Least times of several runs are the least of all, so it does not matter how often
 * it is interrupted. A file of other programs or another host is left out of account and replaced.
 */
final class UnfinishedTimes {
    private static final int FORMAT = 1;
    private final Path file;
    private final List<List<String>> steps;
    private final String of;

    /** The state of measuring some programs of a model on this host. */
    UnfinishedTimes(Path file, List<Program> programs, String modelHash, HardwareProfile profile) {
        this.file = file;
        this.steps = programs.stream().map(UnfinishedTimes::steps).toList();
        this.of = Tables.hash((modelHash + "\n" + profile.hash() + "\n" + HostName.text() + "\n" + steps)
                .getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> steps(Program program) {
        return program.manifest().orElseThrow().steps().stream().map((Manifest.Step s) -> s.kernel() + " " + s.name())
                .toList();
    }

    /**
     * The file's content.
     *
     * @param format version of the format
     * @param of hash of what is measured, and where
     * @param state how far it got
     */
    record Content(int format, String of, StepLatency.State state) {
    }

    /**
     * What an interrupted measurement of the same programs got to; the start if there is none.
     *
     * @throws UserErrorException if the file is damaged
     */
    StepLatency.State read() {
        if (!Files.exists(file)) {
            return StepLatency.State.START;
        }
        Content content = Tables.read(file, Content.class, FORMAT);
        List<Integer> counts = content.state().programs().stream().map(p -> p.steps().size()).toList();
        return content.of().equals(of) && content.state().rounds() > 0 && counts.equals(steps.stream().map(List::size).toList())
                ? content.state() : StepLatency.State.START;
    }

    void write(StepLatency.State state) {
        Tables.write(file, Tables.text(new Content(FORMAT, of, state)));
    }
}
