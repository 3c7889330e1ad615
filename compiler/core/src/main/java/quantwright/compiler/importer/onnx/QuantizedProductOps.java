package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.List;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QMatMul;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.ElementType;
import quantwright.ir.type.Floats;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/** QLinearConv, QLinearMatMul and the integer products with raw i32 sums. */
final class QuantizedProductOps {
    private QuantizedProductOps() {
    }

    static void register(OpTable table) {
        table.add("QLinearConv", QuantizedProductOps::convolution);
        table.add("ConvInteger", QuantizedProductOps::integerConvolution);
        table.add("QLinearMatMul", QuantizedProductOps::matmul);
        table.add("MatMulInteger", QuantizedProductOps::integerMatmul);
    }

    /** The per-tensor type of {@code x} from scale operand {@code scaleAt} and zero point operand after it. */
    static QuantizedType.PerTensor perTensor(NodeContext cx, Edge x, int scaleAt) {
        ScalarType expressed = cx.input(scaleAt).type().storage();
        if (QuantizeOps.parameters(cx, x.shape(), scaleAt, x.type().storage(), expressed, 0)
                instanceof QuantizedType.PerTensor type) {
            return type;
        }
        throw cx.unsupported("operand " + scaleAt + " (scale) must have one element");
    }

    /** The result's type from scale operand {@code scaleAt} and zero point operand after it. */
    private static QuantizedType.PerTensor result(NodeContext cx, int scaleAt) {
        ScalarType storage = cx.input(scaleAt + 1).type().storage();
        ScalarType expressed = cx.input(scaleAt).type().storage();
        float scale = cx.knownFloat(scaleAt, "scale");
        int zero = QuantizeOps.zeros(cx, scaleAt + 1, 1)[0];
        return QuantizeOps.valid(() -> new QuantizedType.PerTensor(storage, expressed, scale, zero));
    }

    private static void convolution(NodeContext cx) {
        Edge x = cx.raw(0);
        Edge w = cx.input(3);
        QuantizedType.PerTensor xType = perTensor(cx, x, 1);
        QuantizedType wType = QuantizeOps.parameters(cx, w.shape(), 4, w.type().storage(), xType.expressed(), 0);
        emit(cx, x, xType, w, wType, result(cx, 6), cx.optional(8));
    }

    private static void integerConvolution(NodeContext cx) {
        Edge x = cx.raw(0);
        Edge w = cx.input(1);
        int zero = QuantizeOps.zeros(cx, 2, 1)[0];
        emit(cx, x, unit(x, zero), w, unitAxis(cx, w, 3, 0), ScalarType.I32, null);
    }

    private static QuantizedType.PerTensor unit(Edge x, int zero) {
        return QuantizeOps.valid(() -> QuantizedType.perTensor(x.type().storage(), 1, zero));
    }

    /** Scale 1 with the zero points of operand {@code zeroAt}, one or one for each index of {@code axis}. */
    private static QuantizedType unitAxis(NodeContext cx, Edge w, int zeroAt, int axis) {
        int[] zeros = cx.has(zeroAt) ? cx.knownInts(zeroAt, "zero point") : new int[1];
        if (zeros.length == 1) {
            return unit(w, zeros[0]);
        }
        float[] ones = new float[zeros.length];
        java.util.Arrays.fill(ones, 1);
        if (zeros.length != w.dim(axis)) {
            throw QuantizeOps.bad(zeros.length + " zero points along axis " + axis + " of " + w.shape());
        }
        int normal = cx.axis(axis, w.rank());
        return QuantizeOps.valid(() -> new QuantizedType.PerAxis(w.type().storage(), ScalarType.F32, normal,
                Floats.of(ones), Ints.of(zeros)));
    }

    private static void emit(NodeContext cx, Edge x, QuantizedType xType, Edge w, QuantizedType wType,
                             ElementType result, Edge bias) {
        int groups = cx.attributes().intOr("group", 1);
        Window2d window = ConvolutionOps.window(cx, x, w).window();
        List<Edge> operands = new ArrayList<>();
        operands.add(ChannelsLast.image(cx, QuantizeOps.as(cx, x, xType)));
        // Scales lie along the outputs, which stay axis 0.
        operands.add(QuantizeOps.as(cx, ChannelsLast.weights(cx, w), wType));
        if (bias != null) {
            operands.add(bias);
        }
        QuantOp op = new QConv2d(window, groups, QuantizeOps.rounding(), Clamp.full(result.storage()));
        Edge y = cx.emitter().emitAs(result, op, operands.toArray(Edge[]::new));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    private static void matmul(NodeContext cx) {
        Edge a = cx.raw(0);
        Edge b = cx.raw(3);
        QuantizedType aType = QuantizeOps.parameters(cx, a.shape(), 1, a.type().storage(),
                cx.input(1).type().storage(), -2);
        QuantizedType bType = QuantizeOps.parameters(cx, b.shape(), 4, b.type().storage(),
                cx.input(4).type().storage(), -1);
        product(cx, a, aType, b, bType, result(cx, 6));
    }

    private static void integerMatmul(NodeContext cx) {
        Edge a = cx.raw(0);
        Edge b = cx.raw(1);
        product(cx, a, unitAxis(cx, a, 2, -2), b, unitAxis(cx, b, 3, -1), ScalarType.I32);
    }

    private static void product(NodeContext cx, Edge a, QuantizedType aType, Edge b, QuantizedType bType,
                                ElementType result) {
        QuantOp op = new QMatMul(false, QuantizeOps.rounding(), Clamp.full(result.storage()));
        if (a.rank() > 1 && b.rank() > 1) {
            cx.set(0, cx.emitter().emitAs(result, op, QuantizeOps.as(cx, a, aType), QuantizeOps.as(cx, b, bType)));
            return;
        }
        cx.set(0, ProductOps.vectors(cx, QuantizeOps.as(cx, a, aType), QuantizeOps.as(cx, b, bType),
                (l, r) -> cx.emitter().emitAs(result, op, l, r)));
    }
}
