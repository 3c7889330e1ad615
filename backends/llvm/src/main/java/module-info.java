/** Code generation through libLLVM: binding, IR-text builder, objects, the kernel generators CPU backends share. */
module quantwright.backend.llvm {
    requires transitive quantwright.backend;

    exports quantwright.backend.llvm;
    exports quantwright.backend.llvm.cost;
    exports quantwright.backend.llvm.kernel;
    exports quantwright.backend.llvm.object;
    exports quantwright.backend.llvm.text;
}
