/**
 * Exact choice of one alternative for each layer under any number of budgets, by integer programming. Knows nothing of
 * models or precisions.
 */
package quantwright.compiler.search.solve;
