package quantwright.backend;

import quantwright.ir.Graph;
import quantwright.profiles.HardwareProfile;

/**
 * What to compile.
 *
 * @param graph a normalized GRAPH (float) or QUANT graph; it is not changed
 * @param profile the target
 * @param symbol prefix of the emitted C symbols; a C identifier
 * @param fuse whether chains of ops may become one kernel; without, every value is materialised, as calibration needs
 * @param progress told what is going on; may be {@link Progress#SILENT}
 */
public record CompileRequest(Graph graph, HardwareProfile profile, String symbol, boolean fuse, Progress progress) {
    /** A request with fusion. */
    public CompileRequest(Graph graph, HardwareProfile profile, String symbol, Progress progress) {
        this(graph, profile, symbol, true, progress);
    }

    /** The same request without fusion. */
    public CompileRequest unfused() {
        return new CompileRequest(graph, profile, symbol, false, progress);
    }

    /** Receives progress of a long operation. */
    public interface Progress {
        /** {@code done} of {@code total} steps of the named activity are finished. */
        void update(String activity, long done, long total);

        /** Ignores everything. */
        Progress SILENT = (activity, done, total) -> { };
    }
}
