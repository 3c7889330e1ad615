package quantwright.ir;

/** Abstraction levels of a graph, highest first. A level may hold the ops of the levels above it. */
public enum Level {
    /** Tensor ops on reals, as the model states them. */
    GRAPH,
    /** Integer arithmetic with scales in the types and rounding in the ops. */
    QUANT,
    /** Legal for a profile: layouts, fused regions, a memory plan. */
    TILE
}
