package quantwright.ir.op;

/** Reductions over axes. */
public enum ReduceKind { SUM, MEAN, MAX, MIN, PROD, SUM_SQUARE, L2 }
