package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.Node;
import quantwright.npu.isa.Block;
import quantwright.npu.isa.Extent;
import quantwright.npu.isa.VectorInstruction;

/** A rearrangement of one map's bytes. */
final class MoveLayer extends VectorLayer {
    private final Arrangement arrangement;

    /** Which bytes go where. */
    interface Arrangement {
        /** Input rows that output rows need. */
        default Rows rows(int from, int to) {
            return new Rows(from, to);
        }

        /** The byte that the output holds where nothing is moved to; empty if everything is. */
        default java.util.OptionalInt background() {
            return java.util.OptionalInt.empty();
        }

        /** Whether a part of the rows can be moved by itself. */
        default boolean isBanded() {
            return true;
        }

        /** Copies of a band, as {@code mover} takes them. */
        void copies(Rows rows, Located from, Located to, Mover mover);

        /** Instructions of a band. */
        int instructions();
    }

    /** Takes a strided copy. */
    @FunctionalInterface
    interface Mover {
        /** Copies {@code planes} planes of {@code rows} rows of {@code bytes}. */
        void move(Block from, Block to, Extent size);
    }

    MoveLayer(Node node, Feature input, Feature output, Arrangement arrangement) {
        super(node, List.of(input), output);
        this.arrangement = arrangement;
    }

    @Override
    public Rows rows(int input, int from, int to) {
        return arrangement.rows(from, to).inside(inputs().getFirst().height());
    }

    @Override
    public boolean isBanded() {
        return arrangement.isBanded();
    }

    @Override
    public String kernel() {
        return "npu move";
    }

    @Override
    Work work(CostModel model) {
        return new Work(arrangement.instructions(), output().rowBytes() / model.vectorUnit().move());
    }

    @Override
    void emit(Emission emission, Region part, List<Located> from, Located to, int constants) {
        Rows rows = part.rows();
        arrangement.background().ifPresent(value -> emission.fill(to.at(rows.from(), 0), output().rowBytes(),
                rows.count(), to.rowPitch(), value));
        arrangement.copies(rows, from.getFirst(), to, (source, target, size) ->
                emission.vector(new VectorInstruction.Move(source, target, size)));
    }
}
