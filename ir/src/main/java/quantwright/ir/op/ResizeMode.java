package quantwright.ir.op;

/** Interpolation of a resize. */
public enum ResizeMode { NEAREST, LINEAR }
