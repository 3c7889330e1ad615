package quantwright.backend.npu.lower;

import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
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
    abstract void emit(Emission emission, Region part, List<Located> from, Located to, int constants);

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
        for (int columns : bandWidths(model.alignment())) {
            for (int rows : bandHeights()) {
                if (!isStaged() && rows < output().height() && rows * OVERLAP < output().height()) {
                    break;
                }
                Tiling tiling = new Tiling(rows, columns, List.of(Math.max(1, constants)),
                        stages(rows, columns, model.alignment()), cost(work, constants, rows, columns, model), null);
                boolean better = best == null || tiling.cost().score() < best.cost().score();
                if (tiling.bytes(model.alignment()) <= budget && (better || !isStaged())) {
                    best = tiling;
                }
            }
            if (best != null) {
                // Narrower bands are for what does not fit otherwise.
                break;
            }
        }
        return Optional.ofNullable(best);
    }

    private Tiling.Cost cost(Work work, int constants, int rows, int columns, CostModel model) {
        int bands = bandCount(rows, columns);
        long in = bytesIn(rows, columns);
        long out = bytesOut();
        double vector = bands * work.instructions() * model.vectorUnit().startCycles()
                + output().height() * work.cyclesPerRow();
        double tail = isStaged() ? model.maps(1, (double) in / bands) + model.maps(1, (double) out / bands) : 0;
        double elements = (double) output().height() * output().width() * output().channels();
        return new Tiling.Cost(0, vector, model.constants(1, constants) + model.maps(bands, in), model.maps(bands, out),
                tail, model.channel(constants, in + out),
                new Tiling.Traffic(constants, in + out, in + out + 3 * elements, 0, 0, elements));
    }

    @Override
    public final void emit(Emission emission) {
        byte[] block = constants();
        int constants = block.length == 0 ? 0 : emission.constant(block, 0);
        for (Region part : emission.bands()) {
            List<Located> from = emission.read(part);
            emit(emission, part, from, emission.write(part), constants);
            emission.flush(part);
        }
    }
}
