package quantwright.backend.jvm.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Collections;

/** The native side of one running model: its working memory and a buffer for each input and output. */
public final class NativeBinding implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    private final Arena memory = Arena.ofShared();
    private final MemorySegment arena;
    private final MemorySegment[] buffers;

    /**
     * Allocates.
     *
     * @param arenaBytes working memory
     * @param alignment its alignment
     * @param sizes bytes of the inputs and then the outputs
     */
    public NativeBinding(long arenaBytes, long alignment, long[] sizes) {
        arena = memory.allocate(Math.max(alignment, arenaBytes), alignment);
        buffers = new MemorySegment[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            buffers[i] = memory.allocate(Math.max(1, sizes[i]), ALIGNMENT);
        }
    }

    /**
     * A handle of {@code int symbol(void *, ...)}, of a library that lies beside the jar or folder a class comes from.
     *
     * @param pointers number of parameters
     * @throws IllegalCallerException if native access is denied
     * @throws IllegalArgumentException if the library cannot be loaded
     */
    @SuppressWarnings("restricted")
    public static MethodHandle bind(Class<?> owner, String library, String symbol, int pointers) {
        Path file;
        try {
            Path own = Path.of(owner.getProtectionDomain().getCodeSource().getLocation().toURI());
            file = own.resolveSibling(library);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(owner + " comes from no file", e);
        }
        MemoryLayout[] parameters = Collections.nCopies(pointers, ValueLayout.ADDRESS).toArray(MemoryLayout[]::new);
        return Linker.nativeLinker().downcallHandle(SymbolLookup.libraryLookup(file, Arena.global()).findOrThrow(symbol),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
    }

    /** The working memory. */
    public MemorySegment arena() {
        return arena;
    }

    /** The buffer of input or output {@code i}. */
    public MemorySegment buffer(int i) {
        return buffers[i];
    }

    /** Refuses a segment that is too small. */
    public static MemorySegment require(MemorySegment segment, long bytes) {
        if (segment.byteSize() < bytes) {
            throw new IllegalArgumentException("a segment has " + segment.byteSize() + " bytes, not " + bytes);
        }
        return segment;
    }

    /** Refuses an array of another length. */
    public static void require(int length, int expected) {
        if (length != expected) {
            throw new IllegalArgumentException("an array has " + length + " elements, not " + expected);
        }
    }

    /** Throws if the model's code reports an error. */
    public static void check(int status) {
        if (status != 0) {
            throw new IllegalStateException("the model's code returned " + status);
        }
    }

    /** Copies into a buffer. */
    public void put(int i, byte[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_BYTE, 0, from.length);
    }

    /** Copies into a buffer. */
    public void put(int i, short[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_SHORT, 0, from.length);
    }

    /** Copies into a buffer. */
    public void put(int i, int[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_INT, 0, from.length);
    }

    /** Copies into a buffer. */
    public void put(int i, long[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_LONG, 0, from.length);
    }

    /** Copies into a buffer. */
    public void put(int i, float[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_FLOAT, 0, from.length);
    }

    /** Copies into a buffer. */
    public void put(int i, double[] from) {
        MemorySegment.copy(from, 0, buffers[i], ValueLayout.JAVA_DOUBLE, 0, from.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, byte[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_BYTE, 0, to, 0, to.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, short[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_SHORT, 0, to, 0, to.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, int[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_INT, 0, to, 0, to.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, long[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_LONG, 0, to, 0, to.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, float[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_FLOAT, 0, to, 0, to.length);
    }

    /** Copies out of a buffer. */
    public void get(int i, double[] to) {
        MemorySegment.copy(buffers[i], ValueLayout.JAVA_DOUBLE, 0, to, 0, to.length);
    }

    @Override
    public void close() {
        memory.close();
    }
}
