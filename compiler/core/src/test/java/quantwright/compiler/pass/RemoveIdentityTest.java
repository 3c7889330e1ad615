package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Identity;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

class RemoveIdentityTest {
    private static final float INF = Float.POSITIVE_INFINITY;

    @Test
    void removesEveryKindOfNoOp() {
        PassFixture f = new PassFixture();
        Ints zero = Ints.of(0, 0, 0, 0);
        var x = f.op(new Unary(UnaryKind.EXP), f.input(1, 4, 4, 3));
        x = f.op(new Identity(), x);
        x = f.op(new Reshape(Ints.of(1, 4, 4, 3)), x);
        x = f.transpose(Ints.range(0, 4), x);
        x = f.op(new Pad(zero, zero, PadMode.CONSTANT, 1), x);
        x = f.op(new Slice(zero, Ints.of(1, 4, 4, 3), Ints.of(2, 1, 1, 1)), x);
        x = f.op(new Concat(1), x);
        x = f.op(new Clip(-INF, INF), x);
        x = f.op(new Cast(ScalarType.F32), x);
        x = f.op(new Expand(Ints.of(1, 4, 4, 3)), x);
        x = f.op(new AvgPool(Window2d.of(1, 1, 1, 1), false, 0, 0), x);
        x = f.op(new MaxPool(Window2d.of(1, 1, 1, 1)), x);
        x = f.op(new Binary(BinaryKind.MUL), f.scalar(1), x);
        x = f.op(new Binary(BinaryKind.SUB), x, f.constant(new int[] {3}, 0, 0, 0));
        x = f.op(new Binary(BinaryKind.ADD), x, f.scalar(-0f));
        f.output(x);
        Map<String, Integer> hits = f.runExactly(new RemoveIdentity());
        f.run(new EliminateDeadCode());
        assertEquals(List.of("unary"), f.ops());
        assertEquals(Map.of("identity", 1, "no-op-movement", 7, "no-op-arithmetic", 4, "one-element-pool", 2), hits);
    }

    @Test
    void keepsWhatOnlyLooksLikeANoOp() {
        PassFixture f = new PassFixture();
        Ints zero = Ints.of(0, 0, 0, 0);
        var x = f.input(1, 4, 4, 3);
        f.output(f.op(new Slice(Ints.of(0, 3, 0, 0), Ints.of(1, 4, 4, 3), Ints.of(1, -1, 1, 1)), x));
        f.output(f.op(new Pad(zero, Ints.of(0, 0, 0, 1), PadMode.CONSTANT, 0), x));
        f.output(f.op(new Clip(-INF, 6), x));
        f.output(f.op(new AvgPool(Window2d.of(1, 1, 2, 2), false, 0, 0), x));
        f.output(f.op(new Binary(BinaryKind.MUL), x, f.constant(new int[] {1, 1, 1, 1, 1}, 1)));
        f.output(f.op(new Binary(BinaryKind.ADD), x, f.scalar(0)));
        f.output(f.op(new Binary(BinaryKind.SUB), f.scalar(0), x));
        assertEquals(Map.of(), f.runExactly(new RemoveIdentity()));
    }

    @Test
    void composesReshapesAndTransposes() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 3, 4, 5);
        f.output(f.op(new Reshape(Ints.of(4, 30)), f.op(new Reshape(Ints.of(120)), x)));
        f.output(f.transpose(Ints.of(1, 0, 2, 3), f.transpose(PassFixture.NHWC, x)));
        f.output(f.transpose(PassFixture.NHWC, f.transpose(PassFixture.NCHW, x)));
        f.runExactly(new RemoveIdentity());
        assertEquals(List.of("reshape", "transpose"), f.ops());
    }

    @Test
    void composesSlicesAndPads() {
        PassFixture f = new PassFixture();
        var x = f.input(9, 8);
        var y = f.op(new Slice(Ints.of(8, 1), Ints.of(4, 6), Ints.of(-2, 1)), x);
        f.output(f.op(new Slice(Ints.of(1, 4), Ints.of(2, 1), Ints.of(2, -7)), y));
        var padded = f.op(new Pad(Ints.of(1, 0), Ints.of(0, 2), PadMode.CONSTANT, 3), x);
        f.output(f.op(new Pad(Ints.of(1, 1), Ints.of(1, 0), PadMode.CONSTANT, 3), padded));
        assertEquals(Map.of("compose-slices", 1, "compose-pads", 1), f.runExactly(new RemoveIdentity()));
        assertEquals(List.of("slice", "pad"), f.ops());
    }

    @Test
    void keepsPadsOfOtherValuesModesAndSigns() {
        PassFixture f = new PassFixture();
        var x = f.op(new Pad(Ints.of(1, 0), Ints.of(0, 2), PadMode.CONSTANT, 3), f.input(9, 8));
        f.output(f.op(new Pad(Ints.of(1, 1), Ints.of(1, 0), PadMode.CONSTANT, 0), x));
        f.output(f.op(new Pad(Ints.of(1, 1), Ints.of(1, 0), PadMode.EDGE, 3), x));
        f.output(f.op(new Pad(Ints.of(-1, 1), Ints.of(1, 0), PadMode.CONSTANT, 3), x));
        assertEquals(Map.of(), f.runExactly(new RemoveIdentity()));
    }

    @Test
    void quantizeOfDequantizeNeedsEqualParameters() {
        PassFixture f = new PassFixture();
        var q = QuantizedType.perTensor(ScalarType.I8, 0.1f, 3);
        var other = QuantizedType.perTensor(ScalarType.I8, 0.2f, 3);
        var x = f.op(new Dequantize(), f.input(q, 300));
        f.output(f.op(q, new Quantize(), x));
        assertEquals(Map.of("no-op-quantization", 1), f.runExactly(new RemoveIdentity()));
        f.output(f.op(other, new Quantize(), f.op(new Dequantize(), f.graph.inputs().get(0))));
        assertEquals(Map.of(), f.runExactly(new RemoveIdentity()));
    }

    @Test
    void reinterpretsCompose() {
        PassFixture f = new PassFixture();
        var u8 = QuantizedType.perTensor(ScalarType.U8, 0.1f, 130);
        var i8 = QuantizedType.perTensor(ScalarType.I8, 0.1f, 2);
        var x = f.input(u8, 300);
        f.output(f.op(u8, new QReinterpret(), f.op(i8, new QReinterpret(), x)));
        f.output(f.op(ScalarType.I8, new QReinterpret(), f.op(ScalarType.U8, new QReinterpret(), x)));
        f.runExactly(new RemoveIdentity());
        assertEquals(List.of("q.reinterpret"), f.ops());
    }
}
