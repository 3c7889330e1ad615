package quantwright.compiler.pass;

import java.util.List;
import quantwright.compiler.importer.ImportDiagnostic;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.op.Dense;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.MatMul;
import quantwright.ir.pass.Pass;
import quantwright.ir.pass.PassContext;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.Ints;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;

/**
 * Gives dense weights whose blocks of inputs have scales of their own the form in which their products are integers
 * ({@link BlockMultipliers}), where that changes no real; a matrix product by them becomes a dense layer. Where it does
 * not, and the product's other operand is quantized too, so that it stays on floats for this alone, a warning says why.
 */
public final class LowerBlockScales implements Pass {
    /** The pass. */
    public LowerBlockScales() {
    }

    @Override
    public PassInfo info() {
        return new PassInfo("lower-block-scales", "gives scales of blocks the form of integer sums, where exact", Level.QUANT,
                List.of("normalize-storage"));
    }

    @Override
    public boolean run(Graph graph, PassContext context) {
        boolean changed = false;
        for (Node node : graph) {
            if (node.op() instanceof Dense || node.op() instanceof MatMul) {
                changed |= lower(graph, node, context);
            }
        }
        return changed;
    }

    private static boolean lower(Graph graph, Node node, PassContext context) {
        Value stored = Qdq.beneath(node.operand(1));
        ConstantData data = stored == null ? null : Constants.data(stored).orElse(null);
        if (data == null || data.type().rank() != 2 || !(data.type().element() instanceof QuantizedType.PerBlock blocks)) {
            return false;
        }
        boolean transposed = node.op() instanceof MatMul m && !m.transposeB();
        if (blocks.axis() != (transposed ? 0 : 1)) {
            return false;
        }
        Shape s = data.type().shape();
        int outputs = s.dim(transposed ? 1 : 0);
        BlockMultipliers.Result form = BlockMultipliers.of(blocks, outputs, scales(blocks, outputs, transposed));
        if (form.type().isEmpty()) {
            if (Qdq.byteBeneath(node.operand(0)) != null) {
                warn(node, stored, form.problem(), context);
            }
            return false;
        }
        ConstantData plain = data.withType(new TensorType(blocks.storage(), s));
        ConstantData rows = transposed ? Constants.transpose(plain, Ints.of(1, 0)) : plain;
        Value weights = Constants.insert(graph, node, rows.withType(new TensorType(form.type().get(), rows.type().shape())),
                stored);
        Value reals = graph.insertBefore(node, new Dequantize(), List.of(weights), List.of(), node.location()).result();
        Value[] operands = node.operands().toArray(Value[]::new);
        operands[1] = reals;
        Node dense = graph.insertBefore(node, new Dense(), List.of(operands), List.of(), node.location());
        graph.replaceAllUses(node.result(), dense.result());
        DeadCode.eraseIfDead(graph, node);
        context.hit("block-scales");
        return true;
    }

    /** The scales of an output together. */
    private static float[] scales(QuantizedType.PerBlock blocks, int outputs, boolean transposed) {
        float[] scales = new float[blocks.scaleCount()];
        int groups = scales.length / outputs;
        for (int o = 0; o < outputs; o++) {
            for (int g = 0; g < groups; g++) {
                scales[o * groups + g] = blocks.scale(transposed ? g * outputs + o : o * groups + g);
            }
        }
        return scales;
    }

    private static void warn(Node node, Value stored, String problem, PassContext context) {
        boolean known = context.diagnostics().all().stream().anyMatch(d -> d.code() == ImportDiagnostic.BLOCK_SCALES
                && d.location().equals(node.location()));
        if (!known) {
            context.diagnostics().report(ImportDiagnostic.BLOCK_SCALES, node.location(), "the product by '" + stored.name()
                    + "' stays on floats: " + problem);
        }
    }
}
