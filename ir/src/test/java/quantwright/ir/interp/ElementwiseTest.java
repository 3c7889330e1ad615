package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.eval;
import static quantwright.ir.interp.Ops.f32;
import static quantwright.ir.interp.Ops.i64;
import static quantwright.ir.interp.Ops.integers;
import static quantwright.ir.interp.Ops.longs;
import static quantwright.ir.interp.Ops.vector;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.CompareKind;
import quantwright.ir.op.Elu;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Where;
import quantwright.ir.type.ScalarType;

class ElementwiseTest {
    private static final double NAN = Double.NaN;
    private static final double INF = Double.POSITIVE_INFINITY;

    @Test
    void binaryBroadcastsBothWays() {
        assertArrayEquals(new float[] {11, 21, 12, 22},
                eval(new Binary(BinaryKind.ADD), f32(dims(2, 1), 1, 2), f32(dims(1, 2), 10, 20)).floats());
        assertArrayEquals(new float[] {0.5f, 1},
                eval(new Binary(BinaryKind.DIV), vector(1, 2), f32(dims(), 2)).floats());
    }

    @ParameterizedTest
    @CsvSource({"ADD,7,-2,5", "SUB,7,-2,9", "MUL,7,-2,-14", "DIV,7,-2,-3", "MIN,7,-2,-2", "MAX,7,-2,7", "POW,-2,3,-8",
        "POW,2,-1,0", "MOD,7,-2,-1", "MOD,-7,2,1"})
    void integerArithmetic(BinaryKind kind, long a, long b, long expected) {
        assertEquals(expected, eval(new Binary(kind), i64(dims(), a), i64(dims(), b)).longs()[0]);
    }

    @Test
    void integersWrapAndDivisionByZeroIsRefused() {
        Tensor max = integers(ScalarType.I32, dims(), Integer.MAX_VALUE);
        assertEquals(Integer.MIN_VALUE,
                eval(new Binary(BinaryKind.ADD), max, integers(ScalarType.I32, dims(), 1)).ints()[0]);
        assertEquals(44, eval(new Binary(BinaryKind.ADD), integers(ScalarType.U8, dims(), 200),
                integers(ScalarType.U8, dims(), 100)).integer(0));
        assertThrows(IllegalArgumentException.class,
                () -> eval(new Binary(BinaryKind.DIV), max, integers(ScalarType.I32, dims(), 0)));
    }

    @Test
    void floatMinimumAndRemainder() {
        assertArrayEquals(new float[] {-2, 1}, eval(new Binary(BinaryKind.MIN), vector(-2, 3), vector(5, 1)).floats());
        assertArrayEquals(new float[] {-1, 1.5f},
                eval(new Binary(BinaryKind.MOD), vector(-7, 7.5), vector(2, -3)).floats());
    }

    @Test
    void reluKeepsNanAndNegativeZero() {
        float[] y = eval(new Unary(UnaryKind.RELU), vector(-1, -0.0, 2, NAN)).floats();
        assertArrayEquals(new float[] {0, -0.0f, 2, Float.NaN}, y);
    }

    @ParameterizedTest
    @CsvSource({"NEG,1.5,-1.5", "ABS,-1.5,1.5", "FLOOR,-1.5,-2", "CEIL,-1.5,-1", "ROUND,2.5,2", "ROUND,-1.5,-2",
        "SIGN,-3,-1", "SIGN,0,0", "SQRT,2.25,1.5", "RECIPROCAL,4,0.25", "SIGMOID,0,0.5", "SIGMOID,1.5,0.81757448",
        "TANH,0.5,0.46211716", "EXP,1,2.7182818", "LOG,10,2.3025851", "ERF,0.5,0.52049988", "GELU,1,0.84134475",
        "GELU_TANH,1,0.84119199", "HARD_SWISH,1,0.66666667", "HARD_SWISH,-4,0", "SOFTPLUS,1,1.3132617",
        "SILU,1,0.73105858", "SIN,1,0.84147098", "COS,1,0.54030231"})
    void unaryFunctions(UnaryKind kind, double x, double expected) {
        assertEquals(expected, eval(new Unary(kind), f32(dims(), x)).floats()[0], 3e-7);
        Tensor wide = eval(new Cast(ScalarType.F64), f32(dims(), x));
        assertEquals(expected, eval(new Unary(kind), wide).doubles()[0], 3e-8);
    }

    @Test
    void notOfBooleans() {
        assertArrayEquals(new long[] {1, 0},
                longs(eval(new Unary(UnaryKind.NOT), integers(ScalarType.BOOL, dims(2), 0, 1))));
    }

    @Test
    void clipsAndLines() {
        assertArrayEquals(new float[] {0, 3, 6, Float.NaN},
                eval(new Clip(0, 6), vector(-1, 3, 9, NAN)).floats());
        // test_clip_min_greater_than_max: the upper bound wins.
        assertArrayEquals(new float[] {1, 1, 1}, eval(new Clip(2, 1), vector(-2, 0, 6)).floats());
        assertArrayEquals(new float[] {-0.5f, 3}, eval(new LeakyRelu(0.25f), vector(-2, 3)).floats());
        assertArrayEquals(new float[] {0, 0.5f, 1},
                eval(new HardSigmoid(0.25f, 0.5f), vector(-9, 0, 9)).floats());
        assertArrayEquals(new float[] {-0.5f * 0.63212056f, 2},
                eval(new Elu(0.5f), vector(-1, 2)).floats(), 1e-6f);
        assertArrayEquals(new long[] {-3, 2},
                longs(eval(new Clip(-3, Float.POSITIVE_INFINITY), i64(dims(2), -9, 2))));
    }

    @Test
    void batchNormAlongTheChannels() {
        Tensor y = eval(new BatchNorm(-1, 0), f32(dims(1, 2, 2), 1, 2, 3, 4), vector(1, 10), vector(5, 6), vector(1, 2),
                vector(4, 0.25));
        assertArrayEquals(new float[] {5, 6, 6, 46}, y.floats());
    }

    @Test
    void comparisonsAndChoice() {
        Tensor less = eval(new Compare(CompareKind.LESS), vector(1, 5, NAN), f32(dims(1), 3));
        assertArrayEquals(new long[] {1, 0, 0}, longs(less));
        assertArrayEquals(new float[] {1, 9, 9}, eval(new Where(), less, vector(1, 2, 3), f32(dims(), 9)).floats());
        Tensor x = integers(ScalarType.BOOL, dims(2), 1, 0);
        assertArrayEquals(new long[] {0, 1},
                longs(eval(new Compare(CompareKind.XOR), x, integers(ScalarType.BOOL, dims(1), 1))));
    }

    @Test
    void castsTruncateSaturateAndWrap() {
        Tensor x = vector(-1.9, 300, NAN, INF);
        assertArrayEquals(new long[] {-1, 127, 0, 127}, longs(eval(new Cast(ScalarType.I8), x)));
        assertArrayEquals(new long[] {0, 255, 0, 255}, longs(eval(new Cast(ScalarType.U8), x)));
        assertArrayEquals(new long[] {1, 1, 1, 1}, longs(eval(new Cast(ScalarType.BOOL), x)));
        assertArrayEquals(new long[] {44, -1}, longs(eval(new Cast(ScalarType.I8), i64(dims(2), 300, 255))));
        assertEquals(16777216f, eval(new Cast(ScalarType.F32), i64(dims(), 16777217)).floats()[0]);
        Tensor big = integers(ScalarType.U64, dims(), -1);
        assertEquals(0x1p64, eval(new Cast(ScalarType.F64), big).doubles()[0]);
    }

    @Test
    void sixteenBitFloatsRoundOnce() {
        // 1 + 2^-11 is halfway between two f16; a little more in f64 has to go up, although f32 rounds it to the half.
        Tensor x = Tensor.of(quantwright.ir.type.TensorType.of(ScalarType.F64, 2),
                new double[] {1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11});
        assertArrayEquals(new long[] {0x3c01, 0x3c00}, bits(eval(new Cast(ScalarType.F16), x)));
        Tensor y = Tensor.of(quantwright.ir.type.TensorType.of(ScalarType.F64, 2),
                new double[] {1 + 0x1p-8 + 0x1p-40, 1 + 0x1p-8});
        assertArrayEquals(new long[] {0x3f81, 0x3f80}, bits(eval(new Cast(ScalarType.BF16), y)));
        // Arithmetic in f32, rounded at the end.
        Tensor one = eval(new Cast(ScalarType.F16), vector(1, 0.1));
        Tensor sum = eval(new Binary(BinaryKind.ADD), one, one);
        assertEquals(ScalarType.F16, sum.type().element());
        assertEquals(0.2f, eval(new Cast(ScalarType.F32), sum).floats()[1], 1e-4f);
    }

    private static long[] bits(Tensor half) {
        return new long[] {half.shorts()[0], half.shorts()[1]};
    }
}
