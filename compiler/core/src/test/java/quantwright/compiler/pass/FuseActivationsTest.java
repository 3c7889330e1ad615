package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;

class FuseActivationsTest {
    private static final Binary ADD = new Binary(BinaryKind.ADD);
    private static final Binary MUL = new Binary(BinaryKind.MUL);
    private static final Binary DIV = new Binary(BinaryKind.DIV);
    private static final float INF = Float.POSITIVE_INFINITY;

    private static void becomes(PassFixture f, Value y, Op op, double tolerance) {
        f.output(y);
        f.runWithin(new FuseActivations(), tolerance);
        assertEquals(List.of(op.mnemonic()), f.ops());
        assertEquals(op, f.graph.last().op());
    }

    @Test
    void clampsBecomeOneClip() {
        PassFixture f = new PassFixture();
        var y = f.op(new Binary(BinaryKind.MIN), f.op(new Binary(BinaryKind.MAX), f.input(99), f.scalar(-1)),
                f.scalar(2));
        becomes(f, f.op(new Clip(-3, 1), y), new Clip(-1, 1), 0);
    }

    @Test
    void aLowerBoundOfZeroIsRelu() {
        PassFixture f = new PassFixture();
        becomes(f, f.op(new Clip(0, INF), f.input(99)), new Unary(UnaryKind.RELU), 0);
        PassFixture g = new PassFixture();
        becomes(g, g.op(new Binary(BinaryKind.MIN), g.op(new Unary(UnaryKind.RELU), g.input(99)), g.scalar(6)),
                new Clip(0, 6), 0);
    }

    @Test
    void keepsAClampWithOtherUsesAndPerChannelBounds() {
        PassFixture f = new PassFixture();
        var x = f.input(4, 2);
        var y = f.op(new Clip(-1, 1), x);
        f.output(f.op(new Clip(0, 2), y)).output(y);
        f.output(f.op(new Binary(BinaryKind.MIN), x, f.constant(new int[] {2}, 1, 2)));
        assertEquals(Map.of(), f.runExactly(new FuseActivations()));
    }

    @Test
    void leakyReluFromAMaximum() {
        PassFixture f = new PassFixture();
        var x = f.input(99);
        becomes(f, f.op(new Binary(BinaryKind.MAX), f.op(MUL, f.scalar(0.1f), x), x), new LeakyRelu(0.1f), 0);
        PassFixture g = new PassFixture();
        var z = g.input(99);
        g.output(g.op(new Binary(BinaryKind.MAX), g.op(MUL, g.scalar(1.5f), z), z));
        assertEquals(Map.of(), g.runExactly(new FuseActivations()));
    }

    @Test
    void siluAndHardSwish() {
        PassFixture f = new PassFixture();
        var x = f.input(99);
        becomes(f, f.op(MUL, f.op(new Unary(UnaryKind.SIGMOID), x), x), new Unary(UnaryKind.SILU), 1e-6);
        PassFixture g = new PassFixture();
        var y = g.input(99);
        becomes(g, g.op(MUL, y, g.op(new HardSigmoid(1f / 6, 0.5f), y)), new Unary(UnaryKind.HARD_SWISH), 1e-6);
        PassFixture h = new PassFixture();
        var z = h.input(99);
        becomes(h, h.op(DIV, h.op(MUL, z, h.op(new Clip(0, 6), h.op(ADD, z, h.scalar(3)))), h.scalar(6)),
                new Unary(UnaryKind.HARD_SWISH), 1e-6);
        PassFixture i = new PassFixture();
        var w = i.input(99);
        becomes(i, i.op(MUL, w, i.op(MUL, i.op(new Clip(0, 6), i.op(ADD, w, i.scalar(3))), i.scalar(1f / 6))),
                new Unary(UnaryKind.HARD_SWISH), 1e-6);
    }

    @Test
    void keepsAGateOfAnotherValue() {
        PassFixture f = new PassFixture();
        var x = f.input(99);
        var other = f.input(99);
        f.output(f.op(MUL, f.op(new Unary(UnaryKind.SIGMOID), other), x));
        f.output(f.op(MUL, x, f.op(new HardSigmoid(0.2f, 0.5f), x)));
        assertEquals(Map.of(), f.runExactly(new FuseActivations()));
    }

    @Test
    void geluInItsSpellings() {
        PassFixture f = new PassFixture();
        var x = f.input(99);
        var erf = f.op(new Unary(UnaryKind.ERF), f.op(DIV, x, f.scalar(1.4142135f)));
        becomes(f, f.op(MUL, f.op(MUL, x, f.op(ADD, erf, f.scalar(1))), f.scalar(0.5f)), new Unary(UnaryKind.GELU),
                1e-6);
        PassFixture g = new PassFixture();
        var y = g.input(99);
        var phi = g.op(ADD, g.scalar(1), g.op(new Unary(UnaryKind.ERF), g.op(MUL, y, g.scalar(0.70710677f))));
        becomes(g, g.op(MUL, g.op(MUL, g.scalar(0.5f), y), phi), new Unary(UnaryKind.GELU), 1e-6);
        PassFixture h = new PassFixture();
        var z = h.input(99);
        var cube = h.op(MUL, h.op(new Binary(BinaryKind.POW), z, h.scalar(3)), h.scalar(0.044715f));
        var tanh = h.op(new Unary(UnaryKind.TANH), h.op(MUL, h.op(ADD, z, cube), h.scalar(0.7978846f)));
        becomes(h, h.op(MUL, h.op(MUL, z, h.scalar(0.5f)), h.op(ADD, tanh, h.scalar(1))),
                new Unary(UnaryKind.GELU_TANH), 1e-5);
    }

    @Test
    void keepsAnErfWithAnotherFactor() {
        PassFixture f = new PassFixture();
        var x = f.input(99);
        var erf = f.op(new Unary(UnaryKind.ERF), f.op(DIV, x, f.scalar(1.5f)));
        f.output(f.op(MUL, f.op(MUL, x, f.op(ADD, erf, f.scalar(1))), f.scalar(0.5f)));
        assertEquals(Map.of(), f.runExactly(new FuseActivations()));
    }
}
