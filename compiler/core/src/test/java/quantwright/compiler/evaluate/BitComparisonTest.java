package quantwright.compiler.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import quantwright.ir.data.Tensor;

class BitComparisonTest {
    @Test
    void countsBytesNotElements() {
        Tensor a = Tensor.ofFloats(new int[] {3}, 1f, 2f, 3f);
        Tensor b = Tensor.ofFloats(new int[] {3}, 1f, Float.intBitsToFloat(Float.floatToIntBits(2f) + 1), -3f);
        assertEquals(2, BitComparison.differences(a, b));
        assertEquals(0, BitComparison.differences(a, a));
    }

    @Test
    void nansOfAnyPayloadAreEqual() {
        Tensor a = Tensor.ofFloats(new int[] {2}, Float.NaN, 1f);
        Tensor b = Tensor.ofFloats(new int[] {2}, Float.intBitsToFloat(0x7fc00123), 1f);
        Tensor c = Tensor.ofFloats(new int[] {2}, Float.intBitsToFloat(0x7fc00123), Float.intBitsToFloat(0x3f800001));
        assertEquals(0, BitComparison.differences(a, b));
        assertEquals(1, BitComparison.differences(a, c));
    }

    @Test
    void anotherSizeIsADifference() {
        assertEquals(8, BitComparison.differences(Tensor.ofFloats(new int[] {2}, 1f, 2f),
                Tensor.ofFloats(new int[] {1}, 1f)));
    }

    @Test
    void negativeZeroIsNotZero() {
        assertEquals(1, BitComparison.differences(Tensor.ofFloats(new int[] {1}, 0f), Tensor.ofFloats(new int[] {1},
                -0f)));
    }
}
