package quantwright.compiler.pass;

import java.util.List;
import java.util.Optional;
import quantwright.ir.Graph;
import quantwright.ir.Level;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.data.ConstantData;
import quantwright.ir.interp.ConstantFolder;
import quantwright.ir.op.Constant;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.QuantOp;
import quantwright.ir.pass.PassInfo;
import quantwright.ir.type.ElementType;

/**
 * Evaluates ops whose operands are all constants, with the interpreter's own arithmetic, so that every bit stays.
 * Results that take much more memory than their operands are left to run time, and so is the dequantization of a
 * constant: lowering wants the integers.
 */
public final class FoldConstants extends RewritePass {
    /** The pass. */
    public FoldConstants() {
        super(new PassInfo("fold-constants", "evaluates ops on constants", Level.QUANT));
    }

    @Override
    public List<Rewrite> rewrites() {
        return List.of(new Rewrite("fold-constant", "op(constants) -> constant", FoldConstants::fold));
    }

    // op(constants) -> constant
    private static boolean fold(Graph graph, Node node) {
        if (node.op() instanceof Constant || node.op() instanceof Dequantize || node.results().size() != 1
                || node.operands().isEmpty()
                || graph.isUnused(node.result()) || !node.operands().stream().allMatch(Constants::isConstant)) {
            return false;
        }
        List<ConstantData> operands = node.operands().stream().map(v -> Constants.data(v).orElseThrow()).toList();
        List<ElementType> requested = node.op() instanceof QuantOp ? List.of(node.result().type().element())
                : List.of();
        Optional<ConstantData> folded = ConstantFolder.fold(node.op(), operands, requested);
        if (folded.isEmpty()) {
            return false;
        }
        Node made = graph.insertBefore(node, new Constant(folded.get()), List.of(), List.of(), node.location());
        Value result = node.result();
        graph.replaceAllUses(result, made.result());
        return true;
    }
}
