package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Expand;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Folding, common subexpressions, dead code, dense layers, channel shuffles. */
class BasicPassesTest {
    @Test
    void foldsConstantExpressions() {
        PassFixture f = new PassFixture();
        var c = f.op(new Unary(UnaryKind.EXP), f.op(new Binary(BinaryKind.ADD), f.weights(3), f.scalar(2)));
        f.output(f.op(new Binary(BinaryKind.MUL), f.input(2, 3), c));
        assertEquals(Map.of("fold-constant", 2), f.runExactly(new FoldConstants()));
        assertEquals(List.of("binary"), f.ops());
    }

    @Test
    void leavesAConstantThatWouldGrowLargeAndQuantizedOnes() {
        PassFixture f = new PassFixture();
        f.output(f.op(new Expand(Ints.of(1000, 1000)), f.scalar(1)));
        var q = QuantizedType.perTensor(ScalarType.I8, 0.1f, 3);
        f.output(f.op(new Dequantize(), f.constant(f.randomTensor(TensorType.of(q, 4)))));
        assertEquals(Map.of(), f.run(new FoldConstants()));
    }

    @Test
    void computesEqualExpressionsOnce() {
        PassFixture f = new PassFixture();
        var x = f.input(4);
        var a = f.op(new Unary(UnaryKind.EXP), f.op(new Binary(BinaryKind.ADD), x, f.constant(new int[] {1}, 2)));
        var b = f.op(new Unary(UnaryKind.EXP), f.op(new Binary(BinaryKind.ADD), x, f.constant(new int[] {1}, 2)));
        var c = f.op(new Unary(UnaryKind.EXP), f.op(new Binary(BinaryKind.ADD), x, f.constant(new int[] {1, 1}, 2)));
        f.output(a).output(b).output(c);
        assertEquals(Map.of("common-subexpression", 3), f.runExactly(new EliminateCommonSubexpressions()));
        assertSame(f.graph.outputs().get(0), f.graph.outputs().get(1));
        assertEquals(2, f.count("unary"));
    }

    @Test
    void erasesOnlyWhatReachesNoOutput() {
        PassFixture f = new PassFixture();
        var x = f.input(4);
        var used = f.op(new Unary(UnaryKind.EXP), x);
        f.op(new Unary(UnaryKind.ABS), f.op(new Unary(UnaryKind.NEG), used));
        f.output(used);
        assertEquals(Map.of("dead-code", 2), f.runExactly(new EliminateDeadCode()));
        assertEquals(List.of("unary"), f.ops());
    }

    @Test
    void turnsAProductByAConstantMatrixIntoDense() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 3, 8);
        f.output(f.op(new MatMul(false), x, f.weights(8, 5)));
        f.output(f.op(new MatMul(true), x, f.weights(1, 5, 8)));
        assertEquals(Map.of("matmul-to-dense", 2), f.runExactly(new LowerDense()));
        assertEquals(List.of("dense", "dense"), f.ops());
    }

    @Test
    void keepsBatchedAndVariableProducts() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 3, 8);
        f.output(f.op(new MatMul(false), x, f.weights(2, 8, 5)));
        f.output(f.op(new MatMul(false), x, f.input(8, 5)));
        f.output(f.op(new MatMul(false), f.weights(4, 3), x));
        assertEquals(Map.of(), f.runExactly(new LowerDense()));
    }

    @Test
    void recognisesChannelShufflesInBothOrders() {
        PassFixture f = new PassFixture();
        var nchw = f.input(2, 6, 3, 5);
        f.output(f.op(new Reshape(Ints.of(2, 6, 3, 5)), f.transpose(Ints.of(0, 2, 1, 3, 4),
                f.op(new Reshape(Ints.of(2, 3, 2, 3, 5)), nchw))));
        f.output(f.op(new Reshape(Ints.of(2, 6, 3, 5)), f.transpose(Ints.of(0, 2, 1, 3),
                f.op(new Reshape(Ints.of(2, 2, 3, 15)), nchw))));
        var nhwc = f.input(2, 3, 5, 6);
        f.output(f.op(new Reshape(Ints.of(2, 3, 5, 6)), f.transpose(Ints.of(0, 1, 2, 4, 3),
                f.op(new Reshape(Ints.of(2, 3, 5, 2, 3)), nhwc))));
        assertEquals(Map.of("channel-shuffle", 3), f.runExactly(new LowerChannelShuffle()));
        assertEquals(List.of("transpose", "channel_shuffle", "transpose", "transpose", "channel_shuffle", "transpose",
                "channel_shuffle"), f.ops());
    }

    @Test
    void keepsAShuffleOfSpaceAndOneWithAnotherShape() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 6, 3, 5);
        f.output(f.op(new Reshape(Ints.of(2, 6, 15)), f.transpose(Ints.of(0, 2, 1, 3, 4),
                f.op(new Reshape(Ints.of(2, 3, 2, 3, 5)), x))));
        f.output(f.op(new Reshape(Ints.of(2, 6, 3, 5)), f.transpose(Ints.of(0, 1, 3, 2, 4),
                f.op(new Reshape(Ints.of(2, 3, 2, 3, 5)), x))));
        assertEquals(Map.of(), f.runExactly(new LowerChannelShuffle()));
    }

    @Test
    void denseLayersKeepTheirBiasOrder() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 8);
        f.output(f.op(new Binary(BinaryKind.ADD), f.op(new MatMul(false), x, f.weights(8, 5)), f.weights(5)));
        f.run(new LowerDense());
        assertEquals(Map.of("add-into-bias", 1), f.runWithin(new FoldBatchNorm(), 1e-5));
        assertEquals(new Dense(), f.graph.last().op());
        assertEquals(3, f.graph.last().operands().size());
    }
}
