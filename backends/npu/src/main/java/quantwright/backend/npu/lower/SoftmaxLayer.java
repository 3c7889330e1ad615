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

/** Integer softmax over channels. */
final class SoftmaxLayer extends VectorLayer {
    private final byte[] table;

    SoftmaxLayer(Node node, Feature input, Feature output, int[] exponentials) {
        super(node, List.of(input), output);
        this.table = Tables.integers(exponentials);
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
        return new Work(1, output().width() * output().channels() / model.vectorUnit().softmax());
    }

    @Override
    void emit(Emission emission, Region part, List<Located> from, Located to, int constants) {
        Grid grid = new Grid(part.rows().count(), part.columns().count(), output().channels());
        emission.vector(new VectorInstruction.Softmax(grid,
                Areas.pixels(from.getFirst(), inputs().getFirst(), part, 0), Areas.pixels(to, output(), part, 0),
                constants));
    }
}
