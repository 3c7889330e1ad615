package quantwright.ir.op;

/** Ops of QUANT: integer arithmetic with explicit scales and rounding. */
public sealed interface QuantOp extends Op permits
        Quantize, Dequantize, Requantize, QConv2d, QDense, QMatMul, QAdd, QMul,
        QAvgPool, QMean, QConcat, QResize, QLookup, QSoftmax, QClamp, QReinterpret {
}
