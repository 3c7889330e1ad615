package quantwright.compiler.evaluate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import quantwright.ir.data.Tensor;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

class ScoresTest {
    @Test
    void quantizedOutputsAreDequantized() {
        TensorType type = new TensorType(QuantizedType.perTensor(ScalarType.U8, 0.5f, 3), Shape.of(1, 3));
        assertArrayEquals(new float[] {-1.5f, 0, 126}, Scores.of(Tensor.of(type, new byte[] {0, 3, (byte) 255})));
    }

    @Test
    void equalScoresGoToTheLowerIndex() {
        float[] scores = {1, 3, 3, 2};
        assertEquals(1, Scores.top1(scores));
        assertTrue(Scores.inTop(scores, 1, 1));
        assertFalse(Scores.inTop(scores, 2, 1));
        assertTrue(Scores.inTop(scores, 2, 2));
        assertFalse(Scores.inTop(scores, 4, 5));
        assertFalse(Scores.inTop(scores, -1, 5));
    }

    @Test
    void divergenceOfLogitsIsThatOfTheirSoftmax() {
        float[] p = {0.7f, 0.2f, 0.1f};
        float[] q = {0.5f, 0.25f, 0.25f};
        float[] logitsP = {(float) Math.log(0.7) + 3, (float) Math.log(0.2) + 3, (float) Math.log(0.1) + 3};
        double expected = 0.7 * Math.log(0.7 / 0.5) + 0.2 * Math.log(0.2 / 0.25) + 0.1 * Math.log(0.1 / 0.25);
        assertEquals(expected, Scores.divergence(Scores.logProbabilities(p, true), Scores.logProbabilities(q, true)),
                1e-6);
        assertEquals(expected, Scores.divergence(Scores.logProbabilities(logitsP, false), Scores.logProbabilities(q,
                true)),
                1e-6);
        assertTrue(Scores.areProbabilities(p));
        assertFalse(Scores.areProbabilities(logitsP));
    }

    @Test
    void zeroProbabilitiesStayFinite() {
        double d = Scores.divergence(Scores.logProbabilities(new float[] {0.5f, 0.5f}, true),
                Scores.logProbabilities(new float[] {1, 0}, true));
        assertTrue(d > 1 && d < 10, "divergence " + d);
    }
}
