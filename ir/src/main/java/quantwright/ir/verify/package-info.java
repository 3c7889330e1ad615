/** Checks that a graph is well formed. */
package quantwright.ir.verify;
