package quantwright.backend.llvm.object;

/**
 * A relocatable ELF object file in memory.
 *
 * @param bytes the file; not copied, so not to be written to
 */
public record ObjectCode(byte[] bytes) {
}
