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
import quantwright.ir.data.Tensor;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Concat;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Gather;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

class MovementTest {
    private static final Tensor MATRIX = i64(dims(2, 3), 1, 2, 3, 4, 5, 6);

    private static Tensor count(int... dims) {
        Tensor t = Tensor.zeros(quantwright.ir.type.TensorType.of(ScalarType.I32, dims));
        for (int i = 0; i < t.size(); i++) {
            t.ints()[i] = i;
        }
        return t;
    }

    @Test
    void transposeAndReshape() {
        assertArrayEquals(new long[] {1, 4, 2, 5, 3, 6}, longs(eval(new Transpose(Ints.of(1, 0)), MATRIX)));
        assertEquals(Shape.of(3, 2), eval(new Reshape(Ints.of(3, 2)), MATRIX).type().shape());
        Tensor x = count(2, 3, 4, 5);
        Tensor nchw = eval(new Transpose(Ints.of(0, 3, 1, 2)), x);
        for (int n = 0; n < 2; n++) {
            for (int h = 0; h < 3; h++) {
                for (int w = 0; w < 4; w++) {
                    for (int c = 0; c < 5; c++) {
                        assertEquals(x.ints()[((n * 3 + h) * 4 + w) * 5 + c],
                                nchw.ints()[((n * 5 + c) * 3 + h) * 4 + w]);
                    }
                }
            }
        }
        assertEquals(0, eval(new Transpose(Ints.of(0, 2, 3, 1)), nchw).countDifferences(x));
        assertEquals(7, eval(new Transpose(Ints.of()), i64(dims(), 7)).longs()[0]);
    }

    @Test
    void sliceWithStepsOfEitherSign() {
        assertArrayEquals(new long[] {3, 1, 6, 4},
                longs(eval(new Slice(Ints.of(0, 2), Ints.of(2, 2), Ints.of(1, -2)), MATRIX)));
        assertEquals(0, eval(new Slice(Ints.of(0, 0), Ints.of(0, 3), Ints.of(1, 1)), MATRIX).size());
    }

    @Test
    void concatAlongAnyAxis() {
        assertArrayEquals(new long[] {1, 2, 3, 7, 4, 5, 6, 8},
                longs(eval(new Concat(-1), MATRIX, i64(dims(2, 1), 7, 8))));
        assertArrayEquals(new long[] {1, 2, 3, 4, 5, 6, 7, 8, 9},
                longs(eval(new Concat(0), MATRIX, i64(dims(1, 3), 7, 8, 9))));
    }

    @Test
    void expandRepeatsExtentsOfOne() {
        assertArrayEquals(new long[] {1, 1, 2, 2, 1, 1, 2, 2},
                longs(eval(new Expand(Ints.of(2, 2, 2)), i64(dims(2, 1), 1, 2))));
        assertArrayEquals(new long[] {9, 9, 9}, longs(eval(new Expand(Ints.of(3)), i64(dims(), 9))));
    }

    @Test
    void gatherReplacesTheAxisByTheIndices() {
        assertArrayEquals(new long[] {3, 1, 6, 4}, longs(eval(new Gather(1), MATRIX, i64(dims(2), -1, 0))));
        Tensor scalar = eval(new Gather(0), MATRIX, i64(dims(), 1));
        assertEquals(Shape.of(3), scalar.type().shape());
        assertArrayEquals(new long[] {4, 5, 6}, longs(scalar));
        assertThrows(IllegalArgumentException.class, () -> eval(new Gather(0), MATRIX, i64(dims(1), 2)));
    }

    @Test
    void depthToSpaceInBothOrdersAndBack() {
        // ONNX's example: 8 channels holding 0, 9, 18, ..., 63 at the first pixel of a 2x3 image.
        float[] data = new float[48];
        for (int c = 0; c < 8; c++) {
            for (int p = 0; p < 6; p++) {
                data[p * 8 + c] = 9 * c + p;
            }
        }
        Tensor x = Tensor.ofFloats(dims(1, 2, 3, 8), data);
        Tensor dcr = eval(new DepthToSpace(2, false), x);
        assertEquals(Shape.of(1, 4, 6, 2), dcr.type().shape());
        float[] row = new float[6];
        for (int i = 0; i < 6; i++) {
            row[i] = dcr.floats()[i * 2];
        }
        assertArrayEquals(new float[] {0, 18, 1, 19, 2, 20}, row);
        Tensor crd = eval(new DepthToSpace(2, true), x);
        for (int i = 0; i < 6; i++) {
            row[i] = crd.floats()[i * 2];
        }
        assertArrayEquals(new float[] {0, 9, 1, 10, 2, 11}, row);
        assertEquals(0, eval(new SpaceToDepth(2), dcr).countDifferences(x));
    }

    @Test
    void channelShuffleInterleavesGroups() {
        assertArrayEquals(new float[] {0, 3, 1, 4, 2, 5},
                eval(new ChannelShuffle(2), f32(dims(1, 6), 0, 1, 2, 3, 4, 5)).floats());
    }

    @Test
    void padModes() {
        Tensor x = vector(1, 2, 3);
        assertArrayEquals(new float[] {9, 9, 1, 2, 3, 9},
                eval(new Pad(Ints.of(2), Ints.of(1), PadMode.CONSTANT, 9), x).floats());
        assertArrayEquals(new float[] {3, 2, 1, 2, 3, 2},
                eval(new Pad(Ints.of(2), Ints.of(1), PadMode.REFLECT, 0), x).floats());
        assertArrayEquals(new float[] {1, 1, 1, 2, 3, 3},
                eval(new Pad(Ints.of(2), Ints.of(1), PadMode.EDGE, 0), x).floats());
        assertArrayEquals(new float[] {2, 3, 0},
                eval(new Pad(Ints.of(-1), Ints.of(1), PadMode.CONSTANT, 0), x).floats());
        assertArrayEquals(new long[] {0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0},
                longs(eval(new Pad(Ints.of(1, 0), Ints.of(0, 1), PadMode.CONSTANT, 0), MATRIX)));
        assertArrayEquals(new long[] {6, 5, 4, 5, 3, 2, 1, 2, 6, 5, 4, 5, 3, 2, 1, 2},
                longs(eval(new Pad(Ints.of(1, 2), Ints.of(1, -1), PadMode.REFLECT, 0), MATRIX)));
    }

    @Test
    void padOfQuantizedIsTheQuantizedValue() {
        Tensor x = integers(QuantizedType.perTensor(ScalarType.U8, 0.5f, 3), dims(1), 200);
        assertArrayEquals(new long[] {3, 200, 3},
                longs(eval(new Pad(Ints.of(1), Ints.of(1), PadMode.CONSTANT, 0), x)));
        assertArrayEquals(new long[] {5, 200, 5},
                longs(eval(new Pad(Ints.of(1), Ints.of(1), PadMode.CONSTANT, 1), x)));
    }
}
