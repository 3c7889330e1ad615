package quantwright.backend.llvm.cases;

import java.lang.foreign.MemorySegment;
import java.util.List;
import quantwright.backend.llvm.CodeTarget;

/** Something that kernels are built for and called on: this host, or an emulated processor. */
public interface KernelMachine {
    /** What code is generated for. */
    CodeTarget target();

    /** Skips the running test, saying why, where this machine cannot be had. */
    void assume();

    /** Builds a module's functions. */
    Loaded load(String moduleText, List<String> functions);

    /**
     * A pointer argument.
     *
     * @param buffer the whole buffer it points into, aligned to 64 bytes
     * @param offset where in it
     */
    record Argument(MemorySegment buffer, long offset) { }

    /** Code that can be called. */
    interface Loaded extends AutoCloseable {
        /** Calls a function; afterwards the buffers hold what it left there. */
        void call(String function, List<Argument> arguments);

        @Override
        void close();
    }
}
