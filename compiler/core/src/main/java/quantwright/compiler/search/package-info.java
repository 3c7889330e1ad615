/** Precision search: costs, budgets, plans, and the search over them. */
package quantwright.compiler.search;
