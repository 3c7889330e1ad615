package quantwright.backend.jvm.runtime;

/** One step of a model: immutable, shared by threads; all it writes lies in the memory it is given. */
public interface Step {
    /** Makes the scratch arrays that {@link #run} will use. */
    default void reserve(Memory memory) {
    }

    /** Computes the step's results; allocates nothing. */
    void run(Memory memory);
}
