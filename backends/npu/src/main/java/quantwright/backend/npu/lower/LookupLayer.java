package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
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
    public boolean isStriped() {
        return true;
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
    void emit(Emission emission, Region part, List<Located> from, Located to, int constants) {
        emission.vector(new VectorInstruction.Lookup(
                new Grid(part.rows().count(), 1, part.columns().count() * output().channels()),
                Areas.rows(from.getFirst(), inputs().getFirst(), part), Areas.rows(to, output(), part), constants));
    }
}
