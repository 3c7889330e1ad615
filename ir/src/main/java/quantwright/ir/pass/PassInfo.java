package quantwright.ir.pass;

import java.util.List;
import quantwright.ir.Level;

/**
 * What a pass is.
 *
 * @param name name on the command line, lower case with hyphens
 * @param summary one line for the documentation
 * @param level the lowest level of graph it works on
 * @param after names of passes that must have run before, if they are in the pipeline
 */
public record PassInfo(String name, String summary, Level level, List<String> after) {
    /** Copies the list. */
    public PassInfo {
        after = List.copyOf(after);
    }

    /** A pass without order constraints. */
    public PassInfo(String name, String summary, Level level) {
        this(name, summary, level, List.of());
    }
}
