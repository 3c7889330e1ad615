/** Passes over graphs: their contract, their names and options, and the manager that runs pipelines of them. */
package quantwright.ir.pass;
