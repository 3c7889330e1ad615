package quantwright.backend.jvm.runtime;

/**
 * Picks slices along an axis by indices that are data; a negative index counts from the end. One outside the axis is
 * refused, as by the interpreter.
 *
 * @param x source
 * @param indices indices
 * @param out target
 * @param storage of the indices
 * @param count number of indices
 * @param outer product of the extents before the axis
 * @param extent of the axis
 * @param length product of the extents after it
 */
public record Gather(int x, int indices, int out, Storage storage, int count, int outer, int extent, int length)
        implements Step {
    @Override
    public void run(Memory memory) {
        Object source = memory.array(x);
        Object at = memory.array(indices);
        Object target = memory.array(out);
        int slot = 0;
        for (int o = 0; o < outer; o++) {
            for (int i = 0; i < count; i++) {
                long index = storage.get(at, i);
                if (index < -extent || index >= extent) {
                    throw new IllegalArgumentException("gather index " + index + " is outside extent " + extent);
                }
                int pick = (int) (index < 0 ? index + extent : index);
                System.arraycopy(source, (o * extent + pick) * length, target, slot, length);
                slot += length;
            }
        }
    }
}
