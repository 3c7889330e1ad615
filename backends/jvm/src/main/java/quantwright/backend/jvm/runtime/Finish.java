package quantwright.backend.jvm.runtime;

import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Requantizer;
import quantwright.ir.arith.Rounding;

/** How sums of an integer product become results. Channels count from the first of the whole result. */
public sealed interface Finish {
    /** Adds to and constants bound of f32 that round to whole numbers: 1.5 * 2^23. */
    float SHIFTER = 0x1.8p23f;

    /**
     * Stores results.
     *
     * @param sums sums without bias; changed
     * @param channel channel of the first sum
     * @param step channels from one sum to the next: 1, or 0 where all are of one channel
     * @param out array of the result
     * @param at slot of the first result
     * @param pitch slots from one result to the next
     * @param n how many
     */
    void store(Memory memory, int[] sums, int channel, int step, Object out, int at, int pitch, int n);

    /**
     * Stores results of sums that floats hold exactly, bias included; {@link #bias()} is empty.
     *
     * @param sums the sums; changed
     */
    default void store(Memory memory, float[] sums, int channel, int step, Object out, int at, int pitch, int n) {
        int[] whole = memory.ints(n);
        for (int i = 0; i < n; i++) {
            whole[i] = (int) sums[i];
        }
        store(memory, whole, channel, step, out, at, pitch, n);
    }

    /**
     * Stores results of sums without bias that doubles hold exactly.
     *
     * @param channel channel of the first sum
     * @param at slot of the first result
     */
    default void storeWide(Memory memory, double[] sums, int channel, Object out, int at, int n) {
        throw new UnsupportedOperationException("no form for 64-bit sums: " + this);
    }

    /** For each channel what is added to its sums, or empty. */
    int[] bias();

    /** The sum of channel {@code c}, bias included. */
    private static double biased(int[] bias, double sum, int c) {
        return bias.length == 0 ? sum : sum + bias[c];
    }

    /** Scratch for rows of {@code n}. */
    default void reserve(Memory memory, int n) {
        memory.scratch(n);
        memory.ints(n);
    }

    /** Puts values, {@code pitch} slots apart. */
    private static void put(Storage storage, int[] values, Object out, int at, int pitch, int n) {
        if (pitch == 1) {
            storage.narrow(values, out, at, n);
        } else if (out instanceof byte[] bytes) {
            for (int i = 0; i < n; i++) {
                bytes[at + i * pitch] = (byte) values[i];
            }
        } else {
            for (int i = 0; i < n; i++) {
                storage.set(out, at + i * pitch, values[i]);
            }
        }
    }

    private static void addBias(int[] sums, int[] bias, int channel, int step, int n) {
        if (bias.length == 0) {
            return;
        }
        if (step == 0) {
            int b = bias[channel];
            for (int i = 0; i < n; i++) {
                sums[i] += b;
            }
            return;
        }
        for (int i = 0; i < n; i++) {
            sums[i] += bias[channel + i];
        }
    }

    /**
     * The sums themselves, in i32.
     *
     * @param bias for each channel, or empty
     */
    record Raw(int[] bias) implements Finish {
        @Override
        public void store(Memory memory, int[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            addBias(sums, bias, channel, step, n);
            put(Storage.I32, sums, out, at, pitch, n);
        }

        @Override
        public void storeWide(Memory memory, double[] sums, int channel, Object out, int at, int n) {
            for (int i = 0; i < n; i++) {
                ((int[]) out)[at + i] = (int) (long) biased(bias, sums[i], channel + i);
            }
        }
    }

    /**
     * {@link Requantizer.F32} in a form the JIT vectorizes: adding and taking off 1.5 * 2^23 rounds to whole numbers,
     * half to even, below 2^22, and the clamp before leaves nothing larger.
     *
     * @param bias for each channel, or empty
     * @param factors for each channel, or one
     * @param range zero point and clamp
     * @param storage of the result
     */
    record F32(int[] bias, float[] factors, QuantRange range, Storage storage) implements Finish {
        @Override
        public void store(Memory memory, int[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            addBias(sums, bias, channel, step, n);
            float low = range.min() - range.zero();
            float high = range.max() - range.zero();
            float[] scaled = memory.scratch(n);
            if (step == 0 || factors.length == 1) {
                scale(sums, factors[factors.length == 1 ? 0 : channel], scaled, n);
            } else if (channel == 0) {
                scale(sums, factors, scaled, n);
            } else {
                scale(sums, factors, channel, scaled, n);
            }
            round(scaled, low, high, n);
            shift(scaled, range.zero(), sums, n);
            put(storage, sums, out, at, pitch, n);
        }

        @Override
        public void storeWide(Memory memory, double[] sums, int channel, Object out, int at, int n) {
            float[] scaled = memory.scratch(n);
            int[] values = memory.ints(n);
            for (int i = 0; i < n; i++) {
                int c = channel + i;
                scaled[i] = (float) biased(bias, sums[i], c) * factors[factors.length == 1 ? 0 : c];
            }
            round(scaled, range.min() - range.zero(), range.max() - range.zero(), n);
            shift(scaled, range.zero(), values, n);
            put(storage, values, out, at, 1, n);
        }

        @Override
        public void store(Memory memory, float[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            float low = range.min() - range.zero();
            float high = range.max() - range.zero();
            float zero = range.zero();
            if (storage != Storage.WHOLE || step == 1 && channel != 0 && factors.length > 1) {
                Finish.super.store(memory, sums, channel, step, out, at, pitch, n);
                return;
            }
            if (step == 0 || factors.length == 1) {
                rescale(sums, factors[factors.length == 1 ? 0 : channel], low, high, zero, n);
            } else {
                rescale(sums, factors, low, high, zero, n);
            }
            if (pitch == 1) {
                System.arraycopy(sums, 0, out, at, n);
                return;
            }
            float[] result = (float[]) out;
            for (int i = 0; i < n; i++) {
                result[at + i * pitch] = sums[i];
            }
        }

        private static void rescale(float[] sums, float factor, float low, float high, float zero, int n) {
            for (int i = 0; i < n; i++) {
                sums[i] = Math.min(Math.max(sums[i] * factor, low), high) + SHIFTER - SHIFTER + zero;
            }
        }

        private static void rescale(float[] sums, float[] factors, float low, float high, float zero, int n) {
            for (int i = 0; i < n; i++) {
                sums[i] = Math.min(Math.max(sums[i] * factors[i], low), high) + SHIFTER - SHIFTER + zero;
            }
        }

        private static void scale(int[] sums, float factor, float[] scaled, int n) {
            for (int i = 0; i < n; i++) {
                scaled[i] = (float) sums[i] * factor;
            }
        }

        private static void scale(int[] sums, float[] factors, float[] scaled, int n) {
            for (int i = 0; i < n; i++) {
                scaled[i] = (float) sums[i] * factors[i];
            }
        }

        private static void scale(int[] sums, float[] factors, int channel, float[] scaled, int n) {
            for (int i = 0; i < n; i++) {
                scaled[i] = (float) sums[i] * factors[channel + i];
            }
        }

        private static void round(float[] scaled, float low, float high, int n) {
            for (int i = 0; i < n; i++) {
                scaled[i] = Math.min(Math.max(scaled[i], low), high) + SHIFTER - SHIFTER;
            }
        }

        private static void shift(float[] scaled, int zero, int[] values, int n) {
            for (int i = 0; i < n; i++) {
                values[i] = (int) scaled[i] + zero;
            }
        }
    }

    /**
     * Fixed-point rescaling in doubles.
     *
     * @param bias for each channel, or empty
     * @param scaler the rescaling of the channels, or of all
     * @param range zero point and clamp
     * @param storage of the result
     */
    record Doubled(int[] bias, DoubleScaler scaler, QuantRange range, Storage storage) implements Finish {
        @Override
        public void reserve(Memory memory, int n) {
            Finish.super.reserve(memory, n);
            memory.doubles(n);
        }

        @Override
        public void store(Memory memory, int[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            addBias(sums, bias, channel, step, n);
            float[] scaled = memory.scratch(n);
            double[] d = memory.doubles(n)[0];
            for (int i = 0; i < n; i++) {
                d[i] = sums[i];
            }
            finish(d, channel, step, n);
            put(d, scaled, out, at, pitch, n);
        }

        @Override
        public void store(Memory memory, float[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            double[] d = memory.doubles(n)[0];
            DoubleScaler.widen(sums, 0f, d, n);
            finish(d, channel, step, n);
            put(d, sums, out, at, pitch, n);
        }

        private void finish(double[] d, int channel, int step, int n) {
            boolean single = scaler.high().length == 1;
            if (single || step == 0) {
                scaler.scale(d, single ? 0 : channel, n);
            } else if (channel == 0) {
                scaler.scale(d, n);
            } else {
                scaler.scaleFrom(d, channel, n);
            }
            DoubleScaler.clamp(d, range.zero(), range.min(), range.max(), n);
        }

        private void put(double[] d, float[] scaled, Object out, int at, int pitch, int n) {
            DoubleScaler.narrow(d, scaled, n);
            if (pitch == 1 && storage == Storage.WHOLE) {
                System.arraycopy(scaled, 0, out, at, n);
                return;
            }
            for (int i = 0; i < n; i++) {
                storage.set(out, at + i * pitch, (long) scaled[i]);
            }
        }
    }

    /**
     * Fixed-point rescaling.
     *
     * @param bias for each channel, or empty
     * @param rounding mode and widths
     * @param values multipliers of the channels, or one
     * @param exponents their exponents
     * @param range zero point and clamp
     * @param storage of the result
     */
    record Fixed(int[] bias, Rounding.Fixed rounding, long[] values, int[] exponents, QuantRange range,
            Storage storage) implements Finish {
        @Override
        public void store(Memory memory, int[] sums, int channel, int step, Object out, int at, int pitch, int n) {
            addBias(sums, bias, channel, step, n);
            boolean single = values.length == 1;
            for (int i = 0; i < n; i++) {
                int c = single ? 0 : channel + i * step;
                sums[i] = range.clamp(Requantizer.Fixed.scale(rounding, values[c], exponents[c], sums[i])
                        + range.zero());
            }
            put(storage, sums, out, at, pitch, n);
        }

        @Override
        public void storeWide(Memory memory, double[] sums, int channel, Object out, int at, int n) {
            for (int i = 0; i < n; i++) {
                int c = values.length == 1 ? 0 : channel + i;
                long sum = (long) biased(bias, sums[i], channel + i);
                long scaled = Requantizer.Fixed.scaleWide(rounding, values[c], exponents[c], sum);
                storage.set(out, at + i, range.clamp(Math.addExact(scaled, (long) range.zero())));
            }
        }
    }
}
