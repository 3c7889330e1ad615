package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

class NormalizeStorageTest {
    private static final Clamp ALL = new Clamp(0, 255);

    private static QuantizedType.PerTensor u8(float scale, int zero) {
        return QuantizedType.perTensor(ScalarType.U8, scale, zero);
    }

    private static void assertAllSigned(PassFixture f) {
        for (Node node : f.graph) {
            if (!(node.op() instanceof QReinterpret)) {
                node.operands().forEach(v -> assertTrue(v.type().storage() != ScalarType.U8, () -> v + " of " + node));
            }
        }
    }

    @Test
    void everyOpGivesTheSameBytes() {
        for (Rounding rounding : List.of(Rounding.FLOAT32, Rounding.GEMMLOWP, Rounding.SINGLE_ROUNDING)) {
            PassFixture f = new PassFixture();
            Value x = f.input(u8(0.02f, 120), 1, 6, 6, 4);
            var perAxis = new QuantizedType.PerAxis(ScalarType.U8, ScalarType.F32, 0,
                    Floats.of(0.01f, 0.02f, 0.03f, 0.04f),
                    Ints.of(100, 128, 140, 0));
            Value w = f.constant(f.randomTensor(TensorType.of(perAxis, 4, 3, 3, 4)));
            Value y = f.op(u8(0.4f, 30), new QConv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1, rounding,
                    new Clamp(30, 200)), x, w);
            y = f.op(u8(0.5f, 100), new QAdd(true, rounding, ALL), y, x);
            y = f.op(u8(0.3f, 9), new QMul(rounding, new Clamp(5, 255)), y, x);
            Value before = y;
            y = f.op(new Pad(Ints.of(0, 1, 1, 0), Ints.of(0, 0, 0, 0), PadMode.CONSTANT, 0), y);
            y = f.op(new MaxPool(Window2d.of(2, 2, 1, 1)), y);
            y = f.op(u8(0.2f, 77), new QConcat(3, rounding), y, before);
            Value table = f.constant(f.randomTensor(TensorType.of(ScalarType.U8, 256)));
            y = f.op(u8(0.1f, 3), new QLookup(), y, table);
            y = f.op(new QClamp(new Clamp(3, 250)), y);
            y = f.op(u8(0.11f, 5), new QAvgPool(Window2d.of(2, 2, 2, 2).padded(1, 1, 1, 1), false, 0, 0,
                    AverageRule.SCALED, rounding, ALL), y);
            y = f.op(u8(0.1f, 4), new QMean(Ints.of(1, 2), false, AverageRule.SCALED, rounding, ALL), y);
            Value dense = f.constant(f.randomTensor(TensorType.of(u8(0.01f, 130), 10, 8)));
            y = f.op(u8(0.05f, 128), new QDense(rounding, ALL), y, dense);
            y = f.op(u8(0.06f, 1), new Requantize(rounding), f.op(new Reshape(Ints.of(10)), y));
            f.output(f.op(new Dequantize(), y));
            for (SoftmaxRule rule : SoftmaxRule.values()) {
                f.output(f.op(u8(1f / 256, 0), new QSoftmax(0, 1, rule), y));
            }
            f.output(f.op(u8(0.1f, 7), new Quantize(), f.op(new Dequantize(), y)));
            f.runExactly(new NormalizeStorage());
            assertAllSigned(f);
            assertEquals(4, f.count("q.reinterpret"));
            assertEquals(Map.of(), f.runExactly(new NormalizeStorage()));
        }
    }

    @Test
    void aDivisionOfStoredValuesKeepsThem() {
        PassFixture f = new PassFixture();
        var type = u8(0.02f, 120);
        Value x = f.op(new QClamp(new Clamp(1, 255)), f.input(type, 1, 6, 6, 4));
        Value y = f.op(type, new QAvgPool(Window2d.of(2, 2, 2, 2), false, 0, 0, AverageRule.TFLITE_DIVISION,
                Rounding.GEMMLOWP, ALL), x);
        f.output(f.op(new QClamp(new Clamp(0, 250)), y));
        assertEquals(1, f.runExactly(new NormalizeStorage()).get("keep-u8-op"));
        assertEquals(List.of("q.reinterpret", "q.clamp", "q.reinterpret", "q.avg_pool", "q.reinterpret", "q.clamp",
                "q.reinterpret"), f.ops());
        assertEquals(Map.of(), f.runExactly(new NormalizeStorage()));
    }

    @Test
    void signedAndPlainTensorsStay() {
        PassFixture f = new PassFixture();
        f.output(f.op(new QClamp(new Clamp(-5, 5)), f.input(QuantizedType.perTensor(ScalarType.I8, 1, 0), 9)));
        f.output(f.op(new Reshape(Ints.of(3, 3)), f.input(ScalarType.U8, 9)));
        assertEquals(Map.of(), f.runExactly(new NormalizeStorage()));
    }

    @Test
    void constantsMoveWithTheirZeroPoints() {
        PassFixture f = new PassFixture();
        Value c = f.constant(Tensor.of(TensorType.of(u8(1, 2), 3), new byte[] {0, (byte) 128, (byte) 255}));
        f.output(f.op(new Dequantize(), c));
        f.runExactly(new NormalizeStorage());
        Value moved = f.graph.last().operand(0);
        assertEquals(QuantizedType.perTensor(ScalarType.I8, 1, -126), moved.type().element());
        assertEquals(-128, Constants.data(moved).orElseThrow().toTensor().integer(0));
    }
}
