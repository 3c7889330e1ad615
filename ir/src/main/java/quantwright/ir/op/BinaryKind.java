package quantwright.ir.op;

/** Elementwise functions of two operands. Integer division truncates; the others wrap on overflow. */
public enum BinaryKind { ADD, SUB, MUL, DIV, MIN, MAX, POW, MOD }
