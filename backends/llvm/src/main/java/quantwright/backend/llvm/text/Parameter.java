package quantwright.backend.llvm.text;

/**
 * A formal parameter.
 *
 * @param type       LLVM type
 * @param name       name, unique in the function; letters, digits, underscore
 * @param attributes LLVM parameter attributes, such as {@code noalias readonly}, or empty
 */
public record Parameter(IrType type, String name, String attributes) {
    public Parameter(IrType type, String name) {
        this(type, name, "");
    }

    /** A pointer through which the function only reads memory that nothing writes meanwhile. */
    public static Parameter readOnly(String name) {
        return new Parameter(IrType.PTR, name, "noalias nocapture readonly");
    }

    /** A pointer through which the function writes memory that no other parameter reads. */
    public static Parameter writable(String name) {
        return new Parameter(IrType.PTR, name, "noalias nocapture");
    }

    /** A pointer that may overlap what other parameters point to. */
    public static Parameter aliased(String name) {
        return new Parameter(IrType.PTR, name, "nocapture");
    }
}
