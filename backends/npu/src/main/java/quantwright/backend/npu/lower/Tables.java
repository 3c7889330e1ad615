package quantwright.backend.npu.lower;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.Rounding;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.RoundingMode;

/** Parameter tables of {@code docs/npu.md}, and the instruction set's name of a rounding. */
final class Tables {
    private Tables() {
    }

    /** The instruction set's form of a rounding. */
    static Rescaling rescaling(Rounding rounding) {
        return switch (rounding) {
            case Rounding.F32 _ -> Rescaling.f32();
            case Rounding.Fixed f -> new Rescaling(RoundingMode.valueOf(f.mode().name()), f.multiplierBits(),
                    f.intermediate() == Rounding.Intermediate.I64);
        };
    }

    /** Entries of a bias and a factor; one factor for all if there is only one. */
    static byte[] requantize(Rounding rounding, int[] bias, double[] factors) {
        ByteBuffer table = buffer(bias.length * (4 + factorBytes(rounding)));
        for (int i = 0; i < bias.length; i++) {
            table.putInt(bias[i]);
            factor(table, rounding, factors[factors.length == 1 ? 0 : i]);
        }
        return table.array();
    }

    /** Factors one after another. */
    static byte[] factors(Rounding rounding, double... factors) {
        ByteBuffer table = buffer(factors.length * factorBytes(rounding));
        for (double f : factors) {
            factor(table, rounding, f);
        }
        return table.array();
    }

    /** A factor given as a multiplier. */
    static byte[] factor(Multiplier multiplier) {
        return buffer(8).putInt((int) multiplier.value()).putInt(multiplier.exponent()).array();
    }

    /** A fixed-point sum: left shift, factors of first, second and sum. */
    static byte[] add(int shift, Multiplier first, Multiplier second, Multiplier sum) {
        ByteBuffer table = buffer(28).putInt(shift);
        for (Multiplier m : new Multiplier[] {first, second, sum}) {
            table.putInt((int) m.value()).putInt(m.exponent());
        }
        return table.array();
    }

    /** Integers. */
    static byte[] integers(int... values) {
        ByteBuffer table = buffer(4 * values.length);
        for (int v : values) {
            table.putInt(v);
        }
        return table.array();
    }

    /** Reals. */
    static byte[] reals(float... values) {
        ByteBuffer table = buffer(4 * values.length);
        for (float v : values) {
            table.putFloat(v);
        }
        return table.array();
    }

    /** Bytes of one factor. */
    static int factorBytes(Rounding rounding) {
        return rescaling(rounding).factorBytes();
    }

    private static void factor(ByteBuffer table, Rounding rounding, double factor) {
        switch (rounding) {
            case Rounding.F32 _ -> table.putFloat((float) factor);
            case Rounding.Fixed f -> {
                Multiplier m = Multiplier.of(factor, f.multiplierBits());
                table.putInt((int) m.value()).putInt(m.exponent());
            }
        }
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
