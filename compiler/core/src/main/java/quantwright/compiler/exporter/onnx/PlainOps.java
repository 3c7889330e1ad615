package quantwright.compiler.exporter.onnx;

import static quantwright.compiler.exporter.onnx.OnnxModelWriter.attribute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import quantwright.compiler.importer.onnx.generated.AttributeProto;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.BatchNorm;
import quantwright.ir.op.Binary;
import quantwright.ir.op.BinaryKind;
import quantwright.ir.op.Cast;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Clip;
import quantwright.ir.op.Compare;
import quantwright.ir.op.Concat;
import quantwright.ir.op.Conv2d;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Elu;
import quantwright.ir.op.Expand;
import quantwright.ir.op.Gather;
import quantwright.ir.op.HardSigmoid;
import quantwright.ir.op.Identity;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.LogSoftmax;
import quantwright.ir.op.MatMul;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.Reduce;
import quantwright.ir.op.ReduceKind;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Resize;
import quantwright.ir.op.ResizeSpec;
import quantwright.ir.op.Slice;
import quantwright.ir.op.Softmax;
import quantwright.ir.op.SpaceToDepth;
import quantwright.ir.op.Transpose;
import quantwright.ir.op.Unary;
import quantwright.ir.op.Where;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.Shape;

/**
 * Ops that have an operator of their own in ONNX, on floats or on elements they only move. Attributes that name axes are
 * those of the exported order; ops over images take them channels first.
 */
final class PlainOps {
    /** What an op cannot be written as. */
    static final class Inexpressible extends RuntimeException {
        private static final long serialVersionUID = 1;

        Inexpressible(String message) {
            super(message);
        }
    }

    private final OnnxModelWriter writer;

    PlainOps(OnnxModelWriter writer) {
        this.writer = writer;
    }

    /**
     * Writes an op.
     *
     * @param op with axes of the exported order
     * @param operands names of its operands in that order
     * @param x shape of operand 0 in that order
     * @param y shape of the result in that order
     * @param type plain element type of the result
     * @param hint like what to name the result
     * @return the result's name
     * @throws Inexpressible if ONNX has no such operator
     */
    String write(Op op, List<String> operands, Shape x, Shape y, ScalarType type, String hint) {
        return switch (op) {
            case Unary u -> unary(u, operands, hint);
            case Clip c -> clip(c.min(), c.max(), operands.getFirst(), hint);
            case LeakyRelu l -> writer.node("LeakyRelu", hint, operands, attribute("alpha", l.alpha()));
            case Elu e -> writer.node("Elu", hint, operands, attribute("alpha", e.alpha()));
            case HardSigmoid h -> writer.node("HardSigmoid", hint, operands, attribute("alpha", h.alpha()),
                    attribute("beta", h.beta()));
            case Binary b -> binary(b.kind(), operands, type, hint);
            case Compare c -> writer.node(compare(c), hint, operands);
            case Where _ -> writer.node("Where", hint, operands);
            case Cast c -> writer.node("Cast", hint, operands, attribute("to", OnnxElements.code(c.to())));
            case Identity _ -> writer.node("Identity", hint, operands);
            case Softmax s -> softmax(s, operands, hint);
            case LogSoftmax s -> writer.node("LogSoftmax", hint, operands, attribute("axis", s.axis()));
            case BatchNorm b when b.axis() == 1 -> writer.node("BatchNormalization", hint, operands,
                    attribute("epsilon", b.epsilon()));
            case MatMul m -> writer.node("MatMul", hint, m.transposeB() ? transposedB(operands, x) : operands);
            case Conv2d c -> writer.node("Conv", hint, operands, convolution(c.window(), c.groups()));
            case AvgPool p -> average(p, operands, hint);
            case MaxPool p -> writer.node("MaxPool", hint, operands, window(p.window(), p.window().padBottom(),
                    p.window().padRight()));
            case Reduce r -> reduce(r, operands, hint);
            case Reshape r -> reshape(operands.getFirst(), r.shape().toArray(), hint);
            case Transpose t -> writer.node("Transpose", hint, operands, attribute("perm", t.permutation().toArray()));
            case Concat c -> writer.node("Concat", hint, operands, attribute("axis", c.axis()));
            case Slice s -> slice(s, operands.getFirst(), hint);
            case Expand e -> writer.node("Expand", hint, List.of(operands.getFirst(),
                    writer.longs("shape", e.shape().toArray())));
            case Gather g -> writer.node("Gather", hint, operands, attribute("axis", g.axis()));
            case Pad p -> pad(p, operands.getFirst(), hint);
            case Resize r -> resize(r.spec(), operands.getFirst(), x, y, hint);
            case DepthToSpace d -> writer.node("DepthToSpace", hint, operands, attribute("blocksize", d.block()),
                    attribute("mode", d.columnRowDepth() ? "CRD" : "DCR"));
            case SpaceToDepth s -> writer.node("SpaceToDepth", hint, operands, attribute("blocksize", s.block()));
            case ChannelShuffle s -> shuffle(s.groups(), operands.getFirst(), x, hint);
            default -> throw new Inexpressible(op.mnemonic() + " has no counterpart");
        };
    }

    private String unary(Unary u, List<String> x, String hint) {
        String direct = switch (u.kind()) {
            case RELU -> "Relu";
            case SIGMOID -> "Sigmoid";
            case TANH -> "Tanh";
            case EXP -> "Exp";
            case LOG -> "Log";
            case SQRT -> "Sqrt";
            case RECIPROCAL -> "Reciprocal";
            case NEG -> "Neg";
            case ABS -> "Abs";
            case FLOOR -> "Floor";
            case CEIL -> "Ceil";
            case ROUND -> "Round";
            case SIGN -> "Sign";
            case ERF -> "Erf";
            case HARD_SWISH -> "HardSwish";
            case SOFTPLUS -> "Softplus";
            case SIN -> "Sin";
            case COS -> "Cos";
            case NOT -> "Not";
            case GELU, GELU_TANH, SILU -> "";
        };
        if (!direct.isEmpty()) {
            return writer.node(direct, hint, x);
        }
        return switch (u.kind()) {
            case SILU -> writer.node("Mul", hint, List.of(x.getFirst(), writer.node("Sigmoid", hint + "_s", x)));
            case GELU -> writer.node(OnnxModelWriter.MICROSOFT, "Gelu", hint, x);
            default -> throw new Inexpressible("the tanh form of GELU has no counterpart before operator set 20");
        };
    }

    /** Clips reals; an infinite bound is none. */
    String clip(float min, float max, String x, String hint) {
        if (min == 0 && max == Float.POSITIVE_INFINITY) {
            return writer.node("Relu", hint, List.of(x));
        }
        List<String> operands = new ArrayList<>(List.of(x,
                min == Float.NEGATIVE_INFINITY ? "" : writer.scalar("min", min)));
        if (max != Float.POSITIVE_INFINITY) {
            operands.add(writer.scalar("max", max));
        }
        return writer.node("Clip", hint, operands);
    }

    private String binary(BinaryKind kind, List<String> operands, ScalarType type, String hint) {
        return switch (kind) {
            case ADD -> writer.node("Add", hint, operands);
            case SUB -> writer.node("Sub", hint, operands);
            case MUL -> writer.node("Mul", hint, operands);
            case DIV -> writer.node("Div", hint, operands);
            case MIN -> writer.node("Min", hint, operands);
            case MAX -> writer.node("Max", hint, operands);
            case POW -> writer.node("Pow", hint, operands);
            case MOD -> writer.node("Mod", hint, operands, attribute("fmod", type.isFloat() ? 1 : 0));
        };
    }

    private static String compare(Compare c) {
        return switch (c.kind()) {
            case EQUAL -> "Equal";
            case LESS -> "Less";
            case LESS_OR_EQUAL -> "LessOrEqual";
            case GREATER -> "Greater";
            case GREATER_OR_EQUAL -> "GreaterOrEqual";
            case AND -> "And";
            case OR -> "Or";
            case XOR -> "Xor";
        };
    }

    private String softmax(Softmax s, List<String> x, String hint) {
        List<String> operand = s.beta() == 1 ? x : List.of(writer.node("Mul", hint + "_scaled",
                List.of(x.getFirst(), writer.scalar("beta", s.beta()))));
        return writer.node("Softmax", hint, operand, attribute("axis", s.axis()));
    }

    private List<String> transposedB(List<String> operands, Shape a) {
        int rank = a.rank();
        int[] p = quantwright.compiler.pass.Permutations.identity(rank).toArray();
        p[rank - 1] = rank - 2;
        p[rank - 2] = rank - 1;
        return List.of(operands.get(0), writer.node("Transpose", operands.get(1) + "_t", List.of(operands.get(1)),
                attribute("perm", p)));
    }

    /** Attributes of a convolution. */
    static AttributeProto[] convolution(Window2d window, int groups) {
        AttributeProto[] shared = window(window, window.padBottom(), window.padRight());
        AttributeProto[] all = Arrays.copyOf(shared, shared.length + 1);
        all[shared.length] = attribute("group", groups);
        return all;
    }

    /** Geometry of a window. */
    static AttributeProto[] window(Window2d w, int bottom, int right) {
        List<AttributeProto> all = new ArrayList<>(List.of(
                attribute("kernel_shape", new int[] {w.kernelH(), w.kernelW()}),
                attribute("strides", new int[] {w.strideH(), w.strideW()}),
                attribute("pads", new int[] {w.padTop(), w.padLeft(), bottom, right})));
        if (w.dilationH() != 1 || w.dilationW() != 1) {
            all.add(attribute("dilations", new int[] {w.dilationH(), w.dilationW()}));
        }
        return all.toArray(AttributeProto[]::new);
    }

    private String average(AvgPool p, List<String> operands, String hint) {
        return writer.node("AveragePool", hint, operands, average(p.window(), p.countIncludePad(), p.uncountedBottom(),
                p.uncountedRight()));
    }

    /** Attributes of an average; rows and columns that only ceil mode added go into that. */
    static AttributeProto[] average(Window2d window, boolean countPad, int uncountedBottom, int uncountedRight) {
        if (window.dilationH() != 1 || window.dilationW() != 1) {
            throw new Inexpressible("an average over a dilated window has no counterpart before operator set 19");
        }
        AttributeProto[] shared = window(window, window.padBottom() - uncountedBottom,
                window.padRight() - uncountedRight);
        AttributeProto[] all = Arrays.copyOf(shared, shared.length + 2);
        all[shared.length] = attribute("count_include_pad", countPad ? 1 : 0);
        all[shared.length + 1] = attribute("ceil_mode", uncountedBottom + uncountedRight > 0 ? 1 : 0);
        return all;
    }

    private String reduce(Reduce r, List<String> x, String hint) {
        String type = switch (r.kind()) {
            case SUM -> "ReduceSum";
            case MEAN -> "ReduceMean";
            case MAX -> "ReduceMax";
            case MIN -> "ReduceMin";
            case PROD -> "ReduceProd";
            case SUM_SQUARE -> "ReduceSumSquare";
            case L2 -> "ReduceL2";
        };
        AttributeProto keep = attribute("keepdims", r.keepDims() ? 1 : 0);
        int[] axes = r.axes().toArray();
        boolean spatial = r.keepDims() && Arrays.equals(axes, new int[] {2, 3});
        if (spatial && r.kind() == ReduceKind.MEAN) {
            return writer.node("GlobalAveragePool", hint, x);
        }
        if (writer.opset() >= 18 || r.kind() == ReduceKind.SUM) {
            return writer.node(type, hint, List.of(x.getFirst(), writer.longs("axes", axes)), keep);
        }
        return writer.node(type, hint, x, attribute("axes", axes), keep);
    }

    /** Writes a reshape. */
    String reshape(String x, int[] shape, String hint) {
        return writer.node("Reshape", hint, List.of(x, writer.longs("shape", shape)));
    }

    private String slice(Slice s, String x, String hint) {
        int rank = s.starts().size();
        int[] ends = new int[rank];
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) {
            int end = s.starts().get(i) + s.sizes().get(i) * s.steps().get(i);
            // Before the first element is -1 in our count, and the last element in ONNX's.
            ends[i] = end < 0 ? Integer.MIN_VALUE : end;
            axes[i] = i;
        }
        return writer.node("Slice", hint, List.of(x, writer.longs("starts", s.starts().toArray()),
                writer.longs("ends", ends), writer.longs("axes", axes), writer.longs("steps", s.steps().toArray())));
    }

    private String pad(Pad p, String x, String hint) {
        int rank = p.before().size();
        int[] pads = new int[2 * rank];
        for (int i = 0; i < rank; i++) {
            pads[i] = p.before().get(i);
            pads[rank + i] = p.after().get(i);
        }
        String mode = switch (p.mode()) {
            case CONSTANT -> "constant";
            case REFLECT -> "reflect";
            case EDGE -> "edge";
        };
        List<String> operands = new ArrayList<>(List.of(x, writer.longs("pads", pads)));
        if (p.value() != 0) {
            operands.add(writer.scalar("value", p.value()));
        }
        return writer.node("Pad", hint, operands, attribute("mode", mode));
    }

    /** Writes a resize of an image. */
    private String resize(ResizeSpec s, String x, Shape from, Shape to, String hint) {
        boolean scaled = (int) Math.floor(from.dim(2) * s.scaleH()) == to.dim(2)
                && (int) Math.floor(from.dim(3) * s.scaleW()) == to.dim(3);
        List<String> operands = scaled
                ? List.of(x, "", writer.initializer("scales", quantwright.ir.data.Tensor.ofFloats(new int[] {4}, 1, 1,
                        s.scaleH(), s.scaleW())))
                : List.of(x, "", "", writer.longs("sizes", to.toArray()));
        String mode = switch (s.mode()) {
            case NEAREST -> "nearest";
            case LINEAR -> "linear";
        };
        return writer.node("Resize", hint, operands, attribute("mode", mode),
                attribute("coordinate_transformation_mode", s.coordinates().name().toLowerCase(java.util.Locale.ROOT)),
                attribute("nearest_mode", s.nearest().name().toLowerCase(java.util.Locale.ROOT)));
    }

    /** Writes a shuffle of the channels of [N,C,...], or of the last axis of any other tensor. */
    private String shuffle(int groups, String x, Shape shape, String hint) {
        int axis = shape.rank() == 4 ? 1 : shape.rank() - 1;
        int rest = (int) shape.product(axis + 1, shape.rank());
        int[] parts = {(int) shape.product(0, axis), groups, shape.dim(axis) / groups, rest};
        String split = reshape(x, parts, hint + "_split");
        String moved = writer.node("Transpose", hint + "_swap", List.of(split),
                attribute("perm", new int[] {0, 2, 1, 3}));
        return reshape(moved, shape.toArray(), hint);
    }
}
