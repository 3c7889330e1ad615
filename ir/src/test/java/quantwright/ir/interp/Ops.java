package quantwright.ir.interp;

import java.util.List;
import java.util.SplittableRandom;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Op;
import quantwright.ir.op.OpContext;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Short forms for evaluating one op in a test. */
final class Ops {
    private Ops() {
    }

    /** Evaluates an op that infers its own result. */
    static Tensor eval(Op op, Tensor... operands) {
        return as(op, null, operands);
    }

    /** Evaluates an op whose result element is given. */
    static Tensor as(Op op, ElementType result, Tensor... operands) {
        List<Tensor> all = List.of(operands);
        List<TensorType> types = op.infer(new OpContext(op.mnemonic(), all.stream().map(Tensor::type).toList(),
                result == null ? List.of() : List.of(result)));
        return Interpreter.evaluate(op, all, types).get(0);
    }

    static int[] dims(int... dims) {
        return dims;
    }

    static Tensor f32(int[] dims, double... values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return Tensor.ofFloats(dims, floats);
    }

    static Tensor vector(double... values) {
        return f32(dims(values.length), values);
    }

    static Tensor integers(ElementType element, int[] dims, long... values) {
        Tensor out = Tensor.zeros(TensorType.of(element, dims));
        for (int i = 0; i < values.length; i++) {
            out.setInteger(i, values[i]);
        }
        return out;
    }

    static Tensor i64(int[] dims, long... values) {
        return integers(ScalarType.I64, dims, values);
    }

    static long[] longs(Tensor t) {
        long[] out = new long[t.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = t.integer(i);
        }
        return out;
    }

    /** f32 values in (-1, 1), the same for the same seed. */
    static Tensor random(long seed, int... dims) {
        Tensor out = Tensor.zeros(TensorType.of(ScalarType.F32, dims));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < out.size(); i++) {
            out.floats()[i] = (float) random.nextDouble(-1, 1);
        }
        return out;
    }

    /** Stored integers over the whole range of the storage. */
    static Tensor random(long seed, ElementType element, int... dims) {
        Tensor out = Tensor.zeros(TensorType.of(element, dims));
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < out.size(); i++) {
            out.setInteger(i, random.nextLong(element.storage().minValue(), element.storage().maxValue() + 1));
        }
        return out;
    }
}
