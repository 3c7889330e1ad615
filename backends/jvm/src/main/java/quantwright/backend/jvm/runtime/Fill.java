package quantwright.backend.jvm.runtime;

/**
 * Fills a tensor with one element of another.
 *
 * @param value buffer whose slot 0 is the element
 * @param out target
 * @param n slots
 */
public record Fill(int value, int out, int n) implements Step {
    @Override
    public void run(Memory memory) {
        Object target = memory.array(out);
        if (n > 0) {
            System.arraycopy(memory.array(value), 0, target, 0, 1);
        }
        for (int done = 1; done < n; done *= 2) {
            System.arraycopy(target, 0, target, done, Math.min(done, n - done));
        }
    }
}
