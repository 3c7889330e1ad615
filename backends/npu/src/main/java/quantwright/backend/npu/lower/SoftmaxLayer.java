package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.ir.Node;
import quantwright.ir.arith.QuantizedSoftmax;
import quantwright.ir.op.QSoftmax;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.VectorInstruction;

/** Softmax over channels. */
final class SoftmaxLayer extends VectorLayer {
    private final boolean real;
    private final byte[] table;

    SoftmaxLayer(Node node, Feature input, Feature output, boolean real, byte[] exponentials) {
        super(node, List.of(input), output);
        this.real = real;
        this.table = exponentials;
    }

    /** The layer of a node that {@link Support} accepts. */
    static SoftmaxLayer of(Node node, QSoftmax op, Feature input, Feature output) {
        float scale = input.quantized().scale(0);
        return switch (op.rule()) {
            case INTEGER_TABLE -> new SoftmaxLayer(node, input, output, false,
                    Tables.integers(QuantizedSoftmax.integerTable(scale, op.beta())));
            case TFLITE -> new SoftmaxLayer(node, input, output, true,
                    Tables.reals(QuantizedSoftmax.tfliteTable(scale, op.beta())));
        };
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
                real, constants));
    }
}
