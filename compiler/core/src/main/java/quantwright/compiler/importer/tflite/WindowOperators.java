package quantwright.compiler.importer.tflite;

import quantwright.ir.Value;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

/** Convolutions, pools and fully connected layers. */
final class WindowOperators {
    private static final int MAX_SPAN = 1 << 24;

    private WindowOperators() {
    }

    /** CONV_2D: weights [O,KH,KW,I/groups], as the IR has them. */
    static void convolution(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Conv2d.class);
        var x = site.operand(0);
        var w = site.operand(1);
        requireRank4(x, w);
        var window = window(x.type().shape(), w.type().dim(1), w.type().dim(2), o.strideH(), o.strideW(),
            o.dilationH(), o.dilationW(), o.same());
        int groups = x.type().dim(3) / Math.max(1, w.type().dim(3));
        site.define(0, product(site, x, w, window, groups, o.activation(), OpFamily.CONVOLUTION));
    }

    /** DEPTHWISE_CONV_2D: weights [1,KH,KW,O], each input channel a group of its own. */
    static void depthwise(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.DepthwiseConv2d.class);
        var x = site.operand(0);
        var w = site.b().depthwiseWeights(site.input(1));
        requireRank4(x, w);
        var window = window(x.type().shape(), w.type().dim(1), w.type().dim(2), o.strideH(), o.strideW(),
            o.dilationH(), o.dilationW(), o.same());
        site.define(0, product(site, x, w, window, x.type().dim(3), o.activation(),
            OpFamily.DEPTHWISE_CONVOLUTION));
    }

    private static Value product(OperatorSite site, Value x, Value w, Window2d window, int groups,
                                 Activation activation, OpFamily family) throws NotImported {
        var b = site.b();
        requireOneArithmetic(x, w);
        if (!site.isQuantized()) {
            var op = new Conv2d(window, groups);
            return Activations.onReals(b, activation,
                site.has(2) ? b.append(op, x, w, site.operand(2)) : b.append(op, x, w));
        }
        var op = new QConv2d(window, groups, ArithmeticPreset.TFLITE.rounding(family),
            Activations.clamp(activation, site.resultType(0)));
        var result = site.quantizedResult();
        return site.has(2) ? b.append(op, result, x, w, bias(site)) : b.append(op, result, x, w);
    }

    /** FULLY_CONNECTED: weights [O,K]; the operand is flattened to [-1,K] unless its axes are kept. */
    static void fullyConnected(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.FullyConnected.class);
        if (o.weightsFormat() != 0) {
            throw NotImported.form("weights are shuffled");
        }
        var b = site.b();
        var x = site.operand(0);
        var w = site.operand(1);
        requireOneArithmetic(x, w);
        if (w.type().rank() != 2 || w.type().dim(1) == 0) {
            throw NotImported.inconsistent("weights have shape " + w.type().shape());
        }
        if (!o.keepNumDims() && x.type().rank() != 2) {
            long rows = x.type().shape().elementCount() / w.type().dim(1);
            x = b.append(new Reshape(Ints.of(Math.toIntExact(rows), w.type().dim(1))), x);
        }
        Value y;
        if (site.isQuantized()) {
            var op = new QDense(ArithmeticPreset.TFLITE.rounding(OpFamily.MATRIX_PRODUCT),
                Activations.clamp(o.activation(), site.resultType(0)));
            var result = site.quantizedResult();
            y = site.has(2) ? b.append(op, result, x, w, bias(site)) : b.append(op, result, x, w);
        } else {
            y = site.has(2) ? b.append(new Dense(), x, w, site.operand(2)) : b.append(new Dense(), x, w);
            y = Activations.onReals(b, o.activation(), y);
        }
        site.define(0, y);
    }

    /** AVERAGE_POOL_2D counts valid taps only; on integers it divides the sum of stored values. */
    static void averagePool(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Pool2d.class);
        var b = site.b();
        var x = site.operand(0);
        var window = poolWindow(x, o);
        if (!site.isQuantized()) {
            site.define(0, Activations.onReals(b, o.activation(), b.append(new AvgPool(window, false, 0, 0), x)));
            return;
        }
        requireSameZero(site, x);
        var op = new QAvgPool(window, false, 0, 0, AverageRule.TFLITE_DIVISION,
            ArithmeticPreset.TFLITE.rounding(OpFamily.AVERAGE_POOL),
            Activations.clamp(o.activation(), site.resultType(0)));
        // Its integers do not depend on the scales, which the runtime lets differ in the last bits.
        site.define(0, b.append(op, x.type().element(), x));
    }

    /** MAX_POOL_2D. */
    static void maxPool(OperatorSite site) throws NotImported {
        var o = site.options(OperatorOptions.Pool2d.class);
        var b = site.b();
        var x = site.operand(0);
        var y = b.append(new MaxPool(poolWindow(x, o)), x);
        if (!site.isQuantized()) {
            site.define(0, Activations.onReals(b, o.activation(), y));
            return;
        }
        requireSameZero(site, x);
        site.define(0, Activations.onIntegers(b, o.activation(), y));
    }

    private static Window2d poolWindow(Value x, OperatorOptions.Pool2d o) throws NotImported {
        requireRank4(x, x);
        return window(x.type().shape(), o.filterH(), o.filterW(), o.strideH(), o.strideW(), 1, 1, o.same());
    }

    /** SAME: ceil(in / stride) outputs, the odd row or column of padding at the bottom and right. */
    private static Window2d window(Shape x, int kernelH, int kernelW, int strideH, int strideW, int dilationH,
                                   int dilationW, boolean same) throws NotImported {
        long spanH = dilationH * (kernelH - 1L) + 1;
        long spanW = dilationW * (kernelW - 1L) + 1;
        if (kernelH < 1 || kernelW < 1 || strideH < 1 || strideW < 1 || dilationH < 1 || dilationW < 1
            || spanH > MAX_SPAN || spanW > MAX_SPAN || strideH > MAX_SPAN || strideW > MAX_SPAN) {
            throw NotImported.inconsistent("window " + kernelH + "x" + kernelW + ", strides " + strideH + "x" + strideW
                + ", dilations " + dilationH + "x" + dilationW);
        }
        var window = new Window2d(kernelH, kernelW, strideH, strideW, dilationH, dilationW, 0, 0, 0, 0);
        if (!same) {
            return window;
        }
        int h = samePadding(x.dim(1), strideH, spanH);
        int w = samePadding(x.dim(2), strideW, spanW);
        return window.padded(h / 2, w / 2, h - h / 2, w - w / 2);
    }

    private static int samePadding(int in, int stride, long span) {
        long out = (in + (long) stride - 1) / stride;
        return Math.toIntExact(Math.max(0, (out - 1) * stride + span - in));
    }

    private static Value bias(OperatorSite site) throws NotImported {
        var bias = site.operand(2);
        if (bias.type().storage() != ScalarType.I32) {
            throw NotImported.form("bias of " + bias.type().storage());
        }
        return bias;
    }

    private static void requireOneArithmetic(Value x, Value w) throws NotImported {
        if (x.type().isQuantized() != w.type().isQuantized()) {
            throw NotImported.form("operand " + x.type().element() + " with weights " + w.type().storage()
                + ": quantization at run time");
        }
    }

    private static void requireRank4(Value x, Value w) throws NotImported {
        if (x.type().rank() != 4 || w.type().rank() != 4) {
            throw NotImported.inconsistent("takes operands of rank 4, has " + x.type().shape() + " and "
                + w.type().shape());
        }
    }

    private static void requireSameZero(OperatorSite site, Value x) throws NotImported {
        var in = x.type().quantized();
        var out = site.quantizedResult();
        if (in.zeroPoint(0) != out.zeroPoint() || Math.abs(in.scale(0) - out.scale()) > 1e-6f) {
            throw NotImported.inconsistent("a pool keeps scale and zero point, but has " + in + " and " + out);
        }
    }
}
