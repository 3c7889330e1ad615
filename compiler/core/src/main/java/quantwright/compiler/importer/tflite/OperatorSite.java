package quantwright.compiler.importer.tflite;

import quantwright.ir.Value;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.TensorType;

/** One operator of the model with what its import needs to reach. */
record OperatorSite(GraphBuilder b, TfliteFile.Operator operator) {
    /** Whether operand i is there. */
    boolean has(int i) {
        return i < operator.inputs().length && operator.inputs()[i] >= 0;
    }

    /** Tensor index of operand i. */
    int input(int i) throws NotImported {
        if (!has(i)) {
            throw NotImported.inconsistent("lacks operand " + i);
        }
        return operator.inputs()[i];
    }

    int inputs() {
        return operator.inputs().length;
    }

    Value operand(int i) throws NotImported {
        return b.value(input(i));
    }

    TfliteFile.Tensor output(int i) throws NotImported {
        return b.tensor(outputIndex(i));
    }

    TensorType resultType(int i) throws NotImported {
        return TensorTypes.of(output(i));
    }

    private int outputIndex(int i) throws NotImported {
        if (i >= operator.outputs().length) {
            throw NotImported.inconsistent("lacks result " + i);
        }
        return operator.outputs()[i];
    }

    void define(int i, Value value) throws NotImported {
        b.define(outputIndex(i), value);
    }

    /** Whether operand 0 and result 0 are both quantized; neither of them being so is the float case. */
    boolean isQuantized() throws NotImported {
        boolean in = operand(0).type().isQuantized();
        boolean out = resultType(0).isQuantized();
        if (in != out) {
            throw NotImported.form("mixes " + operand(0).type().element() + " and " + resultType(0).element());
        }
        return in;
    }

    /** The quantized type of result 0, per tensor. */
    QuantizedType.PerTensor quantizedResult() throws NotImported {
        if (resultType(0).element() instanceof QuantizedType.PerTensor q) {
            return q;
        }
        throw NotImported.form("result " + resultType(0).element() + " is not quantized per tensor");
    }

    /** The options table, which must be of the given kind. */
    <T extends OperatorOptions> T options(Class<T> kind) throws NotImported {
        if (kind.isInstance(operator.options())) {
            return kind.cast(operator.options());
        }
        throw NotImported.inconsistent("has no options of kind " + kind.getSimpleName());
    }
}
