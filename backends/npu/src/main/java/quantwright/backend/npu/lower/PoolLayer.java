package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Halo;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.Node;
import quantwright.ir.op.Window2d;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.PoolKind;
import quantwright.npu.isa.VectorInstruction;
import quantwright.npu.isa.Window;

/** Maxima and averages of windows. */
final class PoolLayer extends VectorLayer {
    private final Window2d window;
    private final PoolRule rule;

    PoolLayer(Node node, Feature input, Feature output, Window2d window, PoolRule rule) {
        super(node, List.of(input), output);
        this.window = window;
        this.rule = rule;
    }

    Window2d window() {
        return window;
    }

    PoolRule rule() {
        return rule;
    }

    @Override
    public Halo halo(int input) {
        return Windows.halo(window, inputs().getFirst(), output());
    }

    @Override
    public int fill(int input) {
        return rule.kind() == PoolKind.MAX ? inputs().getFirst().number().min() : rule.inputZero();
    }

    @Override
    public Rows rows(int input, int from, int to) {
        return Windows.rows(window, from, to);
    }

    @Override
    public Rows columns(int input, int from, int to) {
        return Windows.columns(window, from, to);
    }

    @Override
    public boolean isStriped() {
        // Entries of a table follow whole rows.
        return !rule.perRow();
    }

    @Override
    byte[] constants() {
        return rule.table();
    }

    @Override
    Work work(CostModel model) {
        return new Work(1, (double) output().width() * output().channels() * window.kernelH() * window.kernelW()
                / model.vectorUnit().pool());
    }

    @Override
    void emit(Emission emission, Region part, List<Located> from, Located to, int constants) {
        Rows rows = part.rows();
        Rows columns = part.columns();
        Feature in = inputs().getFirst();
        Located x = from.getFirst();
        int pixel = in.pixelPitch();
        Window taps = new Window(x.at(rows.from() * window.strideH() - window.padTop(),
                columns.from() * window.strideW() - window.padLeft()), in.number(),
                rule.inputZero(), rows.count(), rows.count() == 1 ? 0 : window.strideH() * x.rowPitch(),
                columns.count(), columns.count() == 1 ? 0 : window.strideW() * pixel, window.kernelH(),
                window.kernelH() == 1 ? 0 : window.dilationH() * x.rowPitch(), window.kernelW(),
                window.kernelW() == 1 ? 0 : window.dilationW() * pixel, in.channels());
        Area area = Areas.pixels(to, output(), part, 0);
        int table = rule.table().length == 0 ? 0
                : constants + (rule.perRow() ? rows.from() * output().width() * rule.entryBytes() : 0);
        emission.vector(new VectorInstruction.Pool(rule.kind(), taps,
                new Area(area.address(), area.type(), rule.outputZero(), area.outerPitch(), area.innerPitch()),
                rule.rescaling(), table, rule.perRow(), rule.clamp().min(), rule.clamp().max()));
    }
}
