package quantwright.backend.llvm.text;

/**
 * A first-class LLVM type: an integer, {@code float}, {@code double}, {@code ptr} or {@code void}, or a fixed vector of
 * one.
 *
 * @param kind  what one element is
 * @param bits  width of one element; 64 for a pointer, 0 for void
 * @param lanes number of elements; 1 means a scalar, not a one-element vector
 */
public record IrType(Kind kind, int bits, int lanes) {
    /** Element kinds. */
    public enum Kind { INT, FLOAT, POINTER, VOID }

    public static final IrType VOID = new IrType(Kind.VOID, 0, 1);
    public static final IrType I1 = new IrType(Kind.INT, 1, 1);
    public static final IrType I8 = new IrType(Kind.INT, 8, 1);
    public static final IrType I16 = new IrType(Kind.INT, 16, 1);
    public static final IrType I32 = new IrType(Kind.INT, 32, 1);
    public static final IrType I64 = new IrType(Kind.INT, 64, 1);
    public static final IrType F32 = new IrType(Kind.FLOAT, 32, 1);
    public static final IrType F64 = new IrType(Kind.FLOAT, 64, 1);
    public static final IrType PTR = new IrType(Kind.POINTER, 64, 1);

    public IrType {
        if (lanes < 1) {
            throw new IllegalArgumentException("lanes " + lanes);
        }
        if (lanes > 1 && kind == Kind.VOID) {
            throw new IllegalArgumentException("vector of void");
        }
    }

    /** This element type in {@code n} lanes ({@code n} = 1 gives the scalar). */
    public IrType vec(int n) {
        return new IrType(kind, bits, n);
    }

    /** The scalar type of one lane. */
    public IrType element() {
        return lanes == 1 ? this : new IrType(kind, bits, 1);
    }

    /** The integer type with the same lanes and element width. */
    public IrType asInt() {
        return new IrType(Kind.INT, bits, lanes);
    }

    /** The same lanes with integer elements of {@code width} bits. */
    public IrType withInt(int width) {
        return new IrType(Kind.INT, width, lanes);
    }

    /** The same lanes with {@code float} elements. */
    public IrType withFloat() {
        return new IrType(Kind.FLOAT, 32, lanes);
    }

    public boolean isVector() {
        return lanes > 1;
    }

    public boolean isInt() {
        return kind == Kind.INT;
    }

    public boolean isFloat() {
        return kind == Kind.FLOAT;
    }

    /** Size of a value in memory in bytes ({@code i1} counts as one byte per lane). */
    public int bytes() {
        return Math.max(1, bits / 8) * lanes;
    }

    /** Suffix LLVM gives overloaded intrinsics of this type, such as {@code v16i32}. */
    public String suffix() {
        String e = switch (kind) {
            case INT -> "i" + bits;
            case FLOAT -> "f" + bits;
            case POINTER -> "p0";
            case VOID -> "isVoid";
        };
        return lanes == 1 ? e : "v" + lanes + e;
    }

    /** The type as LLVM assembly writes it. */
    @Override
    public String toString() {
        String e = switch (kind) {
            case INT -> "i" + bits;
            case FLOAT -> bits == 32 ? "float" : "double";
            case POINTER -> "ptr";
            case VOID -> "void";
        };
        return lanes == 1 ? e : "<" + lanes + " x " + e + ">";
    }
}
