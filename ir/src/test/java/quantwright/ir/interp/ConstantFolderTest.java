package quantwright.ir.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static quantwright.ir.interp.Ops.dims;
import static quantwright.ir.interp.Ops.i64;
import static quantwright.ir.interp.Ops.longs;
import static quantwright.ir.interp.Ops.vector;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Constant;
import quantwright.ir.op.ConstraintViolation;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Gather;
import quantwright.ir.op.Quantize;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

class ConstantFolderTest {
    private static ConstantData data(Tensor t) {
        return ConstantData.of(t);
    }

    @Test
    void foldsShapeArithmetic() {
        ConstantData shape = data(i64(dims(4), 1, 8, 8, 3));
        ConstantData height = ConstantFolder.fold(new Gather(0), List.of(shape, data(i64(dims(1), 1)))).orElseThrow();
        ConstantData half = ConstantFolder.fold(new Binary(BinaryKind.DIV), List.of(height, data(i64(dims(), 2))))
                .orElseThrow();
        assertArrayEquals(new long[] {4}, longs(half.toTensor()));
    }

    @Test
    void takesTheRequestedElement() {
        QuantizedType type = QuantizedType.perTensor(ScalarType.I8, 0.5f, 1);
        ConstantData q = ConstantFolder.fold(new Quantize(), List.of(data(vector(1, -1))), List.of(type)).orElseThrow();
        assertEquals(type, q.type().element());
        assertArrayEquals(new long[] {3, -1}, longs(q.toTensor()));
    }

    @Test
    void leavesHugeResultsAlone() {
        ConstantData one = data(vector(1));
        assertTrue(ConstantFolder.fold(new Expand(Ints.of(16 * 1024)), List.of(one)).isPresent());
        assertEquals(Optional.empty(), ConstantFolder.fold(new Expand(Ints.of(1 << 20)), List.of(one)));
        ConstantData row = data(Tensor.ofFloats(dims(1, 1 << 15), new float[1 << 15]));
        assertTrue(ConstantFolder.fold(new Expand(Ints.of(4, 1 << 15)), List.of(row)).isPresent());
        assertEquals(Optional.empty(), ConstantFolder.fold(new Expand(Ints.of(5, 1 << 15)), List.of(row)));
        ConstantData large = data(Tensor.ofFloats(dims(1 << 20), new float[1 << 20]));
        assertEquals(Optional.of(large), ConstantFolder.fold(new Constant(large), List.of()));
    }

    @Test
    void leavesErrorsOfTheDataToTheRun() {
        ConstantData zero = data(i64(dims(), 0));
        assertEquals(Optional.empty(), ConstantFolder.fold(new Binary(BinaryKind.DIV), List.of(zero, zero)));
        assertThrows(ConstraintViolation.class,
                () -> ConstantFolder.fold(new Binary(BinaryKind.DIV), List.of(zero, data(vector(1)))));
    }
}
