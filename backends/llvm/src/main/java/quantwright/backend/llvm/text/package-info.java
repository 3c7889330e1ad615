/**
 * Writer of LLVM 20 assembly text: typed SSA values, structured loops and vector operations, nothing more. It never
 * reads, optimises or verifies a module; the text goes to libLLVM's own parser and verifier.
 */
package quantwright.backend.llvm.text;
