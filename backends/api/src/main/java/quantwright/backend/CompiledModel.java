package quantwright.backend;

import java.util.Map;
import quantwright.ir.Graph;

/**
 * Result of a compilation, in memory.
 *
 * @param manifest description of the model, its buffers and its steps
 * @param tile the TILE graph the code was generated from
 * @param files contents by file name, all but the manifest and the graphs
 */
public record CompiledModel(Manifest manifest, Graph tile, Map<String, byte[]> files) {
    /** Name of the file of a portable backend that is the whole program in one. */
    public static final String JAR = "model.jar";

    /** Copies the map. */
    public CompiledModel {
        files = Map.copyOf(files);
    }
}
