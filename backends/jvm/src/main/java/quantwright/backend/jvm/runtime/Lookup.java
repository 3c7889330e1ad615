package quantwright.backend.jvm.runtime;

/**
 * Maps integers of 8 or 16 bits through a table.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param from storage of the operand
 * @param to storage of the result
 * @param table a result for each value of the operand's type
 * @param min operand that the first is for
 */
public record Lookup(int x, int out, int n, Storage from, Storage to, float[] table, int min) implements Step {
    @Override
    public void run(Memory memory) {
        if (from != Storage.WHOLE || to != Storage.WHOLE) {
            Object a = memory.array(x);
            Object b = memory.array(out);
            for (int i = 0; i < n; i++) {
                to.set(b, i, (long) table[(int) from.get(a, i) - min]);
            }
            return;
        }
        float[] q = memory.floats(x);
        float[] result = memory.floats(out);
        for (int i = 0; i < n; i++) {
            result[i] = table[(int) q[i] - min];
        }
    }
}
