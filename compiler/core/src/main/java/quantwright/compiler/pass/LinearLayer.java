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
 * Weights and bias of an f32 convolution or dense layer while affine maps are folded into them, in double. Weights are
 * viewed as [outputs, taps, inputs of a group]; their factors are applied once, at the end.
 */
final class LinearLayer {
    private final Node node;
    private final int groups;
    private final int outputs;
    private final int taps;
    private final int inputs;
    private final float[] weights;
    private final double[] bias;
    private boolean hasBias;
    private double[] outputFactors;
    private double[] inputFactors;

    private LinearLayer(Node node, int groups, Shape w) {
        this.node = node;
        this.groups = groups;
        this.outputs = w.dim(0);
        this.inputs = w.dim(-1);
        this.taps = (int) w.product(1, w.rank() - 1);
        this.weights = Constants.data(node.operand(1)).orElseThrow().toTensor().floats();
        this.hasBias = node.operands().size() > 2;
        this.bias = hasBias ? toDoubles(node.operand(2)) : new double[outputs];
    }

    /** The layer that computes {@code value}; null if none does, or its weights are not f32 constants. */
    static LinearLayer of(Value value) {
        if (value.isInput() || !isFoldable(value.producer())) {
            return null;
        }
        Node node = value.producer();
        return new LinearLayer(node, node.op() instanceof Conv2d c ? c.groups() : 1, node.operand(1).type().shape());
    }

    /** Whether {@code node} is a convolution or dense layer with f32 constants for weights and bias. */
    static boolean isFoldable(Node node) {
        return (node.op() instanceof Conv2d || node.op() instanceof Dense)
                && node.operands().stream().skip(1).allMatch(Constants::isF32);
    }

    /** Whether exactly one node uses {@code value}, once, and it is no output. */
    static boolean isSoleUse(Graph graph, Value value) {
        return value.users().size() == 1 && !graph.isOutput(value);
    }

    Value input() {
        return node.operand(0);
    }

    void scaleOutputs(double[] factor) {
        outputFactors = product(outputFactors, factor);
        for (int o = 0; o < outputs; o++) {
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
        inputFactors = product(inputFactors, factor);
    }

    void shiftInputs(double[] offset) {
        for (int i = 0; i < weights.length; i++) {
            bias[i / (taps * inputs)] += weight(i) * offset[inputChannel(i)];
        }
        hasBias = true;
    }

    private double weight(int i) {
        double w = weights[i];
        if (outputFactors != null) {
            w *= outputFactors[i / (taps * inputs)];
        }
        return inputFactors == null ? w : w * inputFactors[inputChannel(i)];
    }

    private static double[] product(double[] a, double[] b) {
        double[] out = b.clone();
        for (int i = 0; a != null && i < out.length; i++) {
            out[i] *= a[i];
        }
        return out;
    }

    private int inputChannel(int weight) {
        int output = weight / (taps * inputs);
        return output / (outputs / groups) * inputs + weight % inputs;
    }

    /** Inserts the layer with its new weights before {@code at}, reading {@code x}, and gives its result. */
    Value insert(Graph graph, Node at, Value x) {
        Value newWeights = insertWeights(graph, at);
        if (!hasBias) {
            return graph.insertBefore(at, node.op(), List.of(x, newWeights), List.of(), node.location()).result();
        }
        Value newBias = Constants.insert(graph, at, bias);
        if (node.operands().size() > 2) {
            newBias.setName(node.operand(2).name());
        }
        return graph.insertBefore(at, node.op(), List.of(x, newWeights, newBias), List.of(), node.location()).result();
    }

    private Value insertWeights(Graph graph, Node at) {
        if (outputFactors == null && inputFactors == null) {
            return node.operand(1);
        }
        float[] scaled = new float[weights.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) weight(i);
        }
        Shape shape = node.operand(1).type().shape();
        return Constants.insert(graph, at, ConstantData.of(Tensor.ofFloats(shape.toArray(), scaled)), node.operand(1));
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
