package quantwright.backend.llvm.object;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.llvm.HostFeatures;
import quantwright.ir.diag.UserErrorException;
import quantwright.ir.loc.Location;

/**
 * A compiled model, loaded: the functions {@code int NAME_run(inputs..., outputs..., void *arena)} and
 * {@code uint32_t NAME_required_features(void)}. The code is reentrant: threads may run at once, each with tensors and
 * an arena of its own. It needs no LLVM.
 */
public final class NativeModel implements AutoCloseable {
    /** Result of {@code NAME_run}: done. */
    public static final int OK = 0;
    /** Result of {@code NAME_run}: a tensor or the arena is a null pointer. */
    public static final int NULL_POINTER = 1;
    /** Result of {@code NAME_run}: the arena is not aligned as the manifest says. */
    public static final int MISALIGNED_ARENA = 2;
    /** Result of {@code NAME_run_slice}: there is no such step or slice. */
    public static final int BAD_SLICE = 3;

    private final SharedObject object;
    private final MethodHandle run;
    private final int tensors;

    private NativeModel(SharedObject object, MethodHandle run, int tensors) {
        this.object = object;
        this.run = run;
        this.tensors = tensors;
    }

    /**
     * Loads a shared object after checking that it is whole and that this host can execute its instructions.
     *
     * @param name    prefix of its C symbols
     * @param tensors number of inputs and outputs together
     * @throws UserErrorException when the file is damaged or the host lacks an extension it needs
     */
    public static NativeModel load(Path file, String name, int tensors) {
        return load(file, name, tensors, HostFeatures.detect());
    }

    /** As {@link #load(Path, String, int)}, for what {@code host} says of the processor. */
    public static NativeModel load(Path file, String name, int tensors, HostFeatures host) {
        var architecture = header(file).architecture();
        // Before anything of the file is executed, its architecture is checked; then it tells what else it needs.
        host.refusal(architecture, 0).ifPresent(m -> refuse(file, m));
        SharedObject object;
        try {
            object = SharedObject.load(file);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), e.getMessage());
        }
        try {
            var features = object.function(name + "_required_features", FunctionDescriptor.of(JAVA_INT));
            int mask = (int) features.invokeExact();
            host.refusal(architecture, mask).ifPresent(m -> refuse(file, m));
            var words = new MemoryLayout[tensors + 1];
            Arrays.fill(words, ADDRESS);
            return new NativeModel(object, object.function(name + "_run", FunctionDescriptor.of(JAVA_INT, words)),
                    tensors);
        } catch (NoSuchElementException | IllegalArgumentException e) {
            object.close();
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), e.getMessage());
        } catch (RuntimeException | Error e) {
            object.close();
            throw e;
        } catch (Throwable e) {
            object.close();
            throw new IllegalStateException(e);
        }
    }

    private static ElfObject header(Path file) {
        try {
            return ElfObject.parse(Files.readAllBytes(file));
        } catch (IOException | IllegalArgumentException e) {
            throw new UserErrorException(BackendDiagnostic.ARTIFACT_DAMAGED, Location.file(file), e.toString());
        }
    }

    private static void refuse(Path file, String reason) {
        throw new UserErrorException(BackendDiagnostic.HOST_FEATURES, Location.file(file), reason);
    }

    /** The shared object, for its other symbols. */
    public SharedObject object() {
        return object;
    }

    /** {@code NAME_run} on fixed buffers. */
    public static final class Call {
        private final MethodHandle bound;
        private final List<MemorySegment> buffers;

        private Call(MethodHandle bound, List<MemorySegment> buffers) {
            this.bound = bound;
            this.buffers = buffers;
        }

        /** Runs the model once; the result is {@link #OK} or an error code. */
        public int run() {
            try {
                return (int) bound.invokeExact();
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        /** The buffers, the arena last. */
        public List<MemorySegment> buffers() {
            return buffers;
        }
    }

    /**
     * Fixes the buffers of a call, so that running it costs no more than the native call.
     *
     * @param tensors inputs then outputs, native memory
     * @param arena   working memory of the size and alignment the manifest states
     */
    public Call bind(List<MemorySegment> tensors, MemorySegment arena) {
        if (tensors.size() != this.tensors) {
            throw new IllegalArgumentException(tensors.size() + " tensors, not " + this.tensors);
        }
        var buffers = new java.util.ArrayList<>(tensors);
        buffers.add(arena);
        return new Call(MethodHandles.insertArguments(run, 0, buffers.toArray()), List.copyOf(buffers));
    }

    /** Unloads the code. */
    @Override
    public void close() {
        object.close();
    }
}
