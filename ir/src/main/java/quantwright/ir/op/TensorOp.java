package quantwright.ir.op;

/** Ops of GRAPH: float arithmetic, and data movement that quantized tensors share. */
public sealed interface TensorOp extends Op permits
        Constant, Conv2d, Dense, MatMul, BatchNorm, Binary, Compare, Where,
        Unary, Clip, LeakyRelu, Elu, HardSigmoid, MaxPool, AvgPool, Reduce,
        Softmax, LogSoftmax, Reshape, Transpose, Concat, Slice, Pad, Expand,
        Gather, DepthToSpace, SpaceToDepth, ChannelShuffle, Resize, Cast, Identity {
}
