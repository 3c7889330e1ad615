package quantwright.backend;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;
import quantwright.ir.data.Tensor;

/** Runs a model. Not thread-safe: one executor for each thread. */
public interface Executor extends AutoCloseable {
    /** Sees each materialised value of a traced run, by its name in the artifact's graph. */
    @FunctionalInterface
    interface Trace {
        /** The value of that name holds {@code tensor}, decoded from its encoding and layout. */
        void materialised(String name, Tensor tensor);
    }

    /** What runs, for reports: {@code interpreter}, {@code x86 avx512vnni}, ... */
    String description();

    /** Runs the model; inputs and outputs have the model's types. */
    List<Tensor> run(List<Tensor> inputs);

    /** Runs the model through the same code, showing every value the memory plan materialises. */
    List<Tensor> run(List<Tensor> inputs, Trace trace);

    /** Buffers to fill and read without copies, for measurement; empty if this executor has none. */
    default java.util.Optional<Bound> bind() {
        return java.util.Optional.empty();
    }

    /** One set of buffers bound to the compiled code. */
    interface Bound {
        /** Buffer of input {@code i}: dense, little-endian, the model's type. */
        MemorySegment input(int i);

        /** Buffer of output {@code i}. */
        MemorySegment output(int i);

        /** Runs once on the buffers. */
        void run();

        /**
         * Runs once on the buffers through the same code, telling of the end of each step, for measurement. Each call of
         * {@code finished} takes time of its own.
         *
         * @return false, without running, if this executor has no steps to tell of
         */
        default boolean run(IntConsumer finished) {
            return false;
        }
    }

    @Override
    void close();
}
