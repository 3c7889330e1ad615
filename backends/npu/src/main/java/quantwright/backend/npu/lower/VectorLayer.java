package quantwright.backend.npu.lower;

import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Rows;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.Node;

/** A step that the vector unit does, band by band, with one block of constants. */
abstract class VectorLayer extends Layer {
    /** Bands a map that stays is cut into at most, so that neighbouring layers can overlap. */
    private static final int OVERLAP = 4;

    VectorLayer(Node node, List<Feature> inputs, Feature output) {
        super(node, inputs, output);
    }

    /** Tables and constant operands; empty if there are none. */
    byte[] constants() {
        return new byte[0];
    }

    /** Elements (or taps, or bytes moved) per output row, and instructions per band. */
    abstract Work work(CostModel model);

    /** Writes a band. */
    abstract void emit(Emission emission, Rows rows, List<Located> from, Located to, int constants);

    /**
     * What a band takes.
     *
     * @param instructions vector instructions of a band
     * @param cyclesPerRow cycles of an output row, instructions' starts apart
     */
    record Work(double instructions, double cyclesPerRow) {
    }

    @Override
    public String kernel() {
        return "npu vector";
    }

    @Override
    public final Optional<Tiling> tile(CostModel model, long budget) {
        Work work = work(model);
        int constants = constants().length;
        Tiling best = null;
        for (int rows : bandHeights()) {
            if (!isStaged() && rows < output().height() && rows * OVERLAP < output().height()) {
                break;
            }
            int bands = Math.ceilDiv(output().height(), rows);
            long in = bytesIn(rows);
            long out = bytesOut();
            double vector = bands * work.instructions() * model.vectorUnit().startCycles()
                    + output().height() * work.cyclesPerRow();
            double dmaIn = (constants > 0 ? model.dma(1, constants) : 0) + (in > 0 ? bands * model.dma(1, 1) + model.channel(in) : 0);
            double dmaOut = out > 0 ? bands * model.dma(1, 1) + model.channel(out) : 0;
            double serial = isStaged() ? (in > 0 ? model.dma(1, in / bands) : 0) + (out > 0 ? model.dma(1, out / bands) : 0) : 0;
            Tiling.Cost cost = new Tiling.Cost(0, vector, dmaIn, dmaOut, serial, constants + in + out);
            Tiling tiling = new Tiling(rows, List.of(Math.max(1, constants)), stages(rows, model.alignment()), cost, null);
            boolean better = best == null || cost.score(model.channel(cost.external()))
                    < best.cost().score(model.channel(best.cost().external()));
            if (tiling.bytes(model.alignment()) <= budget && (better || !isStaged())) {
                best = tiling;
            }
        }
        return Optional.ofNullable(best);
    }

    @Override
    public final void emit(Emission emission) {
        byte[] block = constants();
        int constants = block.length == 0 ? 0 : emission.constant(block, 0);
        for (Rows rows : emission.bands()) {
            List<Located> from = emission.read(rows);
            emit(emission, rows, from, emission.write(rows), constants);
            emission.flush(rows);
        }
    }
}
