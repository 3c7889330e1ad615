/** JVM backend: a model as a class file that needs nothing but a JDK, and typed host classes for native artifacts. */
module quantwright.backend.jvm {
    requires transitive quantwright.backend;
    requires org.objectweb.asm;
    requires org.objectweb.asm.commons;

    exports quantwright.backend.jvm;

    provides quantwright.backend.Backend with quantwright.backend.jvm.JvmBackend;
}
