/** What programs cost on a processor that is not here. */
package quantwright.backend.llvm.cost;
