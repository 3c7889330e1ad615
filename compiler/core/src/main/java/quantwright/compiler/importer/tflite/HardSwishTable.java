package quantwright.compiler.importer.tflite;

import quantwright.ir.arith.GemmlowpFunctions;
import quantwright.ir.arith.IntegerRounding;
import quantwright.ir.arith.Multiplier;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Rounding;
import quantwright.ir.type.QuantizedType;

/**
 * HARD_SWISH on 8 bits as TensorFlow Lite computes it, in 16-bit fixed point, as a table. With
 * x = (q - zero) * 2^7: a = x * (s_in / 2^7 / s_out) and r = x * (s_in / 2^7 / (3 / 2^15)) saturated to [-1, 1) in Q15,
 * both by rounding doubling high multiplies; the result is a * (r + 1) / 2. Source: TensorFlow Lite
 * {@code reference_ops::HardSwish}.
 */
final class HardSwishTable {
    private static final float RELUISH_SCALE = 3.0f / 32768.0f;

    private HardSwishTable() {
    }

    static int[] fill(QuantizedType.PerTensor in, QuantizedType.PerTensor out) throws NotImported {
        float hires = 1.0f / 128.0f * in.scale();
        var output = Multiplier.of(hires / out.scale(), 15);
        var reluish = Multiplier.of(hires / RELUISH_SCALE, 15);
        if (output.exponent() > 0) {
            throw NotImported.form("output scale " + out.scale() + " below a 128th of the operand's " + in.scale());
        }
        QuantRange range = Activations.range(out);
        var table = new int[256];
        for (int i = 0; i < table.length; i++) {
            // In 16 bits as the runtime holds it: a distant zero point wraps there too.
            short x = (short) ((i + in.storage().minValue() - in.zeroPoint()) * (1 << 7));
            short onOutput = (short) GemmlowpFunctions.multiply(x, (short) output.value());
            short r = saturatingShift(x, Math.max(reluish.exponent() - 1, 0));
            r = (short) GemmlowpFunctions.multiply(r, (short) reluish.value());
            r = reluish.exponent() > 0 ? saturatingShift(r, 1) : r;
            if (reluish.exponent() < 0) {
                r = (short) IntegerRounding.shiftRight(r, -reluish.exponent(), Rounding.Mode.HALF_AWAY);
            }
            r = (short) (r + (1 << 15) >> 1);
            int product = r * onOutput / (1 << 15);
            table[i] = range.clamp(IntegerRounding.shiftRight(product, -output.exponent(), Rounding.Mode.HALF_AWAY)
                + range.zero());
        }
        return table;
    }

    private static short saturatingShift(short value, int amount) {
        return (short) Math.clamp((long) value << amount, Short.MIN_VALUE, Short.MAX_VALUE);
    }
}
