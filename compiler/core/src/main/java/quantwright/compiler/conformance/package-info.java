/** Test vectors of single ops under a profile's arithmetic, for whoever builds the chip. */
package quantwright.compiler.conformance;
