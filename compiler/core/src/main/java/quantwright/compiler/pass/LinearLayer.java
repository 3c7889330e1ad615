package quantwright.compiler.pass;

import java.util.List;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.data.Tensor;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.Dense;
import quantwright.ir.type.Shape;

/**
 * Weights and bias of an f32 convolution or dense layer, in double, while affine maps are folded into them. Weights are
 * viewed as [outputs, taps, inputs of a group].
 */
final class LinearLayer {
    private final Node node;
    private final int groups;
    private final int outputs;
    private final int taps;
    private final int inputs;
    private final double[] weights;
    private final double[] bias;
    private boolean hasBias;

    private LinearLayer(Node node, int groups, Shape w) {
        this.node = node;
        this.groups = groups;
        this.outputs = w.dim(0);
        this.inputs = w.dim(-1);
        this.taps = (int) w.product(1, w.rank() - 1);
        this.weights = toDoubles(node.operand(1));
        this.hasBias = node.operands().size() > 2;
        this.bias = hasBias ? toDoubles(node.operand(2)) : new double[outputs];
    }

    /** The layer that computes {@code value}; null if none does, or its weights are not f32 constants. */
    static LinearLayer of(Value value) {
        if (value.isInput()) {
            return null;
        }
        Node node = value.producer();
        int groups;
        switch (node.op()) {
            case Conv2d c -> groups = c.groups();
            case Dense _ -> groups = 1;
            default -> {
                return null;
            }
        }
        boolean constant = node.operands().stream().skip(1).allMatch(Constants::isF32);
        return constant ? new LinearLayer(node, groups, node.operand(1).type().shape()) : null;
    }

    /** Whether exactly one node uses {@code value}, once, and it is no output. */
    static boolean isSoleUse(Graph graph, Value value) {
        return value.users().size() == 1 && !graph.isOutput(value);
    }

    Value input() {
        return node.operand(0);
    }

    void scaleOutputs(double[] factor) {
        int each = taps * inputs;
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < each; i++) {
                weights[o * each + i] *= factor[o];
            }
            bias[o] *= factor[o];
        }
    }

    void shiftOutputs(double[] offset) {
        for (int o = 0; o < outputs; o++) {
            bias[o] += offset[o];
        }
        hasBias = true;
    }

    void scaleInputs(double[] factor) {
        for (int i = 0; i < weights.length; i++) {
            weights[i] *= factor[inputChannel(i)];
        }
    }

    void shiftInputs(double[] offset) {
        for (int i = 0; i < weights.length; i++) {
            bias[i / (taps * inputs)] += weights[i] * offset[inputChannel(i)];
        }
        hasBias = true;
    }

    private int inputChannel(int weight) {
        int output = weight / (taps * inputs);
        return output / (outputs / groups) * inputs + weight % inputs;
    }

    /** Inserts the layer with its new weights before {@code at}, reading {@code x}, and gives its result. */
    Value insert(Graph graph, Node at, Value x) {
        Shape w = node.operand(1).type().shape();
        ConstantData data = ConstantData.of(Tensor.ofFloats(w.toArray(), Constants.toFloats(weights)));
        Value newWeights = Constants.insert(graph, at, data, node.operand(1));
        if (!hasBias) {
            return graph.insertBefore(at, node.op(), List.of(x, newWeights), List.of(), node.location()).result();
        }
        Value newBias = Constants.insert(graph, at, bias);
        if (node.operands().size() > 2) {
            newBias.setName(node.operand(2).name());
        }
        return graph.insertBefore(at, node.op(), List.of(x, newWeights, newBias), List.of(), node.location()).result();
    }

    private static double[] toDoubles(Value value) {
        float[] all = Constants.data(value).orElseThrow().toTensor().floats();
        double[] out = new double[all.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = all[i];
        }
        return out;
    }
}
