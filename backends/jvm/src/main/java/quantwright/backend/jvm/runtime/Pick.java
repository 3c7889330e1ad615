package quantwright.backend.jvm.runtime;

/**
 * Copies blocks by a list known beforehand.
 *
 * @param x source
 * @param out target, filled from its first slot
 * @param blocks for each block of the target that of the source
 * @param length slots of a block
 */
public record Pick(int x, int out, int[] blocks, int length) implements Step {
    @Override
    public void run(Memory memory) {
        Object source = memory.array(x);
        Object target = memory.array(out);
        for (int i = 0; i < blocks.length; i++) {
            System.arraycopy(source, blocks[i] * length, target, i * length, length);
        }
    }
}
