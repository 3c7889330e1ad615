package quantwright.backend.llvm.object;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import quantwright.backend.llvm.bind.NativeAccess;

/** A loaded shared object. It needs no LLVM. After {@link #close} no function of it may be called. */
public final class SharedObject implements AutoCloseable {
    private final Arena arena;
    private final SymbolLookup symbols;

    private SharedObject(Arena arena, SymbolLookup symbols) {
        this.arena = arena;
        this.symbols = symbols;
    }

    /**
     * Loads a file. Whether this host can run its code is the caller's to check first ({@code HostFeatures}).
     *
     * @throws IllegalArgumentException when the system's loader refuses the file
     */
    public static SharedObject load(Path file) {
        var arena = Arena.ofShared();
        try {
            return new SharedObject(arena, NativeAccess.open(file.toAbsolutePath(), arena));
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** The address of an exported symbol, if there is one. */
    public Optional<MemorySegment> find(String symbol) {
        return symbols.find(symbol);
    }

    /**
     * A handle that calls an exported function.
     *
     * @throws NoSuchElementException when nothing of that name is exported
     */
    public MethodHandle function(String symbol, FunctionDescriptor type) {
        var address = find(symbol).orElseThrow(() -> new NoSuchElementException("no exported symbol " + symbol));
        return NativeAccess.downcall(address, type);
    }

    /**
     * The memory of an exported variable, such as the pointer to the trace function.
     *
     * @param size in bytes
     * @throws NoSuchElementException when nothing of that name is exported
     */
    public MemorySegment data(String symbol, long size) {
        var address = find(symbol).orElseThrow(() -> new NoSuchElementException("no exported symbol " + symbol));
        return NativeAccess.view(address, size);
    }

    /**
     * A function pointer native code can call, valid until this object is closed. An exception thrown by
     * {@code target} ends the process, so it must catch its own.
     */
    public MemorySegment callback(MethodHandle target, FunctionDescriptor type) {
        return NativeAccess.upcall(target, type, arena);
    }

    /** Unloads the object. */
    @Override
    public void close() {
        arena.close();
    }
}
