package quantwright.compiler.importer.tflite;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.importer.recurrent.Cell;
import quantwright.compiler.importer.recurrent.OpSink;
import quantwright.compiler.importer.recurrent.Unroller;
import quantwright.ir.Value;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Op;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/**
 * UNIDIRECTIONAL_SEQUENCE_LSTM, unrolled. The states are variables of the model: here they are zero before the first
 * step of every run, as after the runtime's {@code reset_all_variables}. Layer normalization and projection have no
 * import.
 */
final class LstmOperator {
    /** Operands in the order of the gates input, forget, cell, output. */
    static final int INPUT_WEIGHTS = 1;
    static final int RECURRENT_WEIGHTS = 5;
    static final int BIAS = 12;
    static final int CELL_STATE = 19;
    static final int GATES = 4;
    private static final int PEEPHOLES = 9;
    private static final int PROJECTION = 16;
    private static final int NORMALIZATION = 20;
    /** The runtime's gates in the order in which {@link Cell.Lstm} has them: input, output, forget, cell. */
    private static final int[] ORDER = {0, 3, 1, 2};

    private LstmOperator() {
    }

    static void of(OperatorSite site) throws NotImported {
        var options = site.options(OperatorOptions.SequenceLstm.class);
        check(site, options);
        var b = site.b();
        var x = site.operand(0);
        if (x.type().rank() != 3) {
            throw NotImported.inconsistent("takes an operand of rank 3, has " + x.type().shape());
        }
        // Steps first.
        var steps = options.timeMajor() ? x : b.append(new Transpose(Ints.of(1, 0, 2)), x);
        var y = site.isQuantized() ? IntegerLstm.sequence(site, options, steps) : real(site, options, steps);
        site.define(0, options.timeMajor() ? y : b.append(new Transpose(Ints.of(1, 0, 2)), y));
    }

    private static void check(OperatorSite site, OperatorOptions.SequenceLstm options) throws NotImported {
        if (site.has(PROJECTION) || options.projectionClip() != 0) {
            throw NotImported.form("with a projection");
        }
        for (int i = NORMALIZATION; i < NORMALIZATION + GATES; i++) {
            if (site.has(i)) {
                throw NotImported.form("with layer normalization");
            }
        }
        // The first gate's are absent where gates are coupled.
        for (int i = 1; i < GATES; i++) {
            if (!(site.has(INPUT_WEIGHTS + i) && site.has(RECURRENT_WEIGHTS + i) && site.has(BIAS + i))) {
                throw NotImported.inconsistent("lacks weights or bias of gate " + i);
            }
        }
        for (int i = PEEPHOLES; i < PEEPHOLES + GATES - 1; i++) {
            if (site.has(i) && site.isQuantized()) {
                throw NotImported.form("with peepholes on integers");
            }
        }
    }

    private record Sink(GraphBuilder b) implements OpSink<Value> {
        @Override
        public Value emit(Op op, List<Value> operands) {
            return b.append(op, operands.toArray(Value[]::new));
        }

        @Override
        public Value constant(Tensor tensor) {
            return b.constant(tensor);
        }

        @Override
        public TensorType type(Value value) {
            return value.type();
        }
    }

    private static Value real(OperatorSite site, OperatorOptions.SequenceLstm options, Value steps) throws NotImported {
        var b = site.b();
        boolean coupled = !site.has(INPUT_WEIGHTS);
        int hidden = site.operand(RECURRENT_WEIGHTS + 1).type().dim(0);
        List<Value> peepholes = new ArrayList<>();
        if (site.has(PEEPHOLES + 1)) {
            // Operands are input, forget, output; a coupled layer has no input gate to look through one.
            peepholes.add(site.operand(coupled ? PEEPHOLES + 1 : PEEPHOLES));
            peepholes.add(site.operand(PEEPHOLES + 2));
            peepholes.add(site.operand(PEEPHOLES + 1));
        }
        var activation = activation(options.activation());
        var cell = new Cell.Lstm<>(stack(site, INPUT_WEIGHTS, coupled), stack(site, RECURRENT_WEIGHTS, coupled),
            stack(site, BIAS, coupled), peepholes, coupled, 0, options.cellClip(),
            v -> b.append(new Unary(UnaryKind.SIGMOID), v), v -> b.append(activation, v), v -> b.append(activation, v));
        var zero = b.constant(Tensor.zeros(TensorType.of(ScalarType.F32, steps.type().dim(1), hidden)));
        return new Unroller<>(new Sink(b)).unroll(cell, steps, new Cell.State<>(zero, zero), false).sequence();
    }

    private static Op activation(Activation activation) throws NotImported {
        return switch (activation) {
            case TANH -> new Unary(UnaryKind.TANH);
            case RELU -> new Unary(UnaryKind.RELU);
            default -> throw NotImported.form("with activation " + activation);
        };
    }

    /** An operand of all gates below one another; a coupled layer's missing input gate repeats the forget gate's. */
    private static Value stack(OperatorSite site, int first, boolean coupled) throws NotImported {
        var parts = new Value[GATES];
        for (int i = 0; i < GATES; i++) {
            int gate = coupled && ORDER[i] == 0 ? 1 : ORDER[i];
            parts[i] = site.operand(first + gate);
        }
        return site.b().append(new Concat(0), parts);
    }
}
