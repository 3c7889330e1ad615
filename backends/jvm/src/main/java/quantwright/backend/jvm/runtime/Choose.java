package quantwright.backend.jvm.runtime;

/**
 * Takes each element from one of two tensors.
 *
 * @param condition bytes
 * @param a where they are not 0
 * @param b where they are
 * @param out result
 * @param n elements
 */
public record Choose(int condition, int a, int b, int out, int n) implements Step {
    @Override
    public void run(Memory memory) {
        byte[] choose = memory.bytes(condition);
        for (int i = 0; i < n;) {
            int end = i + 1;
            while (end < n && (choose[end] != 0) == (choose[i] != 0)) {
                end++;
            }
            System.arraycopy(memory.array(choose[i] != 0 ? a : b), i, memory.array(out), i, end - i);
            i = end;
        }
    }
}
