package quantwright.backend.jvm.runtime;

/**
 * Requantizes a tensor to other parameters.
 *
 * @param x operand
 * @param out result
 * @param n elements
 * @param from storage of the operand
 * @param zero its zero point
 * @param finish the rescaling
 */
public record Rescale(int x, int out, int n, Storage from, int zero, Finish finish) implements Step {
    private static final int CHUNK = 1024;

    @Override
    public void reserve(Memory memory) {
        memory.ints(CHUNK);
        finish.reserve(memory, CHUNK);
    }

    @Override
    public void run(Memory memory) {
        int[] q = memory.ints(CHUNK);
        for (int at = 0; at < n; at += CHUNK) {
            int m = Math.min(CHUNK, n - at);
            from.centre(memory.array(x), at, zero, q, m);
            finish.store(memory, q, 0, 0, memory.array(out), at, 1, m);
        }
    }
}
