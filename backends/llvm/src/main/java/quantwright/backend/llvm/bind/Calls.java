package quantwright.backend.llvm.bind;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls into one shared library by function name. The C API has few signatures, so handles are linked per signature,
 * not per function: linking costs about a millisecond, and start-up time counts.
 */
final class Calls {
    private final SymbolLookup symbols;
    private final Map<String, MemorySegment> addresses = new ConcurrentHashMap<>();
    private final Map<FunctionDescriptor, MethodHandle> handles = new ConcurrentHashMap<>();

    Calls(SymbolLookup symbols) {
        this.symbols = symbols;
    }

    /** The address of {@code name}; a missing one means another LLVM than the one this class was written for. */
    MemorySegment address(String name) {
        return addresses.computeIfAbsent(name, n -> symbols.find(n)
                .orElseThrow(() -> new NoSuchElementException("libLLVM has no function " + n)));
    }

    boolean has(String name) {
        return symbols.find(name).isPresent();
    }

    /** A pointer-valued call; arguments are MemorySegment, Long or Integer. */
    MemorySegment pointer(String name, Object... arguments) {
        return (MemorySegment) invoke(name, ADDRESS, arguments);
    }

    int integer(String name, Object... arguments) {
        return (int) invoke(name, JAVA_INT, arguments);
    }

    long size(String name, Object... arguments) {
        return (long) invoke(name, JAVA_LONG, arguments);
    }

    void run(String name, Object... arguments) {
        invoke(name, null, arguments);
    }

    private Object invoke(String name, MemoryLayout result, Object... arguments) {
        var types = new MemoryLayout[arguments.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = switch (arguments[i]) {
                case MemorySegment s -> ADDRESS;
                case Integer n -> JAVA_INT;
                case Long n -> JAVA_LONG;
                default -> throw new IllegalArgumentException(name + ": argument " + i);
            };
        }
        var type = result == null ? FunctionDescriptor.ofVoid(types) : FunctionDescriptor.of(result, types);
        var handle = handles.computeIfAbsent(type, Calls::spread);
        try {
            return handle.invokeExact(address(name), arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static MethodHandle spread(FunctionDescriptor type) {
        var handle = NativeAccess.downcall(type);
        int count = type.argumentLayouts().size();
        return handle.asSpreader(1, Object[].class, count)
                .asType(java.lang.invoke.MethodType.methodType(Object.class, MemorySegment.class, Object[].class));
    }
}
