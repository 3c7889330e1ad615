/** What a deployment team links: object, libraries, C header and example. */
package quantwright.backend.llvm.deliver;
