package quantwright.backend.llvm;

/**
 * How hard LLVM works on a module.
 *
 * @param passes       a pipeline in the syntax of {@code opt -passes}, or an empty string for none
 * @param codegenLevel effort of instruction selection and register allocation, 0 to 3
 */
public record CodeOptions(String passes, int codegenLevel) {
    /** No IR passes: for kernels whose text already is the schedule. */
    public static final CodeOptions AS_WRITTEN = new CodeOptions("", 2);
    /** The standard pipeline with loop vectorisation, for plain loops. */
    public static final CodeOptions OPTIMIZED = new CodeOptions("default<O2>", 2);

    /** Checks the level. */
    public CodeOptions {
        if (codegenLevel < 0 || codegenLevel > 3) {
            throw new IllegalArgumentException("code generation level " + codegenLevel);
        }
    }
}
