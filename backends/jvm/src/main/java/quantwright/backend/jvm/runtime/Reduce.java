package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.FloatMath;
import quantwright.ir.arith.FloatReduce;
import quantwright.ir.op.ReduceKind;

/**
 * Reduces each row of an f32 matrix to one element.
 *
 * @param x [count, length]
 * @param out [count]
 * @param count rows
 * @param length elements of a row
 * @param kind which
 */
public record Reduce(int x, int out, int count, int length, ReduceKind kind) implements Step {
    @Override
    public void reserve(Memory memory) {
        memory.scratch(FloatReduce.LANES);
    }

    @Override
    public void run(Memory memory) {
        float[] a = memory.floats(x);
        float[] b = memory.floats(out);
        float[] lanes = memory.scratch(FloatReduce.LANES);
        for (int i = 0; i < count; i++) {
            b[i] = row(a, i * length, lanes);
        }
    }

    private float row(float[] a, int from, float[] lanes) {
        return switch (kind) {
            case SUM -> Lanes.sum(a, from, length, lanes);
            case MEAN -> Lanes.sum(a, from, length, lanes) / (float) length;
            case SUM_SQUARE -> FloatReduce.sumOfSquares(a, from, length, lanes);
            case L2 -> FloatMath.sqrt(FloatReduce.sumOfSquares(a, from, length, lanes));
            case MAX -> FloatReduce.max(a, from, length, lanes);
            case MIN -> FloatReduce.min(a, from, length, lanes);
            case PROD -> {
                float product = 1;
                for (int i = from; i < from + length; i++) {
                    product *= a[i];
                }
                yield product;
            }
        };
    }
}
