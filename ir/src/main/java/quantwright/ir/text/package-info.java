/** Text form of graphs, {@code .qir}: printer and parser over an op registry. */
package quantwright.ir.text;
