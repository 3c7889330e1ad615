/**
 * Graph passes: one class each, listed in {@link quantwright.compiler.pass.GraphPasses}.
 *
 * <p>Rules for a rewrite: it makes progress under one measure (fewer ops, fewer moved elements, operands moved into
 * constants), so that a fixpoint exists; it keeps every bit unless its pass says otherwise; it never makes a graph
 * worse; a near miss in its test shows where it must not apply.
 */
package quantwright.compiler.pass;
