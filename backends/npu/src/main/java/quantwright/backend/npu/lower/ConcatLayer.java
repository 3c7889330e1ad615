package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.Node;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.VectorInstruction;

/** Maps side by side, each through a table if its parameters are not the result's. */
final class ConcatLayer extends VectorLayer {
    /** The axis that maps are joined along. */
    enum Axis { ROWS, PIXELS, CHANNELS }

    private final Axis axis;
    /** For each input its table; null where bytes are copied. */
    private final List<byte[]> tables;

    ConcatLayer(Node node, List<Feature> inputs, Feature output, Axis axis, List<byte[]> tables) {
        super(node, inputs, output);
        this.axis = axis;
        this.tables = new ArrayList<>(tables);
    }

    /** Whether channels are joined as they are. */
    boolean isPlain() {
        return axis == Axis.CHANNELS && tables.stream().allMatch(t -> t == null);
    }

    @Override
    public boolean isBanded() {
        return axis != Axis.ROWS;
    }

    @Override
    public Rows rows(int input, int from, int to) {
        return axis == Axis.ROWS ? new Rows(0, inputs().get(input).height()) : new Rows(from, to);
    }

    @Override
    public boolean isStriped() {
        return axis == Axis.CHANNELS;
    }

    @Override
    byte[] constants() {
        int n = (int) tables.stream().filter(t -> t != null).count();
        byte[] block = new byte[256 * n];
        int at = 0;
        for (byte[] table : tables) {
            if (table != null) {
                System.arraycopy(table, 0, block, at, 256);
                at += 256;
            }
        }
        return block;
    }

    @Override
    Work work(CostModel model) {
        double cycles = 0;
        for (int i = 0; i < inputs().size(); i++) {
            double bytes = (double) inputs().get(i).rowBytes() * inputs().get(i).height() / output().height();
            cycles += bytes / (tables.get(i) == null ? model.vectorUnit().move() : model.vectorUnit().lookup());
        }
        return new Work(inputs().size(), cycles);
    }

    @Override
    void emit(Emission emission, Region region, List<Located> from, Located to, int constants) {
        Rows rows = region.rows();
        int table = constants;
        int offset = 0;
        for (int i = 0; i < inputs().size(); i++) {
            Feature f = inputs().get(i);
            Region part = axis == Axis.CHANNELS ? region
                    : new Region(axis == Axis.ROWS ? new Rows(0, f.height()) : rows, new Rows(0, f.width()));
            int target = switch (axis) {
                case ROWS -> to.at(offset, 0);
                case PIXELS -> to.at(rows.from(), offset);
                case CHANNELS -> to.at(rows.from(), region.columns().from()) + offset * f.elementBytes();
            };
            place(emission, part, f, from.get(i), target, to.rowPitch(), tables.get(i) == null ? -1 : table);
            table += tables.get(i) == null ? 0 : 256;
            offset += switch (axis) {
                case ROWS -> f.height();
                case PIXELS -> f.width();
                case CHANNELS -> f.channels();
            };
        }
    }

    private void place(Emission emission, Region part, Feature f, Located from, int target, int rowPitch, int table) {
        boolean byPixel = axis == Axis.CHANNELS;
        int width = part.columns().count();
        int source = from.at(part.rows().from(), part.columns().from());
        int planes = part.rows().count();
        if (table < 0) {
            Extent size = byPixel ? new Extent(f.pixelPitch(), width, planes) : new Extent(f.rowBytes(), planes, 1);
            emission.vector(new VectorInstruction.Move(
                    byPixel ? new Block(source, f.pixelPitch(), from.rowPitch()) : new Block(source, from.rowPitch(), 0),
                    byPixel ? new Block(target, output().pixelPitch(), rowPitch) : new Block(target, rowPitch, 0), size));
            return;
        }
        Grid grid = byPixel ? new Grid(planes, width, f.channels()) : new Grid(planes, 1, f.width() * f.channels());
        Area in = byPixel ? Areas.pixels(from, f, part, 0) : Areas.rows(from, f, part);
        Area out = new Area(target, output().number(), output().zero(), planes == 1 ? 0 : rowPitch,
                !byPixel || width == 1 ? 0 : output().pixelPitch());
        emission.vector(new VectorInstruction.Lookup(grid, in, out, table));
    }
}
