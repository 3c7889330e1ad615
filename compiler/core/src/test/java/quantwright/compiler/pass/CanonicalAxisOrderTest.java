package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

class CanonicalAxisOrderTest {
    private static final Unary RELU = new Unary(UnaryKind.RELU);
    private static final Binary ADD = new Binary(BinaryKind.ADD);
    private static final Binary MUL = new Binary(BinaryKind.MUL);

    private static Value conv(PassFixture f, Value nchw, int outputs) {
        int inputs = nchw.type().dim(1);
        return f.sandwich(new Conv2d(Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1), 1), nchw,
                f.weights(outputs, 3, 3, inputs), f.weights(outputs));
    }

    @Test
    void aChainKeepsItsFirstTransposeOnly() {
        PassFixture f = new PassFixture();
        var x = f.op(RELU, conv(f, f.input(1, 3, 6, 5), 4));
        x = f.op(new Clip(0, 6), conv(f, x, 4));
        x = f.op(new BatchNorm(1, 1e-3f), conv(f, x, 4), f.positive(4), f.weights(4), f.weights(4), f.positive(4));
        x = f.op(new Reduce(ReduceKind.MEAN, Ints.of(2, 3), true), x);
        f.output(f.op(new Dense(), f.op(new Reshape(Ints.of(1, 4)), x), f.weights(7, 4)));
        f.runExactly(new CanonicalAxisOrder());
        f.runExactly(new RemoveIdentity());
        assertEquals(List.of("transpose", "conv2d", "unary", "conv2d", "clip", "conv2d", "batch_norm", "reduce",
                "reshape",
                "dense"), f.ops());
    }

    @Test
    void residualsConcatsAndPerChannelConstantsMove() {
        PassFixture f = new PassFixture();
        var a = f.op(RELU, conv(f, f.input(1, 3, 6, 5), 4));
        var b = f.op(RELU, f.op(ADD, conv(f, a, 4), a));
        var c = f.op(ADD, f.op(MUL, conv(f, b, 4), f.weights(4, 1, 1)), f.weights(1, 4, 1, 1));
        var d = f.op(new Concat(1), c, b, f.weights(1, 2, 6, 5));
        var e = f.op(new Softmax(1, 1), f.op(new Slice(Ints.of(0, 1, 0, 0), Ints.of(1, 8, 3, 3), Ints.of(1, 1, 2, 2)),
                d));
        var g = f.op(new Pad(Ints.of(0, 2, 0, 0), Ints.of(0, 1, 0, 1), PadMode.CONSTANT, 0), e);
        f.output(conv(f, g, 2));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(2, f.count("transpose"));
        assertEquals("transpose", f.ops().get(0));
        assertEquals("transpose", f.ops().getLast());
    }

    @Test
    void aGateOfOnePixelMultipliesWithoutTransposes() {
        PassFixture f = new PassFixture();
        var a = conv(f, f.input(1, 3, 6, 5), 4);
        var pooled = f.op(new Reduce(ReduceKind.MEAN, Ints.of(2, 3), true), a);
        var gate = f.op(new Unary(UnaryKind.SIGMOID), f.sandwich(new Conv2d(Window2d.of(1, 1, 1, 1), 1), pooled,
                f.weights(4, 1, 1, 4)));
        f.output(conv(f, f.op(MUL, a, gate), 2));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(List.of("transpose", "conv2d", "reduce", "conv2d", "unary", "binary", "conv2d", "transpose"),
                f.ops());
    }

    @Test
    void normalizationOfTheInputRunsBehindItsTranspose() {
        PassFixture f = new PassFixture();
        var x = f.op(MUL, f.op(ADD, f.input(1, 3, 6, 5), f.weights(3, 1, 1)), f.scalar(0.5f));
        f.output(conv(f, x, 2));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(List.of("transpose", "binary", "binary", "conv2d", "transpose"), f.ops());
    }

    @Test
    void singleChannelsNeedNoTranspose() {
        PassFixture f = new PassFixture();
        f.output(conv(f, f.input(1, 1, 6, 5), 1));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(List.of("reshape", "conv2d", "reshape"), f.ops());
    }

    @Test
    void aFlattenedImagePermutesTheWeightsBehindIt() {
        PassFixture f = new PassFixture();
        var x = f.op(RELU, conv(f, f.input(2, 3, 4, 3), 5));
        f.output(f.op(new Dense(), f.op(new Reshape(Ints.of(2, 60)), x), f.weights(7, 60), f.weights(7)));
        Map<String, Integer> hits = f.runWithin(new CanonicalAxisOrder(), 1e-5);
        assertEquals(1, hits.get("transpose-into-dense-weights"));
        assertEquals(List.of("transpose", "conv2d", "unary", "reshape", "dense"), f.ops());
    }

    @Test
    void aFlattenedImageThatIsAnOutputToo() {
        PassFixture f = new PassFixture();
        var flat = f.op(new Reshape(Ints.of(2, 60)), conv(f, f.input(2, 3, 4, 3), 5));
        f.output(f.op(new Dense(), flat, f.weights(7, 60))).output(flat);
        Map<String, Integer> hits = f.runExactly(new CanonicalAxisOrder());
        assertTrue(!hits.containsKey("transpose-into-dense-weights"));
        assertEquals(2, f.count("transpose"));
    }

    @Test
    void quantizationMovesToo() {
        PassFixture f = new PassFixture();
        var q = QuantizedType.perTensor(ScalarType.I8, 0.05f, 3);
        var x = f.op(new Dequantize(), f.op(q, new Quantize(), conv(f, f.input(1, 3, 6, 5), 4)));
        f.output(conv(f, f.sandwich(new MaxPool(Window2d.of(2, 2, 1, 1)), x), 2));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(List.of("transpose", "conv2d", "q.quantize", "q.dequantize", "max_pool", "conv2d", "transpose"),
                f.ops());
    }

    @Test
    void reductionsThatWouldSumInAnotherOrderStay() {
        PassFixture f = new PassFixture();
        var x = f.transpose(PassFixture.NCHW, f.op(RELU, f.input(2, 6, 5, 3)));
        f.output(f.op(new Reduce(ReduceKind.SUM, Ints.of(1, 2, 3), true), x));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(List.of("transpose", "unary", "reduce"), f.ops());
    }

    @Test
    void transposesThatPayForThemselvesStay() {
        PassFixture f = new PassFixture();
        var x = f.input(2, 3, 4, 5);
        var y = f.op(ADD, f.transpose(PassFixture.NHWC, x), f.input(2, 4, 5, 3));
        f.output(f.op(new Reshape(Ints.of(2, 60)), f.op(RELU, y)));
        assertEquals(Map.of(), f.run(new CanonicalAxisOrder()));
    }

    @Test
    void aSecondRunFindsNothing() {
        PassFixture f = new PassFixture();
        var a = f.op(RELU, conv(f, f.input(1, 3, 6, 5), 4));
        f.output(conv(f, f.op(ADD, a, f.transpose(Ints.of(0, 1, 3, 2), f.input(1, 4, 5, 6))), 4)).output(a);
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(Map.of(), f.runExactly(new CanonicalAxisOrder()));
    }

    @Test
    void aValueReadInTwoOrdersSettles() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 3, 6, 6);
        var turned = f.op(new Binary(BinaryKind.MAX), f.transpose(Ints.of(0, 1, 3, 2), x), x);
        f.output(f.sandwich(new MaxPool(Window2d.of(2, 2, 1, 1)), f.op(ADD, turned, x)));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(Map.of(), f.runExactly(new CanonicalAxisOrder()));
    }

    @Test
    void aFreeTransposeBehindASharedOneStaysFree() {
        PassFixture f = new PassFixture();
        var x = f.transpose(Ints.of(0, 2, 1, 3), f.op(new Softmax(1, 1), f.op(new Reshape(Ints.of(4, 5, 6, 1)),
                f.input(120))));
        f.output(f.op(new Reshape(Ints.of(6, 20)), x));
        f.output(f.op(new Reshape(Ints.of(120)), f.transpose(Ints.of(0, 1, 3, 2), x)));
        f.runExactly(new CanonicalAxisOrder());
        assertEquals(1, f.count("transpose"));
    }
}
