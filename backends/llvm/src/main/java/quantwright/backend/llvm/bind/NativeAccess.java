package quantwright.backend.llvm.bind;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * The restricted operations of {@code java.lang.foreign} this module uses, and nothing else: opening a shared
 * library, linking a downcall or an upcall, and giving a native pointer its size. Everything above is ordinary Java.
 */
@SuppressWarnings("restricted")
public final class NativeAccess {
    private NativeAccess() {
    }

    /**
     * Opens a shared library; it is closed with {@code arena}.
     *
     * @throws IllegalArgumentException when the system's loader refuses the file
     */
    public static SymbolLookup open(Path library, Arena arena) {
        return SymbolLookup.libraryLookup(library, arena);
    }

    /** Links the native function at {@code address}. */
    public static MethodHandle downcall(MemorySegment address, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(address, type);
    }

    /** A handle for every native function of this type, which takes the address as its first argument. */
    public static MethodHandle downcall(FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(type);
    }

    /** A native function pointer, valid as long as {@code arena}, that calls {@code target}; it must not throw. */
    public static MemorySegment upcall(MethodHandle target, FunctionDescriptor type, Arena arena) {
        return Linker.nativeLinker().upcallStub(target, type, arena);
    }

    /** The {@code size} bytes at a native pointer. */
    public static MemorySegment view(MemorySegment pointer, long size) {
        return pointer.reinterpret(size);
    }

    /** The zero-terminated UTF-8 string at a native pointer, or an empty string for a null pointer. */
    public static String string(MemorySegment pointer) {
        return pointer.address() == 0 ? "" : pointer.reinterpret(Long.MAX_VALUE).getString(0);
    }
}
