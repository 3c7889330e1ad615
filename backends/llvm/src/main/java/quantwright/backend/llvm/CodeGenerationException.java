package quantwright.backend.llvm;

import java.nio.file.Path;

/**
 * Generated IR that LLVM refuses, or that breaks a rule of ours: an error in Quantwright, not in the user's model. The
 * message ends with the path of a reproducer, an {@code .ll} file whose first lines state the target and the passes.
 */
public final class CodeGenerationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The step that failed. */
    public enum Stage {
        /** The text is not LLVM IR. */
        PARSE,
        /** The module breaks a rule of LLVM IR. */
        VERIFY,
        /** The module breaks a rule of ours: deterministic floats, freestanding code, the target's features. */
        CONTRACT,
        /** The pass pipeline was refused. */
        PASSES,
        /** LLVM could not generate code. */
        EMIT,
        /** The linker refused the objects. */
        LINK
    }

    /** The step that failed. */
    private final Stage stage;
    /** Where the input was saved, or null. */
    private final transient Path reproducer;

    /** A failure at a stage; the reproducer may be null. */
    public CodeGenerationException(Stage stage, String message, Path reproducer) {
        super(stage + ": " + message + (reproducer == null ? "" : "; reproducer: " + reproducer));
        this.stage = stage;
        this.reproducer = reproducer;
    }

    /** The step that failed. */
    public Stage stage() {
        return stage;
    }

    /** Where the IR text, target and passes were saved, or null. */
    public Path reproducer() {
        return reproducer;
    }
}
