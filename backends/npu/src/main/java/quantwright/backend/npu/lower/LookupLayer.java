package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.Node;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.VectorInstruction;

/** Any function of one 8-bit value: activations, clamps, changes of scale. */
final class LookupLayer extends VectorLayer {
    private final byte[] table;

    LookupLayer(Node node, Feature input, Feature output, byte[] table) {
        super(node, List.of(input), output);
        this.table = table;
    }

    @Override
    byte[] constants() {
        return table;
    }

    @Override
    Work work(CostModel model) {
        return new Work(1, output().width() * output().channels() / model.vectorUnit().lookup());
    }

    @Override
    void emit(Emission emission, Rows rows, List<Located> from, Located to, int constants) {
        emission.vector(new VectorInstruction.Lookup(
                new Grid(rows.count(), 1, output().width() * output().channels()),
                Areas.rows(from.getFirst(), inputs().getFirst(), rows), Areas.rows(to, output(), rows), constants));
    }
}
