package quantwright.ir.op;

/** What a pad fills in. */
public enum PadMode { CONSTANT, REFLECT, EDGE }
