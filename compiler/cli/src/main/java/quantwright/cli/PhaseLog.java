package quantwright.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import quantwright.backend.CompileRequest.Progress;
import quantwright.compiler.driver.Phase;
import quantwright.compiler.driver.PhaseObserver;
import quantwright.compiler.driver.QirFiles;
import quantwright.ir.Graph;

/** Times phases and their activities, dumps their graphs on request, and remembers the last one for a bug report. */
final class PhaseLog implements PhaseObserver {
    private final Optional<Path> dumps;
    private final Map<String, Double> millis = new LinkedHashMap<>();
    private Graph last;

    PhaseLog(Optional<Path> dumps) {
        this.dumps = dumps;
    }

    @Override
    public void finished(Phase phase, Graph graph, long nanos) {
        add(phase.text(), nanos);
        last = graph;
        Phase result = phase == Phase.EMIT ? Phase.TILE : phase;
        dumps.ifPresent(folder -> QirFiles.write(graph, folder.resolve(
                String.format(java.util.Locale.ROOT, "%d-%s.qir", result.ordinal() + 1, result.text()))));
    }

    void add(String what, long nanos) {
        millis.merge(what, nanos / 1e6, Double::sum);
    }

    /** Milliseconds by phase or activity, in order of their end. */
    Map<String, Double> millis() {
        return millis;
    }

    /** The graph of the last phase that finished; null if none did. */
    Graph last() {
        return last;
    }

    /** Progress that times each activity and passes everything on. */
    Progress timing(Progress next) {
        return new Progress() {
            private String activity = "";
            private long since;

            @Override
            public void update(String what, long done, long total) {
                if (!what.equals(activity) || done >= total) {
                    if (!activity.isEmpty()) {
                        add(activity, System.nanoTime() - since);
                    }
                    activity = done >= total ? "" : what;
                    since = System.nanoTime();
                }
                next.update(what, done, total);
            }
        };
    }
}
