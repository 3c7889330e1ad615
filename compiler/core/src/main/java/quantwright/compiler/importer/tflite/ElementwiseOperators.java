package quantwright.compiler.importer.tflite;

import java.util.function.DoubleUnaryOperator;
import quantwright.ir.Value;
import quantwright.ir.arith.ActivationTable;
import quantwright.ir.arith.ArithmeticPreset;
import quantwright.ir.arith.DoubleFunctions;
import quantwright.ir.arith.OpFamily;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.TensorOp;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Elementwise arithmetic, activations, softmax, reductions and changes of the element type. */
final class ElementwiseOperators {
    private ElementwiseOperators() {
    }

    /** ADD, SUB, MUL, DIV, MAXIMUM, MINIMUM. */
    static void binary(OperatorSite site, BinaryKind kind) throws NotImported {
        var activation = site.operator().options() instanceof OperatorOptions.Arithmetic o ? o.activation()
            : Activation.NONE;
        var b = site.b();
        var x = site.operand(0);
        var y = site.operand(1);
        if (!site.isQuantized()) {
            site.define(0, Activations.onReals(b, activation, b.append(new Binary(kind), x, y)));
            return;
        }
        var clamp = Activations.clamp(activation, site.resultType(0));
        var op = switch (kind) {
            case ADD, SUB -> new QAdd(kind == BinaryKind.SUB, ArithmeticPreset.TFLITE.rounding(OpFamily.ADD), clamp);
            case MUL -> new QMul(ArithmeticPreset.TFLITE.rounding(OpFamily.MUL), clamp);
            default -> throw NotImported.form("on quantized operands");
        };
        site.define(0, b.append(op, site.quantizedResult(), x, y));
    }

    /** An activation that is a function of one element: an op on reals, a table on 8-bit integers. */
    static void unary(OperatorSite site, TensorOp op, DoubleUnaryOperator function) throws NotImported {
        var x = site.operand(0);
        if (!site.isQuantized()) {
            site.define(0, site.b().append(op, x));
        } else if (function == null) {
            throw NotImported.form("on a quantized operand");
        } else {
            var in = operandType(x);
            site.define(0, lookup(site, x, ActivationTable.fillTflite(function, in.scale(), in.zeroPoint(),
                (int) in.storage().minValue(), site.quantizedResult().scale(),
                Activations.range(site.quantizedResult()))));
        }
    }

    /** LEAKY_RELU. */
    static void leakyRelu(OperatorSite site) throws NotImported {
        float alpha = site.options(OperatorOptions.LeakyRelu.class).alpha();
        var x = site.operand(0);
        if (!site.isQuantized()) {
            site.define(0, site.b().append(new LeakyRelu(alpha), x));
            return;
        }
        var in = operandType(x);
        site.define(0, lookup(site, x, ActivationTable.fillTfliteLeakyRelu(alpha, in.scale(), in.zeroPoint(),
            (int) in.storage().minValue(), site.quantizedResult().scale(),
            Activations.range(site.quantizedResult()))));
    }

    /** RELU, RELU6, RELU_N1_TO_1 as operators of their own. */
    static void clipping(OperatorSite site, Activation activation) throws NotImported {
        var b = site.b();
        var x = site.operand(0);
        if (!site.isQuantized()) {
            site.define(0, Activations.onReals(b, activation, x));
            return;
        }
        site.define(0, Activations.onIntegers(b, activation, rescaled(site, x)));
    }

    private static Value rescaled(OperatorSite site, Value x) throws NotImported {
        var out = site.quantizedResult();
        return x.type().element().equals(out) ? x
            : site.b().append(new Requantize(ArithmeticPreset.TFLITE.rounding(OpFamily.REQUANTIZE)), out, x);
    }

    private static Value lookup(OperatorSite site, Value x, int[] entries) throws NotImported {
        var out = site.quantizedResult();
        var table = Tensor.zeros(TensorType.of(out.storage(), entries.length));
        for (int i = 0; i < entries.length; i++) {
            table.setInteger(i, entries[i]);
        }
        return site.b().append(new QLookup(), out, x, site.b().constant(table));
    }

    private static QuantizedType.PerTensor operandType(Value x) throws NotImported {
        if (x.type().element() instanceof QuantizedType.PerTensor q && q.storage().bits() == 8) {
            return q;
        }
        throw NotImported.form("on " + x.type().element());
    }

    /** SOFTMAX along the last axis. */
    static void softmax(OperatorSite site) throws NotImported {
        float beta = site.options(OperatorOptions.Softmax.class).beta();
        var x = site.operand(0);
        int axis = x.type().rank() - 1;
        site.define(0, site.isQuantized()
            ? site.b().append(new QSoftmax(axis, beta, SoftmaxRule.TFLITE), site.quantizedResult(), x)
            : site.b().append(new Softmax(axis, beta), x));
    }

    /** LOG_SOFTMAX along the last axis. */
    static void logSoftmax(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        unary(site, new LogSoftmax(x.type().rank() - 1), null);
    }

    /** MEAN, SUM, REDUCE_MAX, REDUCE_MIN, REDUCE_PROD; the axes are a constant operand. */
    static void reduce(OperatorSite site, ReduceKind kind) throws NotImported {
        boolean keep = site.options(OperatorOptions.Reducer.class).keepDims();
        var x = site.operand(0);
        var axes = site.b().ints(site.input(1));
        int rank = x.type().rank();
        for (int i = 0; i < axes.length; i++) {
            axes[i] = axes[i] < 0 ? axes[i] + rank : axes[i];
        }
        axes = Ints.of(axes).stream().sorted().distinct().toArray();
        if (!site.isQuantized()) {
            site.define(0, site.b().append(new Reduce(kind, Ints.of(axes), keep), x));
            return;
        }
        if (kind != ReduceKind.MEAN) {
            throw NotImported.form("on a quantized operand");
        }
        var op = new QMean(Ints.of(axes), keep, AverageRule.TFLITE_MEAN,
            ArithmeticPreset.TFLITE.rounding(OpFamily.MEAN), Clamp.full(site.quantizedResult().storage()));
        site.define(0, site.b().append(op, site.quantizedResult(), x));
    }

    /** QUANTIZE: from reals, or from one scale to another. */
    static void quantize(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        var out = site.quantizedResult();
        if (x.type().isQuantized()) {
            site.define(0, site.b().append(new Requantize(ArithmeticPreset.TFLITE.rounding(OpFamily.REQUANTIZE)), out,
                x));
        } else {
            site.define(0, site.b().append(new Quantize(), out, x));
        }
    }

    /** DEQUANTIZE: from integers, or from a narrower float type. */
    static void dequantize(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        site.define(0, x.type().isQuantized() ? site.b().append(new Dequantize(), x)
            : site.b().append(new Cast(ScalarType.F32), x));
    }

    /** CAST to the result's own type. */
    static void cast(OperatorSite site) throws NotImported {
        if (!(site.resultType(0).element() instanceof ScalarType to) || site.operand(0).type().isQuantized()) {
            throw NotImported.form("between quantized types");
        }
        site.define(0, site.b().append(new Cast(to), site.operand(0)));
    }

    /** SQUARE. */
    static void square(OperatorSite site) throws NotImported {
        if (site.isQuantized()) {
            throw NotImported.form("on a quantized operand");
        }
        site.define(0, site.b().append(new Binary(BinaryKind.MUL), site.operand(0), site.operand(0)));
    }

    /** An elementwise function without an integer form. */
    static void real(OperatorSite site, UnaryKind kind) throws NotImported {
        unary(site, new Unary(kind), null);
    }

    static void logistic(OperatorSite site) throws NotImported {
        unary(site, new Unary(UnaryKind.SIGMOID), DoubleFunctions::sigmoid);
    }

    static void tanh(OperatorSite site) throws NotImported {
        unary(site, new Unary(UnaryKind.TANH), DoubleFunctions::tanh);
    }

    /** HARD_SWISH: on integers in the runtime's own fixed point. */
    static void hardSwish(OperatorSite site) throws NotImported {
        var x = site.operand(0);
        site.define(0, site.isQuantized()
            ? lookup(site, x, HardSwishTable.fill(operandType(x), site.quantizedResult()))
            : site.b().append(new Unary(UnaryKind.HARD_SWISH), x));
    }

    static void gelu(OperatorSite site) throws NotImported {
        boolean approximate = site.options(OperatorOptions.Gelu.class).approximate();
        unary(site, new Unary(approximate ? UnaryKind.GELU_TANH : UnaryKind.GELU),
            approximate ? DoubleFunctions::geluTanh : DoubleFunctions::gelu);
    }
}
