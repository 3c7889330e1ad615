package quantwright.compiler.driver;

/** What is to run a model. */
public enum On {
    /** Native code where this host can run it, else portable code, else the interpreter, with a warning. */
    AUTO,
    /** Native code; it is an error if this host cannot run it. */
    HOST,
    /** Portable code: Java bytecode. */
    JVM,
    /** The reference interpreter. */
    INTERPRETER,
    /** The simulator of the machine the programs are for. */
    SIMULATOR
}
