package quantwright.ir.op;

/** Elementwise comparisons and logic that give a boolean. */
public enum CompareKind { EQUAL, LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL, AND, OR, XOR }
