package quantwright.backend.jvm.runtime;

/**
 * Maps 8-bit integers, held as floats, through a table.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param table 256 results
 * @param min operand that the first is for
 */
public record Lookup(int x, int out, int n, float[] table, int min) implements Step {
    @Override
    public void run(Memory memory) {
        float[] q = memory.floats(x);
        float[] result = memory.floats(out);
        for (int i = 0; i < n; i++) {
            result[i] = table[(int) q[i] - min];
        }
    }
}
