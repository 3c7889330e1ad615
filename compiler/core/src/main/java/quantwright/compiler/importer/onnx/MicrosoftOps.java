package quantwright.compiler.importer.onnx;

import java.util.ArrayList;
import java.util.List;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.op.AverageRule;
import quantwright.ir.op.Clamp;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.LeakyRelu;
import quantwright.ir.op.Op;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Unary;
import quantwright.ir.op.UnaryKind;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;

/**
 * The quantized operators of ONNX Runtime's domain com.microsoft, as its own quantizer writes them
 * (docs/ContribOperators.md of ONNX Runtime).
 */
final class MicrosoftOps {
    private static final String DOMAIN = "com.microsoft";

    private MicrosoftOps() {
    }

    static void register(OpTable table) {
        table.add(DOMAIN, "QuantizeLinear", table.find("", "QuantizeLinear"));
        table.add(DOMAIN, "DequantizeLinear", table.find("", "DequantizeLinear"));
        table.add(DOMAIN, "Gelu", table.find("", "Gelu"));
        table.add(DOMAIN, "QLinearAdd", cx -> binary(cx, false));
        table.add(DOMAIN, "QLinearMul", cx -> binary(cx, true));
        table.add(DOMAIN, "QLinearConcat", MicrosoftOps::concat);
        table.add(DOMAIN, "QLinearAveragePool", MicrosoftOps::averagePool);
        table.add(DOMAIN, "QLinearGlobalAveragePool", MicrosoftOps::globalAveragePool);
        table.add(DOMAIN, "QGemm", MicrosoftOps::gemm);
        table.add(DOMAIN, "QLinearLeakyRelu", cx -> function(cx,
                new LeakyRelu(cx.attributes().floatOr("alpha", 0.01f))));
        table.add(DOMAIN, "QLinearSigmoid", cx -> function(cx, new Unary(UnaryKind.SIGMOID)));
    }

    private static Edge operand(NodeContext cx, int i) {
        Edge x = cx.raw(i);
        return QuantizeOps.as(cx, x, QuantizedProductOps.perTensor(cx, x, i + 1));
    }

    /** The result's type; an omitted zero point is 0 in the operand's storage. */
    private static QuantizedType.PerTensor result(NodeContext cx, Edge like, int scaleAt) {
        return QuantizedProductOps.perTensor(cx, like, scaleAt);
    }

    // A, A_scale, A_zero, B, B_scale, B_zero, C_scale, C_zero
    private static void binary(NodeContext cx, boolean multiply) {
        Edge a = operand(cx, 0);
        Edge b = operand(cx, 3);
        QuantizedType.PerTensor type = result(cx, a, 6);
        Clamp clamp = Clamp.full(type.storage());
        QuantOp op = multiply ? new QMul(QuantizeOps.rounding(), clamp)
                : new QAdd(false, QuantizeOps.rounding(), clamp);
        cx.set(0, cx.emitter().emitAs(type, op, a, b));
    }

    // Y_scale, Y_zero, then tensor, scale, zero for each part
    private static void concat(NodeContext cx) {
        int axis = cx.attributes().requiredInt("axis");
        if (cx.inputCount() < 5 || cx.inputCount() % 3 != 2) {
            throw new ImportFailure(ImportDiagnostic.BAD_GRAPH, "has " + cx.inputCount() + " operands");
        }
        List<Edge> parts = new ArrayList<>();
        for (int i = 2; i < cx.inputCount(); i += 3) {
            parts.add(operand(cx, i));
        }
        Edge first = parts.get(0);
        cx.set(0, cx.emitter().emitAs(result(cx, first, 0),
                new QConcat(cx.axis(axis, first.rank()), QuantizeOps.rounding()), parts.toArray(Edge[]::new)));
    }

    private static boolean channelsLast(NodeContext cx) {
        return cx.attributes().flag("channels_last", false);
    }

    // X, X_scale, X_zero, Y_scale, Y_zero
    private static void averagePool(NodeContext cx) {
        if (channelsLast(cx)) {
            throw cx.unsupported("attribute 'channels_last' = 1 is not supported");
        }
        Edge x = operand(cx, 0);
        QuantizedType.PerTensor type = result(cx, x, 3);
        boolean countPad = cx.attributes().flag("count_include_pad", false);
        boolean ceil = cx.attributes().flag("ceil_mode", false);
        SpatialWindow window = SpatialWindow.read(cx, ChannelsLast.spatial(x), null, ceil);
        Edge y = cx.emitter().emitAs(type, new QAvgPool(window.window(), countPad, window.uncountedBottom(),
                window.uncountedRight(), AverageRule.SCALED, QuantizeOps.rounding(), Clamp.full(type.storage())),
                ChannelsLast.image(cx, x));
        cx.set(0, ChannelsLast.back(cx, y, x.rank()));
    }

    private static void globalAveragePool(NodeContext cx) {
        Edge x = operand(cx, 0);
        if (x.rank() < 3) {
            throw cx.badShape("operand " + x.shape() + " has no spatial axes");
        }
        QuantizedType.PerTensor type = result(cx, x, 3);
        Ints axes = channelsLast(cx) ? Ints.range(1, x.rank() - 1) : Ints.range(2, x.rank());
        cx.set(0, cx.emitter().emitAs(type, new QMean(axes, true, AverageRule.SCALED, QuantizeOps.rounding(),
                Clamp.full(type.storage())), x));
    }

    // A, A_scale, A_zero, B, B_scale, B_zero, C (i32 at scale A_scale * B_scale), Y_scale, Y_zero; floats without Y_scale
    private static void gemm(NodeContext cx) {
        if (cx.attributes().floatOr("alpha", 1) != 1 || cx.attributes().flag("transA", false)) {
            throw cx.unsupported("attributes 'alpha' other than 1 and 'transA' = 1 are not supported");
        }
        Edge a = operand(cx, 0);
        Edge b = cx.input(3);
        if (a.rank() != 2 || b.rank() != 2) {
            throw cx.badShape("operands " + a.shape() + " and " + b.shape() + " must be matrices");
        }
        Edge rows = cx.attributes().flag("transB", false) ? b : cx.emitter().transpose(b, 1, 0);
        QuantizedType weights = QuantizeOps.parameters(cx, rows.shape(), 4, b.type().storage(), ScalarType.F32, 0);
        List<Edge> operands = new ArrayList<>(List.of(a, QuantizeOps.as(cx, rows, weights)));
        if (cx.has(6)) {
            operands.add(cx.emitter().reshape(cx.input(6), Math.toIntExact(cx.input(6).shape().elementCount())));
        }
        Edge[] all = operands.toArray(Edge[]::new);
        if (cx.has(7)) {
            QuantizedType.PerTensor type = result(cx, a, 7);
            cx.set(0, cx.emitter().emitAs(type, new QDense(QuantizeOps.rounding(), Clamp.full(type.storage())), all));
            return;
        }
        Edge sums = cx.emitter().emitAs(ScalarType.I32, new QDense(QuantizeOps.rounding(), Clamp.full(ScalarType.I32)),
                all);
        float[] scales = new float[weights.scaleCount()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = (float) ((double) a.type().quantized().scale(0) * (double) weights.scale(i));
        }
        cx.set(0, cx.emit(new Dequantize(), cx.emitter().emitAs(QuantizeOps.valid(() -> scales.length == 1
                ? QuantizedType.perTensor(ScalarType.I32, scales[0], 0)
                : QuantizedType.perAxis(ScalarType.I32, 1, scales)), new QReinterpret(), sums)));
    }

    // X, X_scale, X_zero, Y_scale, Y_zero: between conversions, from which a table is made
    private static void function(NodeContext cx, Op function) {
        Edge x = operand(cx, 0);
        QuantizedType.PerTensor type = result(cx, x, 3);
        cx.set(0, cx.emitter().emitAs(type, new Quantize(), cx.emit(function, cx.emit(new Dequantize(), x))));
    }
}
