package quantwright.simulator.timing;

import quantwright.npu.isa.ArrayInstruction;

/**
 * When the array's parts are free. Loads of stationary tiles and products run side by side as far as their buffers
 * allow: a load waits for the products that use its buffer, a product for its tile.
 */
final class ArrayPipe {
    private final long[] loadedAt;
    private final long[] freeAt;
    private long loaderFree;
    private long pipeFree;

    ArrayPipe(int buffers) {
        loadedAt = new long[buffers];
        freeAt = new long[buffers];
    }

    /** When the products issued so far are done. */
    long pipeFree() {
        return pipeFree;
    }

    /** When all that is issued is done. */
    long drained() {
        return Math.max(pipeFree, loaderFree);
    }

    /** Starts an instruction; its start. */
    long start(ArrayInstruction instruction, long now, long ticks) {
        return switch (instruction) {
            case ArrayInstruction.LoadWeights l -> load(l.buffer(), now, ticks);
            case ArrayInstruction.LoadInputs l -> load(l.buffer(), now, ticks);
            case ArrayInstruction.StreamInputs s -> stream(s.buffer(), now, ticks);
            case ArrayInstruction.StreamWeights s -> stream(s.buffer(), now, ticks);
            case ArrayInstruction.StreamBoth _, ArrayInstruction.Depthwise _ -> stream(-1, now, ticks);
        };
    }

    private long load(int buffer, long now, long ticks) {
        long start = Math.max(now, Math.max(loaderFree, freeAt[buffer]));
        loaderFree = start + ticks;
        loadedAt[buffer] = loaderFree;
        return start;
    }

    private long stream(int buffer, long now, long ticks) {
        long start = Math.max(now, Math.max(pipeFree, buffer < 0 ? 0 : loadedAt[buffer]));
        pipeFree = start + ticks;
        if (buffer >= 0) {
            freeAt[buffer] = pipeFree;
        }
        return start;
    }
}
