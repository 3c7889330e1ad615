package quantwright.compiler.pass;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;

class FoldPadTest {
    private static final Window2d WINDOW = Window2d.of(3, 3, 2, 2);

    private static Value pad(PassFixture f, Value x, float value, int c) {
        return f.op(new Pad(Ints.of(0, 1, 0, 0), Ints.of(0, 1, 2, c), PadMode.CONSTANT, value), x);
    }

    @Test
    void foldsIntoConvolutionsAndPools() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 7, 8, 3);
        f.output(f.op(new Conv2d(WINDOW.padded(0, 1, 0, 0), 1), pad(f, x, 0, 0), f.weights(4, 3, 3, 3)));
        f.output(f.op(new AvgPool(WINDOW, false, 0, 0), pad(f, x, 0, 0)));
        f.output(f.op(new MaxPool(WINDOW), pad(f, x, Float.NEGATIVE_INFINITY, 0)));
        f.output(f.op(new MaxPool(WINDOW), pad(f, f.op(new Unary(UnaryKind.RELU), x), 0, 0)));
        assertEquals(Map.of("pad-into-convolution", 1, "pad-into-average", 1, "pad-into-maximum", 2),
                f.runExactly(new FoldPad()));
        assertEquals(List.of("conv2d", "avg_pool", "max_pool", "unary", "max_pool"), f.ops());
    }

    @Test
    void keepsPadsThatMeanSomethingElse() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 7, 8, 3);
        var w = f.weights(4, 3, 3, 3);
        f.output(f.op(new Conv2d(WINDOW, 1), pad(f, x, 1, 0), w));
        f.output(f.op(new Conv2d(WINDOW, 1), pad(f, x, 0, 1), f.weights(4, 3, 3, 4)));
        f.output(f.op(new Conv2d(WINDOW, 1),
                f.op(new Pad(Ints.of(0, 1, 1, 0), Ints.of(0, 1, 1, 0), PadMode.REFLECT, 0), x), w));
        f.output(f.op(new MaxPool(WINDOW), pad(f, x, 0, 0)));
        f.output(f.op(new AvgPool(WINDOW.padded(1, 1, 1, 1), false, 0, 0), pad(f, x, 0, 0)));
        f.output(f.op(new Conv2d(WINDOW, 1),
                f.op(new Pad(Ints.of(0, -1, 1, 0), Ints.of(0, 1, 1, 0), PadMode.CONSTANT, 0), x), w));
        assertEquals(Map.of(), f.runExactly(new FoldPad()));
    }

    @Test
    void keepsAMaximumOverNothingButPadding() {
        PassFixture f = new PassFixture();
        var x = f.input(1, 7, 8, 3);
        var wide = f.op(new Pad(Ints.of(0, 3, 0, 0), Ints.of(0, 0, 0, 0), PadMode.CONSTANT, Float.NEGATIVE_INFINITY),
                x);
        f.output(f.op(new MaxPool(WINDOW), wide));
        assertEquals(Map.of(), f.runExactly(new FoldPad()));
    }
}
