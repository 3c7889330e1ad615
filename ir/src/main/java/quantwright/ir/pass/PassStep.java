package quantwright.ir.pass;

/**
 * One entry of a pipeline.
 *
 * @param pass the pass
 * @param text the text that gives the same pass again: its name, with options in braces if it has any
 */
public record PassStep(Pass pass, String text) {
    /** A pass without options. */
    public static PassStep of(Pass pass) {
        return new PassStep(pass, pass.info().name());
    }
}
