package quantwright.compiler.importer.tflite;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.importer.recurrent.Unroller;
import quantwright.ir.Value;
import quantwright.ir.arith.GemmlowpFunctions;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMul;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * The LSTM of 8-bit weights and inputs and a 16-bit cell, with TensorFlow Lite's roundings
 * ({@code lstm_eval.cc}, {@code LstmStepInteger8x8_16}): gates are sums of two products, each rescaled to 16 bits of
 * scale 2^-12; gate activations have scale 2^-15 and come from tables; the cell state's scale is a power of two.
 *
 * <p>The recurrent product saturates at 16 bits before it is added to the input's; the runtime saturates the sum only.
 * They differ where the recurrent product alone exceeds 8 and the input's has the other sign.
 */
final class IntegerLstm {
    /** Gate inputs: 16 bits, three of them before the point. */
    private static final QuantizedType.PerTensor GATE_INPUT = QuantizedType.perTensor(ScalarType.I16, 0x1p-12f, 0);
    private static final QuantizedType.PerTensor ACTIVATION = QuantizedType.perTensor(ScalarType.I16, 0x1p-15f, 0);
    private static final int GATE_INTEGER_BITS = 3;
    /** Place, among the tensors inside the operator, of the one that carries the hidden state's parameters. */
    private static final int HIDDEN_PARAMETERS = 4;
    private static final Rounding EXACT_HALF_AWAY =
        new Rounding.Fixed(31, Rounding.Mode.HALF_AWAY, Rounding.Intermediate.I64);
    private static final Clamp FULL = Clamp.full(ScalarType.I16);
    private static final int INPUT = 0;
    private static final int FORGET = 1;
    private static final int CELL = 2;
    private static final int OUTPUT = 3;

    private final GraphBuilder b;
    private final QuantizedType.PerTensor cellType;
    private final QuantizedType.PerTensor hiddenType;
    private final Clamp cellClamp;
    private final Value logistic;
    private final Value tanh;
    private final Value cellTanh;

    private IntegerLstm(OperatorSite site, OperatorOptions.SequenceLstm options) throws NotImported {
        b = site.b();
        cellType = parameters(b.tensor(site.input(LstmOperator.CELL_STATE)), ScalarType.I16);
        int[] inside = site.operator().intermediates();
        if (inside.length <= HIDDEN_PARAMETERS) {
            throw NotImported.inconsistent("lacks the parameters of its hidden state");
        }
        hiddenType = parameters(b.tensor(inside[HIDDEN_PARAMETERS]), ScalarType.I8);
        if (hiddenType.zeroPoint() != 0) {
            throw NotImported.form("with a hidden state of zero point " + hiddenType.zeroPoint());
        }
        int exponent = Math.getExponent(cellType.scale());
        int integerBits = 15 + exponent;
        if (cellType.scale() != Math.scalb(1f, exponent) || integerBits < 0 || integerBits > 8) {
            throw NotImported.form("with a cell state of scale " + cellType.scale());
        }
        int bound = (int) Math.min(options.cellClip() / cellType.scale(), Short.MAX_VALUE);
        cellClamp = options.cellClip() > 0 ? new Clamp(-bound, bound) : FULL;
        logistic = table(true, GATE_INTEGER_BITS);
        tanh = table(false, GATE_INTEGER_BITS);
        cellTanh = integerBits == GATE_INTEGER_BITS ? tanh : table(false, integerBits);
    }

    private static QuantizedType.PerTensor parameters(TfliteFile.Tensor tensor, ScalarType storage) throws NotImported {
        if (TensorTypes.of(tensor).element() instanceof QuantizedType.PerTensor q && q.storage() == storage) {
            return q;
        }
        throw NotImported.form("with '" + tensor.name() + "' other than " + storage + " quantized per tensor");
    }

    private Value table(boolean sigmoid, int integerBits) {
        var entries = new short[1 << 16];
        for (int i = 0; i < entries.length; i++) {
            short x = (short) (i + Short.MIN_VALUE);
            entries[i] = sigmoid ? GemmlowpFunctions.logistic(x, integerBits) : GemmlowpFunctions.tanh(x, integerBits);
        }
        return b.constant(Tensor.of(TensorType.of(ScalarType.I16, entries.length), entries));
    }

    /**
     * Unrolls the layer.
     *
     * @param x inputs [T, B, I]
     * @return hidden states [T, B, H]
     */
    static Value sequence(OperatorSite site, OperatorOptions.SequenceLstm options, Value x) throws NotImported {
        if (!site.has(LstmOperator.INPUT_WEIGHTS)) {
            throw NotImported.form("on integers with coupled gates");
        }
        if (options.activation() != Activation.TANH) {
            throw NotImported.form("on integers with activation " + options.activation());
        }
        return new IntegerLstm(site, options).unroll(site, x);
    }

    private Value unroll(OperatorSite site, Value x) throws NotImported {
        int length = x.type().dim(0);
        int batch = x.type().dim(1);
        int hidden = site.operand(LstmOperator.RECURRENT_WEIGHTS).type().dim(0);
        Unroller.checkLength(length);
        var flat = b.append(new Reshape(Ints.of(length * batch, x.type().dim(2))), x);
        List<Value> projected = new ArrayList<>();
        List<Value> recurrent = new ArrayList<>();
        for (int gate = 0; gate < LstmOperator.GATES; gate++) {
            projected.add(b.append(new QDense(Rounding.GEMMLOWP, FULL), GATE_INPUT, flat,
                site.operand(LstmOperator.INPUT_WEIGHTS + gate), site.operand(LstmOperator.BIAS + gate)));
            recurrent.add(site.operand(LstmOperator.RECURRENT_WEIGHTS + gate));
        }
        var h = zeros(hiddenType, batch, hidden);
        var c = zeros(cellType, batch, hidden);
        var results = new Value[length];
        for (int t = 0; t < length; t++) {
            var gates = new Value[LstmOperator.GATES];
            for (int gate = 0; gate < gates.length; gate++) {
                gates[gate] = gate(projected.get(gate), t, h, recurrent.get(gate), gate == CELL ? tanh : logistic);
            }
            var kept = b.append(new QMul(EXACT_HALF_AWAY, FULL), cellType, gates[FORGET], c);
            var added = b.append(new QMul(EXACT_HALF_AWAY, FULL), cellType, gates[INPUT], gates[CELL]);
            c = b.append(new QAdd(false, Rounding.FLOAT32, cellClamp), cellType, kept, added);
            var squashed = b.append(new QLookup(), ACTIVATION, c, cellTanh);
            h = b.append(new QMul(Rounding.GEMMLOWP, Clamp.full(ScalarType.I8)), hiddenType, gates[OUTPUT], squashed);
            results[t] = b.append(new Reshape(Ints.of(1, batch, hidden)), h);
        }
        return b.append(new QConcat(0, Rounding.FLOAT32), hiddenType, results);
    }

    /** The activation of (input product of step t) + h Rᵀ. */
    private Value gate(Value projected, int t, Value h, Value weights, Value table) {
        int batch = h.type().dim(0);
        int hidden = projected.type().dim(1);
        var input = b.append(new Slice(Ints.of(t * batch, 0), Ints.of(batch, hidden), Ints.of(1, 1)), projected);
        var product = b.append(new QDense(Rounding.GEMMLOWP, FULL), GATE_INPUT, h, weights);
        // Equal scales: the sum is exact and saturates.
        var sum = b.append(new QAdd(false, Rounding.FLOAT32, FULL), GATE_INPUT, input, product);
        return b.append(new QLookup(), ACTIVATION, sum, table);
    }

    private Value zeros(QuantizedType.PerTensor type, int... dims) {
        return b.constant(Tensor.zeros(TensorType.of(type, dims)));
    }
}
