package quantwright.tests.npu;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Value;
import quantwright.ir.arith.Rounding;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.loc.Location;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Constant;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
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
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;
import quantwright.ir.op.SoftmaxRule;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** Small integer networks of every op that the NPU executes, of odd shapes. */
final class RandomNetworks {
    private static final List<Rounding> ROUNDINGS = List.of(Rounding.FLOAT32, Rounding.FLOAT32, Rounding.GEMMLOWP,
            Rounding.DOUBLE_HALF_UP, Rounding.SINGLE_ROUNDING);

    private final Random random;
    private final Graph graph = new Graph("random", Level.QUANT);
    private final List<Value> maps = new ArrayList<>();
    private int names;

    private RandomNetworks(Random random) {
        this.random = random;
    }

    static Graph next(Random random) {
        return new RandomNetworks(random).build();
    }

    private Graph build() {
        maps.add(graph.addInput("x", type(1, 5 + random.nextInt(12), 5 + random.nextInt(12), 1 + random.nextInt(20))));
        int ops = 2 + random.nextInt(6);
        for (int i = 0; i < ops; i++) {
            step(maps.get(random.nextInt(10) < 8 ? maps.size() - 1 : random.nextInt(maps.size())));
        }
        // Nothing is computed in vain.
        maps.stream().filter(v -> !v.isInput() && v.users().isEmpty()).forEach(v -> graph.addOutput(v.name(), v));
        if (graph.outputs().isEmpty()) {
            graph.addOutput("out", add(new QClamp(new Clamp(-60, 90)), List.of(maps.getLast()), maps.getLast().type().element()));
        }
        if (random.nextInt(4) == 0 && maps.size() > 2 && !graph.isOutput(maps.get(1))) {
            graph.addOutput("other", maps.get(1));
        }
        return graph;
    }

    private void step(Value x) {
        if (x.type().rank() != 4) {
            return;
        }
        switch (random.nextInt(15)) {
            case 0, 1 -> convolution(x, false);
            case 2 -> pooled(x);
            case 3 -> convolution(x, true);
            case 4 -> add(new MaxPool(window(x)), List.of(x), x.type().element());
            case 5 -> average(x);
            case 6 -> elementwise(x);
            case 7 -> table(x);
            case 8 -> concat(x);
            case 9 -> movement(x);
            case 10 -> reshape(x);
            case 11 -> add(new QSoftmax(3, 1f, SoftmaxRule.values()[random.nextInt(2)]), List.of(x),
                    QuantizedType.perTensor(ScalarType.I8, 1f / 256, -128));
            case 12 -> convolution(x, random.nextBoolean());
            case 13 -> fire(x);
            default -> dense(x);
        }
    }

    /** Several maps of equal parameters, joined: what may be written in place. */
    private void fire(Value x) {
        List<Value> parts = new ArrayList<>();
        ElementType element = element();
        for (int i = 0; i < 2 + random.nextInt(2); i++) {
            int outputs = 16 * (1 + random.nextInt(4));
            int kernel = 1 + 2 * random.nextInt(2);
            Window2d w = Window2d.of(kernel, kernel, 1, 1).padded(kernel / 2, kernel / 2, kernel / 2, kernel / 2);
            parts.add(add(new QConv2d(w, 1, rounding(), clamp()), List.of(x,
                    constant(weights(outputs, kernel, kernel, x.type().dim(3))), bias(outputs)), element));
        }
        if (random.nextBoolean()) {
            Window2d three = Window2d.of(3, 3, 1, 1).padded(1, 1, 1, 1);
            parts.add(add(new MaxPool(three), List.of(parts.removeLast()), element));
        }
        Value joined = add(new QConcat(3, rounding()), parts, element);
        if (random.nextBoolean()) {
            pool(joined);
        }
    }

    /** A convolution that only a pool reads, behind a table at times: what may be pooled on the way out. */
    private void pooled(Value x) {
        convolution(x, random.nextInt(3) == 0);
        if (random.nextInt(3) == 0) {
            table(maps.getLast());
        }
        pool(maps.getLast());
    }

    private void pool(Value x) {
        if (random.nextBoolean()) {
            add(new MaxPool(window(x)), List.of(x), x.type().element());
        } else {
            average(x);
        }
    }

    private void convolution(Value x, boolean grouped) {
        int channels = x.type().dim(3);
        int groups = 1;
        if (grouped) {
            groups = channels;
            for (int d = 2; d < channels && random.nextBoolean(); d++) {
                groups = channels % d == 0 ? channels / d : groups;
            }
        }
        Window2d w = window(x);
        int outputs = groups * (1 + random.nextInt(groups == 1 ? 24 : 2));
        TensorType weights = weights(outputs, w.kernelH(), w.kernelW(), channels / groups);
        Value values = constant(weights);
        Value bias = bias(outputs);
        add(new QConv2d(w, groups, rounding(), clamp()), List.of(x, values, bias), element());
    }

    private void dense(Value x) {
        int inputs = (int) x.type().shape().elementCount();
        Value flat = add(new Reshape(Ints.of(1, inputs)), List.of(x), x.type().element());
        int outputs = 1 + random.nextInt(30);
        boolean raw = random.nextInt(3) == 0;
        add(new QDense(rounding(), raw ? Clamp.full(ScalarType.I32) : clamp()), List.of(flat, constant(weights(outputs, inputs)), bias(outputs)),
                raw ? ScalarType.I32 : element());
    }

    private void average(Value x) {
        if (random.nextInt(3) == 0) {
            add(new QMean(Ints.of(1, 2), true, AverageRule.SCALED, rounding(), clamp()), List.of(x), element());
            return;
        }
        boolean division = random.nextBoolean();
        add(new QAvgPool(window(x), random.nextBoolean(), 0, 0, division ? AverageRule.TFLITE_DIVISION : AverageRule.SCALED,
                rounding(), clamp()), List.of(x), division ? x.type().element() : element());
    }

    private void elementwise(Value x) {
        Value other = maps.stream().filter(v -> v.type().shape().equals(x.type().shape())
                && v.type().isQuantized() && v.type().storage() == ScalarType.I8).skip(random.nextInt(2)).findFirst().orElse(x);
        if (random.nextInt(3) == 0) {
            other = constant(type(1, 1, 1, random.nextBoolean() ? x.type().dim(3) : 1));
        }
        Op op = random.nextBoolean() ? new QAdd(random.nextBoolean(), rounding(), clamp()) : new QMul(rounding(), clamp());
        add(op, List.of(x, other), element());
    }

    private void table(Value x) {
        switch (random.nextInt(3)) {
            case 0 -> add(new QClamp(new Clamp(-60, 90)), List.of(x), x.type().element());
            case 1 -> add(new Requantize(rounding()), List.of(x), element());
            default -> add(new QLookup(), List.of(x, constant(TensorType.of(ScalarType.I8, 256))), element());
        }
    }

    private void concat(Value x) {
        Value other = maps.get(random.nextInt(maps.size()));
        int axis = 1 + random.nextInt(3);
        boolean fits = other.type().rank() == 4 && other.type().storage() == ScalarType.I8;
        for (int a = 1; fits && a < 4; a++) {
            fits = a == axis || other.type().dim(a) == x.type().dim(a);
        }
        add(new QConcat(axis, rounding()), List.of(x, fits ? other : x), random.nextBoolean() ? x.type().element() : element());
    }

    private void movement(Value x) {
        int h = x.type().dim(1);
        int w = x.type().dim(2);
        int c = x.type().dim(3);
        switch (random.nextInt(4)) {
            case 0 -> {
                int step = 1 + random.nextInt(2);
                add(new Slice(Ints.of(0, h / 3, w / 4, c / 3), Ints.of(1, Math.ceilDiv(h - h / 3, step),
                        Math.ceilDiv(w - w / 4, step), c - c / 3), Ints.of(1, step, step, 1)), List.of(x), x.type().element());
            }
            case 1 -> add(new Pad(Ints.of(0, random.nextInt(3), random.nextInt(3), random.nextInt(4)),
                    Ints.of(0, random.nextInt(3), random.nextInt(3), random.nextInt(4)), PadMode.CONSTANT, 0f), List.of(x),
                    x.type().element());
            case 2 -> add(new ChannelShuffle(c % 3 == 0 ? 3 : c % 2 == 0 ? 2 : 1), List.of(x), x.type().element());
            default -> {
                if (c % 4 == 0) {
                    add(new DepthToSpace(2, random.nextBoolean()), List.of(x), x.type().element());
                }
            }
        }
    }

    private void reshape(Value x) {
        int h = x.type().dim(1);
        int w = x.type().dim(2);
        int c = x.type().dim(3);
        add(new Reshape(Ints.of(1, w, h, c)), List.of(x), x.type().element());
    }

    private Window2d window(Value x) {
        int kh = 1 + random.nextInt(Math.min(4, x.type().dim(1)));
        int kw = 1 + random.nextInt(Math.min(4, x.type().dim(2)));
        int dilation = (kh - 1) * 2 < x.type().dim(1) && (kw - 1) * 2 < x.type().dim(2) && random.nextInt(4) == 0 ? 2 : 1;
        int top = random.nextInt(kh);
        int left = random.nextInt(kw);
        return new Window2d(kh, kw, 1 + random.nextInt(2), 1 + random.nextInt(2), dilation, dilation, top, left,
                random.nextInt(kh), random.nextInt(kw));
    }

    private Value add(Op op, List<Value> operands, ElementType element) {
        Value v = graph.append(op, operands, element, Location.UNKNOWN).result();
        v.setName("v" + names++);
        maps.add(v);
        return v;
    }

    private TensorType weights(int... dims) {
        ScalarType storage = List.of(ScalarType.I8, ScalarType.I8, ScalarType.I4, ScalarType.I2).get(random.nextInt(4));
        return TensorType.of(QuantizedType.perTensor(storage, 0.02f, storage == ScalarType.I8 && random.nextInt(4) == 0 ? 3 : 0), dims);
    }

    private Value constant(TensorType type) {
        Tensor t = Tensor.zeros(type);
        long min = type.storage().minValue();
        int range = (int) (type.storage().maxValue() - min + 1);
        for (int i = 0; i < t.size(); i++) {
            t.setInteger(i, min + random.nextInt(range));
        }
        Value v = graph.append(new Constant(ConstantData.of(t)), List.of(), Location.UNKNOWN).result();
        v.setName("c" + names++);
        return v;
    }

    private Value bias(int outputs) {
        Tensor t = Tensor.zeros(TensorType.of(ScalarType.I32, outputs));
        for (int i = 0; i < outputs; i++) {
            t.ints()[i] = random.nextInt(2000) - 1000;
        }
        Value v = graph.append(new Constant(ConstantData.of(t)), List.of(), Location.UNKNOWN).result();
        v.setName("b" + names++);
        return v;
    }

    private Rounding rounding() {
        return ROUNDINGS.get(random.nextInt(ROUNDINGS.size()));
    }

    private Clamp clamp() {
        return random.nextBoolean() ? Clamp.full(ScalarType.I8) : new Clamp(-100, 100);
    }

    private ElementType element() {
        return QuantizedType.perTensor(ScalarType.I8, 0.02f + random.nextFloat() * 0.1f, random.nextInt(61) - 30);
    }

    private TensorType type(int... dims) {
        return TensorType.of(element(), dims);
    }
}
