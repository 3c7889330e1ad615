package quantwright.backend;

import quantwright.ir.Graph;
import quantwright.profiles.HardwareProfile;

/**
 * What to compile.
 *
 * @param graph a normalized GRAPH (float) or QUANT graph; it is not changed
 * @param profile the target
 * @param symbol prefix of the emitted C symbols; a C identifier
 * @param progress told what is going on; may be {@link Progress#SILENT}
 */
public record CompileRequest(Graph graph, HardwareProfile profile, String symbol, Progress progress) {
    /** Receives progress of a long operation. */
    public interface Progress {
        /** {@code done} of {@code total} steps of the named activity are finished. */
        void update(String activity, long done, long total);

        /** Ignores everything. */
        Progress SILENT = (activity, done, total) -> { };
    }
}
