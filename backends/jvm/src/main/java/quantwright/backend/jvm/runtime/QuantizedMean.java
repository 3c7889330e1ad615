package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.Averages;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;

/**
 * Mean of a quantized tensor over one group of neighbouring axes.
 *
 * @param x [outer, length, inner]
 * @param out [outer, inner]
 * @param outer product of the extents before the summed ones
 * @param length product of the summed extents
 * @param inner product of the extents after them
 * @param storage of the operand
 * @param result storage of the result
 * @param zero taken from each element
 * @param how from sum to mean
 */
public record QuantizedMean(int x, int out, int outer, int length, int inner, Storage storage, Storage result,
        int zero, How how) implements Step {
    /** From sum to mean. */
    public sealed interface How {
    }

    /**
     * Rescaled.
     *
     * @param finish the rescaling
     */
    public record Rescaled(Finish finish) implements How {
    }

    /**
     * Divided, ties away from zero.
     *
     * @param count by what
     * @param range of the result
     */
    public record Divided(int count, QuantRange range) implements How {
    }

    /**
     * TFLite's: see {@link Averages.TfliteMean}.
     *
     * @param scaler the rescaling
     * @param offset taken from the sum
     * @param bias added after rescaling
     * @param range of the result
     */
    public record Tflite(Requantizer.Fixed scaler, int offset, int bias, QuantRange range) implements How {
    }

    @Override
    public void reserve(Memory memory) {
        memory.sums(2, inner);
        if (how instanceof Rescaled r) {
            r.finish().reserve(memory, inner);
        }
    }

    @Override
    public void run(Memory memory) {
        int[] sums = memory.sums(2, inner)[0];
        int[] row = memory.sums(2, inner)[1];
        for (int o = 0; o < outer; o++) {
            java.util.Arrays.fill(sums, 0, inner, 0);
            for (int j = 0; j < length; j++) {
                storage.centre(memory.array(x), (o * length + j) * inner, zero, row, inner);
                add(sums, row);
            }
            Object target = memory.array(out);
            switch (how) {
                case Rescaled r -> r.finish().store(memory, sums, 0, 0, target, o * inner, 1, inner);
                case Divided d -> {
                    for (int i = 0; i < inner; i++) {
                        result.set(target, o * inner + i, Averages.divide(sums[i], d.count(), d.range()));
                    }
                }
                case Tflite t -> {
                    for (int i = 0; i < inner; i++) {
                        result.set(target, o * inner + i,
                                t.range().clamp(t.scaler().scale(sums[i] - t.offset()) + t.bias()));
                    }
                }
            }
        }
    }

    private void add(int[] sums, int[] row) {
        for (int i = 0; i < inner; i++) {
            sums[i] += row[i];
        }
    }
}
