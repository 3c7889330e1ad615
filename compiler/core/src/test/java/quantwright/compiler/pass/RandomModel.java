package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Identity;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.Ints;
import quantwright.ir.type.Shape;

/** A random small network as importers give them: channels-first values, window ops between transposes. */
final class RandomModel {
    private final PassFixture f;
    private final List<Value> pool = new ArrayList<>();
    private final boolean flattens;

    private RandomModel(long seed, boolean flattens) {
        this.f = new PassFixture(Level.GRAPH, seed);
        this.flattens = flattens;
    }

    /**
     * A model of about {@code size} layers.
     *
     * @param flattens whether a dense layer may read a flattened image, which {@code canonical-axis-order} keeps only
     * to
     *     float accuracy
     */
    static PassFixture create(long seed, int size, boolean flattens) {
        RandomModel m = new RandomModel(seed, flattens);
        m.pool.add(m.f.input(1, 1 + m.f.random.nextInt(4), 4 + m.f.random.nextInt(5), 4 + m.f.random.nextInt(5)));
        for (int i = 0; i < size; i++) {
            m.pool.add(m.layer(m.pool.get(m.f.random.nextInt(m.pool.size()))));
        }
        Value last = m.pool.getLast();
        m.f.output(last);
        if (m.f.random.nextBoolean()) {
            m.f.output(m.head(m.pool.get(m.f.random.nextInt(m.pool.size()))));
        }
        if (m.f.random.nextBoolean()) {
            m.f.output(m.f.transpose(PassFixture.NHWC, m.pool.get(m.f.random.nextInt(m.pool.size()))));
        }
        return m.f;
    }

    private int pick(int bound) {
        return f.random.nextInt(bound);
    }

    private Value layer(Value x) {
        int c = x.type().dim(1);
        int h = x.type().dim(2);
        int w = x.type().dim(3);
        return switch (pick(21)) {
            case 0, 1, 2 -> conv(x, c, h, w);
            case 3 -> f.op(new Unary(UnaryKind.RELU), x);
            case 4 -> f.op(new Clip(-1, 6), x);
            case 5 -> f.op(new Binary(BinaryKind.MAX), x, partner(x));
            case 6 -> c > 24 ? x : f.op(new Concat(1), x,
                    pool.stream().filter(v -> sameBut(v, x, 1)).findAny().orElse(x));
            case 7 -> f.op(new Slice(Ints.of(0, pick(c), 0, 0), Ints.of(1, 1, (h + 1) / 2, w), Ints.of(1, -1, 2, 1)),
                    x);
            case 8 -> f.op(new Pad(Ints.of(0, pick(2), pick(2), 0), Ints.of(0, 0, pick(2), 1), PadMode.CONSTANT, 0), x);
            case 9 -> f.sandwich(new MaxPool(Window2d.of(1 + pick(Math.min(h, 2)), 1 + pick(Math.min(w, 2)), 1, 1)), x);
            case 10 -> f.sandwich(new AvgPool(Window2d.of(1, 1, 2, 1), pick(2) == 0, 0, 0), x);
            case 11 -> f.op(new Softmax(1 + pick(3), 1), x);
            case 12 -> f.op(new Binary(BinaryKind.MAX), x,
                    f.op(new Reduce(ReduceKind.MEAN, Ints.of(2, 3), true), x));
            case 13 -> shuffle(x, c, h, w);
            case 14 -> f.op(new Identity(), f.transpose(PassFixture.NCHW, f.transpose(PassFixture.NHWC, x)));
            case 15 -> f.transpose(Ints.of(0, 1, 3, 2), x);
            case 16 -> f.op(new Binary(BinaryKind.MIN), f.weights(c, 1, 1), x);
            case 17 -> f.op(new BatchNorm(1, 1e-3f), conv(x, c, h, w), f.positive(4), f.weights(4), f.weights(4),
                    f.positive(4));
            case 18 -> f.op(new BatchNorm(1, 1e-3f), x, f.positive(c), f.weights(c), f.weights(c), f.positive(c));
            case 19 -> f.op(new Binary(BinaryKind.ADD), f.op(new Binary(BinaryKind.MUL), x, f.positive(c, 1, 1)),
                    f.weights(c, 1, 1));
            default -> f.op(new Binary(BinaryKind.ADD), x, partner(x));
        };
    }

    private Value conv(Value x, int c, int h, int w) {
        int k = Math.min(h, w) < 3 ? 1 : 3;
        Window2d window = Window2d.of(k, k, 1, 1);
        if (k == 3 && (h < 5 || w < 5 || pick(2) == 0)) {
            window = window.padded(1, 1, 1, 1);
        }
        return f.sandwich(new Conv2d(window, 1), x, scaled(4, k, k, c), f.weights(4));
    }

    private Value scaled(int... dims) {
        Value w = f.weights(dims);
        float scale = (float) Math.sqrt(1.0 / Shape.of(dims).product(1, 4));
        float[] all = Constants.data(w).orElseThrow().toTensor().floats();
        for (int i = 0; i < all.length; i++) {
            all[i] *= scale;
        }
        return f.constant(dims, all);
    }

    private Value shuffle(Value x, int c, int h, int w) {
        if (c % 2 != 0) {
            return x;
        }
        Value parts = f.op(new Reshape(Ints.of(1, 2, c / 2, h, w)), x);
        return f.op(new Reshape(Ints.of(1, c, h, w)), f.transpose(Ints.of(0, 2, 1, 3, 4), parts));
    }

    private Value partner(Value x) {
        List<Value> fitting = pool.stream().filter(v -> v.type().equals(x.type())).toList();
        return fitting.get(pick(fitting.size()));
    }

    private static boolean sameBut(Value v, Value x, int axis) {
        return v.type().shape().with(axis, 1).equals(x.type().shape().with(axis, 1));
    }

    private Value head(Value x) {
        if (flattens && pick(2) == 0) {
            int size = (int) x.type().shape().elementCount();
            return f.op(new MatMul(false), f.op(new Reshape(Ints.of(1, size)), x), f.weights(size, 3));
        }
        Value mean = f.op(new Reduce(ReduceKind.MEAN, Ints.of(2, 3), pick(2) == 0), x);
        Value flat = f.op(new Reshape(Ints.of(1, x.type().dim(1))), mean);
        return f.op(new MatMul(false), flat, f.weights(x.type().dim(1), 5));
    }
}
