package quantwright.backend.llvm.text;

/**
 * A pointer plus a constant byte offset that is only written where memory is touched, so that address arithmetic with
 * constants costs no instruction.
 *
 * @param base   pointer value
 * @param offset bytes added to it
 */
public record Address(Value base, long offset) {
    public Address {
        if (!base.type().equals(IrType.PTR)) {
            throw new IllegalArgumentException("address of type " + base.type());
        }
    }

    public Address(Value base) {
        this(base, 0);
    }

    /** This address moved by a constant number of bytes. */
    public Address plus(long bytes) {
        return bytes == 0 ? this : new Address(base, offset + bytes);
    }
}
