package quantwright.compiler.pass;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Clip;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;

/** The rewrites of {@link FuseActivations} that start from a product, in whatever order it is written. */
final class ProductActivations {
    /** A product: a constant factor times values. */
    private record Product(double constant, List<Value> factors) {
        /** The other of two factors; null if there are not two, or {@code one} is none of them. */
        Value besides(Value one) {
            return factors.size() != 2 || !factors.contains(one) ? null : factors.get(factors.get(0) == one ? 1 : 0);
        }
    }

    private ProductActivations() {
    }

    // clip(x + 3, 0, 6) / 6 -> hard_sigmoid(x, 1/6, 0.5)
    static boolean hardSigmoid(Graph graph, Node node) {
        Product p = product(graph, node);
        if (p == null || p.factors.size() != 1 || !Constants.isAbout(p.constant, 1.0 / 6)) {
            return false;
        }
        Value x = shiftedRelu6(p.factors.get(0));
        return x != null && FuseActivations.replace(graph, node, new HardSigmoid(1f / 6, 0.5f), x);
    }

    // x * sigmoid(x) -> silu(x)
    static boolean silu(Graph graph, Node node) {
        Product p = product(graph, node);
        if (p == null || p.constant != 1) {
            return false;
        }
        for (Value factor : p.factors) {
            Value x = argument(factor, UnaryKind.SIGMOID);
            if (x != null && p.besides(factor) == x) {
                return FuseActivations.replace(graph, node, new Unary(UnaryKind.SILU), x);
            }
        }
        return false;
    }

    // x * hard_sigmoid(x, 1/6, 0.5) -> hard_swish(x); x * clip(x + 3, 0, 6) / 6 -> hard_swish(x)
    static boolean hardSwish(Graph graph, Node node) {
        Product p = product(graph, node);
        if (p == null) {
            return false;
        }
        for (Value factor : p.factors) {
            Value x = null;
            if (p.constant == 1 && !factor.isInput() && factor.producer().op() instanceof HardSigmoid h
                    && FuseActivations.isSwishGate(h)) {
                x = factor.producer().operand(0);
            } else if (Constants.isAbout(p.constant, 1.0 / 6)) {
                x = shiftedRelu6(factor);
            }
            if (x != null && p.besides(factor) == x) {
                return FuseActivations.replace(graph, node, new Unary(UnaryKind.HARD_SWISH), x);
            }
        }
        return false;
    }

    // x * (1 + erf(x / sqrt 2)) / 2 -> gelu(x)
    static boolean gelu(Graph graph, Node node) {
        Product p = product(graph, node);
        if (p == null || !Constants.isAbout(p.constant, 0.5)) {
            return false;
        }
        for (Value factor : p.factors) {
            Value x = p.besides(factor);
            Value inner = argument(plus(factor, 1), UnaryKind.ERF);
            if (x != null && isMultiple(graph, inner, x, Math.sqrt(0.5))) {
                return FuseActivations.replace(graph, node, new Unary(UnaryKind.GELU), x);
            }
        }
        return false;
    }

    // x * (1 + tanh(sqrt(2/pi) * (x + 0.044715 * x^3))) / 2 -> gelu_tanh(x)
    static boolean geluTanh(Graph graph, Node node) {
        Product p = product(graph, node);
        if (p == null || !Constants.isAbout(p.constant, 0.5)) {
            return false;
        }
        for (Value factor : p.factors) {
            Value x = p.besides(factor);
            Value inner = argument(plus(factor, 1), UnaryKind.TANH);
            Product line = inner == null || inner.isInput() ? null : product(graph, inner.producer());
            if (x != null && line != null && line.factors.size() == 1
                    && Constants.isAbout(line.constant, Math.sqrt(2 / Math.PI))
                    && isCubic(graph, line.factors.get(0), x)) {
                return FuseActivations.replace(graph, node, new Unary(UnaryKind.GELU_TANH), x);
            }
        }
        return false;
    }

    /** Whether {@code v} is x + 0.044715 x^3. */
    private static boolean isCubic(Graph graph, Value v, Value x) {
        if (v.isInput() || !isBinary(v.producer(), BinaryKind.ADD) || !v.producer().operands().contains(x)) {
            return false;
        }
        Node sum = v.producer();
        Value cube = sum.operand(sum.operand(0) == x ? 1 : 0);
        Product p = cube.isInput() ? null : product(graph, cube.producer());
        if (p == null || !Constants.isAbout(p.constant, 0.044715)) {
            return false;
        }
        boolean three = p.factors.size() == 3 && p.factors.stream().allMatch(f -> f == x);
        return three || p.factors.size() == 1 && !p.factors.get(0).isInput()
                && isBinary(p.factors.get(0).producer(), BinaryKind.POW) && p.factors.get(0).producer().operand(0) == x
                && Constants.isAbout(p.factors.get(0).producer().operand(1), 3);
    }

    /** Whether {@code v} is {@code x * c}. */
    private static boolean isMultiple(Graph graph, Value v, Value x, double c) {
        Product p = v == null || v.isInput() ? null : product(graph, v.producer());
        return p != null && p.factors.size() == 1 && p.factors.get(0) == x && Constants.isAbout(p.constant, c);
    }

    /** x, if the value is clip(x + 3, 0, 6). */
    private static Value shiftedRelu6(Value v) {
        return !v.isInput() && v.producer().op() instanceof Clip c && c.min() == 0 && c.max() == 6
                ? plus(v.producer().operand(0), 3) : null;
    }

    /** x, if the value is x + c of x's type. */
    private static Value plus(Value v, double c) {
        if (v.isInput() || !isBinary(v.producer(), BinaryKind.ADD)) {
            return null;
        }
        Node sum = v.producer();
        for (int i = 0; i < 2; i++) {
            if (Constants.isAbout(sum.operand(1 - i), c) && sum.operand(i).type().equals(v.type())) {
                return sum.operand(i);
            }
        }
        return null;
    }

    /** x, if the value is kind(x). */
    private static Value argument(Value v, UnaryKind kind) {
        return v != null && !v.isInput() && v.producer().op() instanceof Unary u && u.kind() == kind
                ? v.producer().operand(0) : null;
    }

    private static boolean isBinary(Node node, BinaryKind kind) {
        return node.op() instanceof Binary b && b.kind() == kind;
    }

    /**
     * The node as a product whose partial products have no other use; null if it is none, or if a factor broadcasts.
     */
    private static Product product(Graph graph, Node node) {
        if (!isBinary(node, BinaryKind.MUL) && !isBinary(node, BinaryKind.DIV)) {
            return null;
        }
        List<Value> factors = new ArrayList<>();
        double constant = collect(graph, node, factors);
        boolean oneShape = factors.stream().allMatch(f -> f.type().equals(node.result().type()));
        return oneShape && factors.size() <= 3 ? new Product(constant, factors) : null;
    }

    private static double collect(Graph graph, Node node, List<Value> factors) {
        boolean divides = isBinary(node, BinaryKind.DIV);
        double constant = 1;
        if (divides && Constants.splat(node.operand(1)).isEmpty()) {
            factors.add(node.result());
            return 1;
        }
        for (int i = 0; i < 2; i++) {
            Value v = node.operand(i);
            OptionalDouble c = Constants.splat(v);
            if (c.isPresent()) {
                constant *= divides && i == 1 ? 1 / c.getAsDouble() : c.getAsDouble();
            } else if (!v.isInput() && LinearLayer.isSoleUse(graph, v)
                    && (isBinary(v.producer(), BinaryKind.MUL) || isBinary(v.producer(), BinaryKind.DIV))) {
                constant *= collect(graph, v.producer(), factors);
            } else {
                factors.add(v);
            }
        }
        return constant;
    }
}
