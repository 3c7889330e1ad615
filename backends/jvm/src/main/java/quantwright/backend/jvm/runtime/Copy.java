package quantwright.backend.jvm.runtime;

import java.util.Arrays;

/**
 * Copies one strided view of a tensor into another of the same extents; every regular movement is one or a few of
 * these.
 *
 * @param x source
 * @param from its first slot
 * @param dims extents, outermost first; at least one
 * @param strides slots of the source from one index to the next, of each axis
 * @param out target
 * @param to its first slot
 * @param pitches slots of the target from one index to the next, of each axis
 */
public record Copy(int x, int from, int[] dims, int[] strides, int out, int to, int[] pitches) implements Step {
    @Override
    public void run(Memory memory) {
        block(memory.array(x), from, memory.array(out), to, 0);
    }

    private void block(Object source, int at, Object target, int slot, int axis) {
        int n = dims[axis];
        if (axis < dims.length - 1) {
            for (int i = 0; i < n; i++) {
                block(source, at + i * strides[axis], target, slot + i * pitches[axis], axis + 1);
            }
        } else if (strides[axis] == 1 && pitches[axis] == 1) {
            System.arraycopy(source, at, target, slot, n);
        } else if (strides[axis] == 0 && pitches[axis] == 1 && source instanceof float[] a) {
            Arrays.fill((float[]) target, slot, slot + n, a[at]);
        } else {
            row(source, at, strides[axis], target, slot, pitches[axis], n);
        }
    }

    private static void row(Object source, int at, int step, Object target, int slot, int pitch, int n) {
        switch (source) {
            case float[] a -> {
                float[] b = (float[]) target;
                for (int i = 0; i < n; i++) {
                    b[slot + i * pitch] = a[at + i * step];
                }
            }
            case byte[] a -> {
                byte[] b = (byte[]) target;
                for (int i = 0; i < n; i++) {
                    b[slot + i * pitch] = a[at + i * step];
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    System.arraycopy(source, at + i * step, target, slot + i * pitch, 1);
                }
            }
        }
    }
}
