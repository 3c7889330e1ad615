package quantwright.compiler.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;

class GroupScalesTest {
    private static final int OUTPUTS = 6;
    private static final int INPUTS = 200;

    /** Weights whose magnitude changes along the inputs. */
    private static float[] weights() {
        Random random = new Random(5);
        float[] w = new float[OUTPUTS * INPUTS];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) (random.nextGaussian() * Math.exp(1.5 * Math.sin(i % INPUTS / 20.0)));
        }
        return w;
    }

    private static double noise(float[] w, WeightBits bits, int group) {
        StoredWeights stored = WeightQuantizer.quantize(quantwright.ir.data.Tensor.of(quantwright.ir.type.TensorType.of(
                quantwright.ir.type.ScalarType.F32, OUTPUTS, INPUTS), w), null, 0.1f, bits, WeightOptions.standard(), group,
                null);
        double noise = 0;
        for (int i = 0; i < w.length; i++) {
            noise += Math.pow(stored.real(i / INPUTS, i % INPUTS) - w[i], 2);
        }
        return noise;
    }

    @ParameterizedTest
    @EnumSource(WeightBits.class)
    void smallerGroupsHaveLessError(WeightBits bits) {
        float[] w = weights();
        double channels = noise(w, bits, 0);
        double wide = noise(w, bits, 128);
        double narrow = noise(w, bits, 32);
        // Few steps of a multiplier's range are left where 8-bit weights fill the accumulator.
        assertTrue(wide < channels * 1.02, wide + " against " + channels);
        assertTrue(narrow < wide, narrow + " against " + wide);
    }

    @Test
    void sumsOfAnyStoredValuesFit() {
        for (WeightBits bits : WeightBits.values()) {
            for (int inputs : new int[] {64, 640, 4096, 25088}) {
                long most = GroupScales.most(inputs, bits);
                assertTrue(most >= 1 && most <= QuantizedType.PerGroup.MOST);
                assertTrue(most == 1 || most * bits.limit() * inputs * 255 <= 1 << 30, bits + " " + inputs);
            }
        }
    }

    @Test
    void theTypeHoldsWhatWasChosen() {
        StoredWeights stored = GroupScales.choose(weights(), new double[OUTPUTS], WeightBits.W4, WeightRange.MSE, 64,
                new float[OUTPUTS]);
        QuantizedType.PerGroup type = (QuantizedType.PerGroup) stored.weights(Shape.of(OUTPUTS, INPUTS), true).type()
                .quantized();
        assertEquals(4, type.groups());
        assertEquals(type.multiplier(3, 199), stored.groups().of(3, 199, INPUTS));
        assertEquals(255, type.multipliers().stream().max().orElseThrow());
    }
}
