package quantwright.backend.jvm.runtime;

/**
 * Maps 8-bit elements through a table.
 *
 * @param x operand
 * @param table buffer of 256 results
 * @param out result
 * @param n elements
 * @param signed whether the operand is signed
 */
public record Lookup(int x, int table, int out, int n, boolean signed) implements Step {
    @Override
    public void run(Memory memory) {
        byte[] q = memory.bytes(x);
        byte[] map = memory.bytes(table);
        byte[] result = memory.bytes(out);
        int flip = signed ? 0x80 : 0;
        for (int i = 0; i < n; i++) {
            result[i] = map[q[i] & 0xff ^ flip];
        }
    }
}
