package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;

class FoldBatchNormTest {
    private static final Conv2d PADDED = new Conv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1);
    private static final Conv2d VALID = new Conv2d(Window2d.of(3, 3, 1, 1), 1);

    private static Value batchNorm(PassFixture f, Value x, int channels) {
        return f.op(new BatchNorm(-1, 1e-3f), x, f.positive(channels), f.weights(channels), f.weights(channels),
                f.positive(channels));
    }

    @Test
    void foldsIntoAConvolution() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 6, 6, 3);
        f.output(batchNorm(f, f.op(PADDED, x, f.weights(8, 3, 3, 3), f.weights(8)), 8));
        assertEquals(Map.of("batch-norm-into-weights", 1), f.runWithin(new FoldBatchNorm(), 1e-5));
        assertEquals(List.of("conv2d"), f.ops());
    }

    @Test
    void foldsIntoDepthwiseAndDense() {
        PassFixture f = new PassFixture();
        f.output(batchNorm(f, f.op(new Conv2d(Window2d.of(3, 3, 2, 2), 4), f.input(1, 7, 7, 4),
                f.weights(8, 3, 3, 1)), 8));
        f.output(batchNorm(f, f.op(new Dense(), f.input(3, 5), f.weights(4, 5)), 4));
        assertEquals(Map.of("batch-norm-into-weights", 2), f.runWithin(new FoldBatchNorm(), 1e-5));
        assertEquals(List.of("conv2d", "dense"), f.ops());
    }

    @Test
    void foldsTheMultiplyAndAddBehindABatchNorm() {
        PassFixture f = new PassFixture();
        var y = batchNorm(f, f.op(PADDED, f.input(1, 6, 6, 3), f.weights(8, 3, 3, 3)), 8);
        y = f.op(new Binary(BinaryKind.MUL), y, f.positive(1, 1, 1, 8));
        y = f.op(new Binary(BinaryKind.ADD), f.weights(8), y);
        y = f.op(new Binary(BinaryKind.DIV), y, f.scalar(3));
        y = f.op(new Binary(BinaryKind.SUB), y, f.scalar(0.5f));
        f.output(y);
        f.runWithin(new FoldBatchNorm(), 1e-5);
        assertEquals(List.of("conv2d"), f.ops());
    }

    @Test
    void keepsAConvolutionThatIsReadTwice() {
        PassFixture f = new PassFixture();
        var y = f.op(PADDED, f.input(1, 6, 6, 3), f.weights(8, 3, 3, 3));
        f.output(batchNorm(f, y, 8)).output(f.op(new Unary(UnaryKind.RELU), y));
        assertEquals(Map.of("batch-norm-to-affine", 1), f.runWithin(new FoldBatchNorm(), 1e-5));
        assertEquals(List.of("conv2d", "binary", "binary", "unary"), f.ops());
    }

    @Test
    void aLoneBatchNormBecomesOneMultiplyAndOneAdd() {
        PassFixture f = new PassFixture();
        var x = f.op(new Concat(3), f.input(1, 4, 4, 2), f.input(1, 4, 4, 3));
        var y = batchNorm(f, x, 5);
        y = f.op(new Binary(BinaryKind.ADD), f.op(new Binary(BinaryKind.MUL), y, f.weights(5)), f.weights(1, 5));
        f.output(f.op(new Unary(UnaryKind.RELU), y));
        f.runWithin(new FoldBatchNorm(), 1e-5);
        assertEquals(List.of("concat", "binary", "binary", "unary"), f.ops());
    }

    @Test
    void foldsForwardsOnlyTheScaleIntoAPaddedConvolution() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 6, 6, 3);
        var valid = f.op(VALID, batchNorm(f, x, 3), f.weights(4, 3, 3, 3));
        var padded = f.op(PADDED, batchNorm(f, x, 3), f.weights(4, 3, 3, 3));
        var scaled = f.op(new Conv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 3),
                f.op(new Binary(BinaryKind.MUL), x, f.weights(3)), f.weights(6, 3, 3, 1));
        f.output(valid).output(padded).output(scaled);
        f.runWithin(new FoldBatchNorm(), 1e-5);
        assertEquals(List.of("conv2d", "binary", "binary", "conv2d", "conv2d"), f.ops());
    }

    @Test
    void keepsOtherBroadcastsAndAxes() {
        PassFixture f = new PassFixture();
        var y = f.op(PADDED, f.input(1, 8, 8, 3), f.weights(8, 3, 3, 3));
        f.output(f.op(new Binary(BinaryKind.MUL), y, f.weights(8, 1)));
        var z = f.op(PADDED, f.input(1, 8, 8, 3), f.weights(8, 3, 3, 3));
        f.output(f.op(new BatchNorm(1, 1e-3f), z, f.positive(8), f.weights(8), f.weights(8), f.positive(8)));
        var w = f.op(PADDED, f.input(1, 8, 8, 3), f.weights(8, 3, 3, 3));
        f.output(f.op(new Binary(BinaryKind.SUB), f.weights(8), w));
        assertEquals(Map.of(), f.runExactly(new FoldBatchNorm()));
    }
}
