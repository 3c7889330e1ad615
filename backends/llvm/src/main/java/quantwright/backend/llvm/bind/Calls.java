package quantwright.backend.llvm.bind;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls into one shared library by function name, through a single linked signature: eight 64-bit words in, one out.
 *
 * <p>LLVM's C API passes only pointers and integers, and both ABIs in question (System V x86-64 and AAPCS64) let a
 * callee ignore surplus arguments, the upper half of a word that carries an {@code int}, and leave the result of a
 * {@code void} function undefined. Linking each signature for itself costs 3 to 4 ms apiece at start-up, which for
 * this API adds up to more than compiling a kernel.
 */
final class Calls {
    private static final int WORDS = 8;

    private final SymbolLookup symbols;
    private final Map<String, MemorySegment> addresses = new ConcurrentHashMap<>();
    private final MethodHandle handle;

    Calls(SymbolLookup symbols) {
        this.symbols = symbols;
        var words = new java.lang.foreign.MemoryLayout[WORDS];
        java.util.Arrays.fill(words, JAVA_LONG);
        this.handle = NativeAccess.downcall(FunctionDescriptor.of(JAVA_LONG, words));
    }

    boolean has(String name) {
        return symbols.find(name).isPresent();
    }

    private MemorySegment address(String name) {
        var known = addresses.get(name);
        if (known == null) {
            // A missing function means another LLVM than the one this binding was written for.
            known = symbols.find(name).orElseThrow(() -> new NoSuchElementException("libLLVM has no " + name));
            addresses.put(name, known);
        }
        return known;
    }

    /** A call with a pointer or 64-bit result; an argument is a MemorySegment, a Long or an Integer. */
    long word(String name, Object... arguments) {
        if (arguments.length > WORDS) {
            throw new IllegalArgumentException(name);
        }
        var w = new long[WORDS];
        for (int i = 0; i < arguments.length; i++) {
            w[i] = switch (arguments[i]) {
                case MemorySegment s -> s.address();
                case Long n -> n;
                case Integer n -> n;
                default -> throw new IllegalArgumentException(name + ": argument " + i);
            };
        }
        try {
            return (long) handle.invokeExact(address(name), w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e);
        } finally {
            // The words are bare addresses: their segments must outlive the call.
            java.lang.ref.Reference.reachabilityFence(arguments);
        }
    }

    MemorySegment pointer(String name, Object... arguments) {
        return MemorySegment.ofAddress(word(name, arguments));
    }

    int integer(String name, Object... arguments) {
        return (int) word(name, arguments);
    }
}
