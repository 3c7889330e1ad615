package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.eval;
import static quantwright.ir.interp.Ops.f32;
import static quantwright.ir.interp.Ops.i64;
import static quantwright.ir.interp.Ops.longs;
import static quantwright.ir.interp.Ops.random;
import static quantwright.ir.interp.Ops.vector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Cast;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

class ReducingTest {
    @ParameterizedTest
    @CsvSource({"SUM,2,9", "MEAN,0.66666667,3", "MAX,3,5", "MIN,-2,1", "PROD,-6,15", "SUM_SQUARE,14,35",
        "L2,3.7416574,5.9160798"})
    void everyKind(ReduceKind kind, float first, float second) {
        Tensor x = f32(dims(2, 3), 1, -2, 3, 5, 3, 1);
        float[] expected = {first, second};
        assertArrayEquals(expected, eval(new Reduce(kind, Ints.of(1), false), x).floats(), 1e-6f);
        Tensor wide = eval(new Reduce(kind, Ints.of(1), false), eval(new Cast(ScalarType.F64), x));
        assertEquals(first, wide.doubles()[0], 1e-6);
        if (kind != ReduceKind.L2 && kind != ReduceKind.MEAN) {
            Tensor whole = eval(new Reduce(kind, Ints.of(1), false), eval(new Cast(ScalarType.I64), x));
            assertArrayEquals(new long[] {(long) first, (long) second}, longs(whole));
        }
    }

    @Test
    void axesInAnyOrderKeptOrNot() {
        Tensor x = random(1, 2, 3, 4, 5);
        Tensor kept = eval(new Reduce(ReduceKind.SUM, Ints.of(-2, 1), true), x);
        assertEquals(Shape.of(2, 1, 1, 5), kept.type().shape());
        Tensor flat = eval(new Reduce(ReduceKind.SUM, Ints.of(1, 2), false), x);
        assertEquals(Shape.of(2, 5), flat.type().shape());
        assertArrayEquals(flat.floats(), kept.floats());
        double sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += x.floats()[60 + i * 5 + 3];
        }
        assertEquals(sum, flat.floats()[8], 1e-5);
        assertThrows(IllegalArgumentException.class,
                () -> eval(new Reduce(ReduceKind.MAX, Ints.of(0), false), i64(dims(0))));
    }

    @Test
    void sumsInSixteenLanes() {
        // Lane 0 gets 2^24 and then 1 + 1: absorbed there one by one, but not if they were summed on their own first.
        float[] x = new float[33];
        x[0] = 0x1p24f;
        x[16] = 1;
        x[32] = 1;
        assertEquals(0x1p24f, eval(new Reduce(ReduceKind.SUM, Ints.of(0), false),
                Tensor.ofFloats(dims(33), x)).floats()[0]);
        x[32] = 0;
        x[17] = 1;
        x[16] = 0;
        x[25] = 1;
        assertEquals(0x1p24f + 2, eval(new Reduce(ReduceKind.SUM, Ints.of(0), false),
                Tensor.ofFloats(dims(33), x)).floats()[0]);
    }

    @Test
    void softmaxAlongAnyAxis() {
        Tensor x = f32(dims(2, 3), -1, 0, 1, 0, 1, 2);
        float[] row = {0.09003058f, 0.24472848f, 0.66524094f};
        float[] y = eval(new Softmax(-1, 1), x).floats();
        assertArrayEquals(new float[] {row[0], row[1], row[2], row[0], row[1], row[2]}, y, 1e-6f);
        Tensor t = eval(new Transpose(Ints.of(1, 0)), x);
        Tensor z = eval(new Transpose(Ints.of(1, 0)), eval(new Softmax(0, 1), t));
        assertArrayEquals(y, z.floats());
        // Large values do not overflow; beta scales the exponent.
        assertArrayEquals(new float[] {0.5f, 0.5f}, eval(new Softmax(0, 1), vector(1e30, 1e30)).floats());
        assertArrayEquals(row, eval(new Softmax(0, 0.5f), vector(-2, 0, 2)).floats(), 1e-6f);
        assertArrayEquals(new float[] {-2.4076059f, -1.4076059f, -0.40760594f},
                eval(new LogSoftmax(0), vector(0, 1, 2)).floats(), 1e-6f);
    }
}
