package quantwright.backend.npu.lower;

import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.arith.Scales;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.npu.isa.Rescaling;

/**
 * What happens to the sums of a product.
 *
 * @param rescaling arithmetic
 * @param table bias and factor of each output
 * @param zero zero point added after rounding
 * @param clamp least and greatest result, before the lookup
 * @param lookup 256 bytes that results go through after; null for none
 * @param raw whether the sums themselves, bias added, are the result, as i32
 */
record Finish(Rescaling rescaling, byte[] table, int zero, Clamp clamp, byte[] lookup, boolean raw) {
    /** What a product's own rounding says. */
    static Finish of(Node product, int outputs) {
        Value x = product.operand(0);
        Value w = product.operand(1);
        int[] bias = product.operands().size() > 2 ? Operands.constant(product.operand(2)).ints() : new int[outputs];
        if (product.result().type().element() == ScalarType.I32) {
            return new Finish(RawSums.RESCALING, RawSums.tables(bias), 0, Clamp.full(ScalarType.I16), null, true);
        }
        Rounding rounding = rounding(product);
        QuantizedType weights = w.type().quantized();
        float out = product.result().type().quantized().scale(0);
        double[] factors = new double[weights.scaleCount()];
        for (int i = 0; i < factors.length; i++) {
            float in = x.type().quantized().scale(0);
            factors[i] = product.op() instanceof QDense
                    ? Scales.fullyConnectedFactor(rounding, weights instanceof QuantizedType.PerAxis, in, weights.scale(i), out)
                    : Scales.productFactor(in, weights.scale(i), out);
        }
        return new Finish(Tables.rescaling(rounding), Tables.requantize(rounding, bias, factors),
                product.result().type().quantized().zeroPoint(0), clamp(product), null, false);
    }

    /** The same with results going through a table. */
    Finish through(byte[] entries) {
        byte[] composed = entries.clone();
        if (lookup != null) {
            for (int i = 0; i < composed.length; i++) {
                composed[i] = entries[lookup[i] - Byte.MIN_VALUE];
            }
        }
        return new Finish(rescaling, table, zero, clamp, composed, raw);
    }

    /** Bytes of one output's entry. */
    int entryBytes() {
        return 4 + rescaling.factorBytes();
    }

    private static Rounding rounding(Node product) {
        return product.op() instanceof QConv2d c ? c.rounding() : ((QDense) product.op()).rounding();
    }

    private static Clamp clamp(Node product) {
        return product.op() instanceof QConv2d c ? c.clamp() : ((QDense) product.op()).clamp();
    }
}
