package quantwright.backend.npu.lower;

import java.util.List;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Emission;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Located;
import quantwright.backend.npu.plan.Region;
import quantwright.backend.npu.plan.Rows;
import quantwright.ir.Node;
import quantwright.ir.op.Clamp;
import quantwright.npu.isa.Area;
import quantwright.npu.isa.ElementwiseKind;
import quantwright.npu.isa.Grid;
import quantwright.npu.isa.NumberType;
import quantwright.npu.isa.Rescaling;
import quantwright.npu.isa.VectorInstruction;

/** Sums, differences and products of two maps, or of a map and constants. */
final class ElementwiseLayer extends VectorLayer {
    private final Rule rule;
    private final Side first;
    private final Side second;

    /**
     * Arithmetic.
     *
     * @param kind function
     * @param rescaling rounding
     * @param table factors
     * @param clamp least and greatest result
     */
    record Rule(ElementwiseKind kind, Rescaling rescaling, byte[] table, Clamp clamp) {
    }

    /** How an operand is spread over the result. */
    enum Spread {
        /** It has the result's shape. */
        NONE,
        /** One pixel for all. */
        PIXEL,
        /** One element for all channels of a pixel. */
        CHANNEL,
        /** One element for all. */
        ALL
    }

    /**
     * An operand.
     *
     * @param input which of the layer's inputs it is; -1 for constants
     * @param constant its elements, if constant
     * @param number storage
     * @param zero zero point
     * @param spread how it is repeated
     */
    record Side(int input, byte[] constant, NumberType number, int zero, Spread spread) {
        int bytes() {
            return constant == null ? 0 : (constant.length + 3) / 4 * 4;
        }
    }

    ElementwiseLayer(Node node, List<Feature> inputs, Feature output, Rule rule, Side first, Side second) {
        super(node, inputs, output);
        this.rule = rule;
        this.first = first;
        this.second = second;
    }

    @Override
    public Rows rows(int input, int from, int to) {
        Side side = first.input == input ? first : second;
        return side.spread == Spread.NONE || side.spread == Spread.CHANNEL ? new Rows(from, to) : new Rows(0, 1);
    }

    @Override
    public Rows columns(int input, int from, int to) {
        return rows(input, 0, 2).count() == 2 ? new Rows(from, to) : new Rows(0, 1);
    }

    @Override
    public boolean isStriped() {
        return true;
    }

    @Override
    byte[] constants() {
        byte[] block = new byte[rule.table.length + first.bytes() + second.bytes()];
        System.arraycopy(rule.table, 0, block, 0, rule.table.length);
        copy(first, block, rule.table.length);
        copy(second, block, rule.table.length + first.bytes());
        return block;
    }

    private static void copy(Side side, byte[] block, int at) {
        if (side.constant != null) {
            System.arraycopy(side.constant, 0, block, at, side.constant.length);
        }
    }

    @Override
    Work work(CostModel model) {
        return new Work(1, output().width() * output().channels() / model.vectorUnit().elementwise());
    }

    @Override
    void emit(Emission emission, Region part, List<Located> from, Located to, int constants) {
        int table = constants;
        int firstConstant = constants + rule.table.length;
        boolean whole = first.spread == Spread.NONE && second.spread == Spread.NONE;
        Grid grid = whole ? new Grid(part.rows().count(), 1, part.columns().count() * output().channels())
                : new Grid(part.rows().count(), part.columns().count(), output().channels());
        emission.vector(new VectorInstruction.Elementwise(rule.kind, grid,
                area(first, part, from, firstConstant, whole), spreads(first),
                area(second, part, from, firstConstant + first.bytes(), whole), spreads(second),
                whole ? Areas.rows(to, output(), part) : Areas.pixels(to, output(), part, 0), rule.rescaling,
                rule.table.length == 0 ? 0 : table, rule.clamp.min(), rule.clamp.max()));
    }

    private static boolean spreads(Side side) {
        return side.spread == Spread.CHANNEL || side.spread == Spread.ALL;
    }

    private Area area(Side side, Region part, List<Located> from, int constants, boolean whole) {
        if (side.constant != null) {
            return new Area(constants, side.number, side.zero, 0, 0);
        }
        Feature f = inputs().get(side.input);
        Located at = from.get(side.input);
        return switch (side.spread) {
            case NONE -> whole ? Areas.rows(at, f, part) : Areas.pixels(at, f, part, 0);
            case CHANNEL -> Areas.pixels(at, f, part, 0);
            case PIXEL, ALL -> new Area(at.at(0, 0), f.number(), f.zero(), 0, 0);
        };
    }
}
