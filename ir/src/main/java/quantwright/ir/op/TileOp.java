package quantwright.ir.op;

/** Ops of TILE: fused regions and explicit layouts, over the ops of the levels above. */
public sealed interface TileOp extends Op permits
        Relayout, Fused {
}
