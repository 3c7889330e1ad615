package acme.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.vendor.VendorTarget;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.ExtensionOp;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QuantOp;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Transpose;

/** What the chip executes: integer ops, and movement of data; a residual addition in the pass of its convolution. */
final class AcmeTarget implements VendorTarget {
    static final int ALIGNMENT = 32;

    @Override
    public Optional<String> refusal(Node node) {
        return switch (node.op()) {
            case QuantOp _, ExtensionOp _, MaxPool _, Reshape _, Transpose _ -> Optional.empty();
            default -> Optional.of("the chip has no floating-point unit");
        };
    }

    @Override
    public int alignment() {
        return ALIGNMENT;
    }

    @Override
    public void replaceOps(Graph tile) {
        for (Node add : tile.nodes()) {
            if (add.op() instanceof QAdd a && add.operand(0) != add.operand(1)) {
                if (isOnlyFor(tile, add.operand(0))) {
                    replace(tile, add, a, true);
                } else if (isOnlyFor(tile, add.operand(1))) {
                    replace(tile, add, a, false);
                }
            }
        }
    }

    private static boolean isOnlyFor(Graph tile, Value value) {
        return !value.isInput() && value.producer().op() instanceof QConv2d && value.producer().operands().size() == 3
                && value.users().size() == 1 && !tile.isOutput(value);
    }

    private static void replace(Graph tile, Node add, QAdd op, boolean first) {
        Node convolution = add.operand(first ? 0 : 1).producer();
        List<Value> operands = new ArrayList<>(convolution.operands());
        operands.add(add.operand(first ? 1 : 0));
        Node both = tile.insertTyped(add, new ConvolveAdd((QConv2d) convolution.op(), convolution.result().type(), op,
                first), operands, List.of(add.result().type()), add.location());
        both.result().setName(add.result().name());
        tile.replaceAllUses(add.result(), both.result());
        tile.erase(add);
        tile.erase(convolution);
    }
}
