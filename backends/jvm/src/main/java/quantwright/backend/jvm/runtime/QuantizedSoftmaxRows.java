package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.QuantizedSoftmax;

/**
 * Softmax of each row of an 8-bit matrix.
 *
 * @param x [count, length]
 * @param out [count, length]
 * @param count rows
 * @param length elements of a row
 * @param from storage of the operand
 * @param to storage of the result
 * @param integers exponentials of the integer rule, or empty
 * @param reals exponentials of TFLite's rule, or empty
 * @param scale of the result
 * @param range of the result
 */
public record QuantizedSoftmaxRows(int x, int out, int count, int length, Storage from, Storage to, int[] integers,
        float[] reals, float scale, QuantRange range) implements Step {
    @Override
    public void reserve(Memory memory) {
        memory.exactInts(length);
    }

    @Override
    public void run(Memory memory) {
        int[][] rows = memory.exactInts(length);
        for (int i = 0; i < count; i++) {
            from.centre(memory.array(x), i * length, 0, rows[0], length);
            if (integers.length > 0) {
                QuantizedSoftmax.integer(integers, rows[0], rows[1], range.min());
            } else {
                QuantizedSoftmax.tflite(reals, rows[0], rows[1], scale, range);
            }
            to.narrow(rows[1], memory.array(out), i * length, length);
        }
    }
}
