package quantwright.backend.llvm.kernel;

import java.util.Arrays;
import java.util.List;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/**
 * Accumulators of a register tile. Weights may have a multiplier for each group of inputs: each group is summed from 0 in
 * i32, multiplied, and added to the sum so far, which starts from the bias. All but the scaling back of packed weights' sums
 * is arithmetic modulo 2^32, so that only the final sum has to fit; where it fits scaled, it is scaled back once instead.
 */
final class GroupedSums {
    private final FunctionBuilder f;
    private final ProductShape shape;
    private final TileProduct product;
    private final List<Integer> vectors;
    private final int lanes;
    private final int accumulators;

    /** Adds the products of one group of inputs. */
    interface Group {
        /** From the accumulators before to those after {@code steps} steps. */
        Value[] add(Address in, Address weights, Value[] accumulators, int steps);
    }

    /**
     * Sums of a tile.
     *
     * @param vectors of outputs
     * @param pixelGroups groups of pixels that share accumulators
     */
    GroupedSums(FunctionBuilder f, ProductShape shape, TileProduct product, List<Integer> vectors, int pixelGroups) {
        this.f = f;
        this.shape = shape;
        this.product = product;
        this.vectors = vectors;
        this.lanes = ConvTiling.lanes(vectors);
        this.accumulators = pixelGroups * vectors.size() * product.pixels();
    }

    /** Accumulators, by group of pixels, then vector, that start as given for each vector. */
    Value[] opened(Value[] starts) {
        Value[] acc = new Value[accumulators];
        for (int at = 0; at < acc.length; at += product.pixels()) {
            System.arraycopy(product.open(f, starts[vector(at)]), 0, acc, at, product.pixels());
        }
        return acc;
    }

    /** A vector of outputs for each pixel in place of the accumulators. */
    Value[] closed(Value[] acc) {
        Value[] sums = new Value[acc.length];
        for (int at = 0; at < acc.length; at += product.pixels()) {
            System.arraycopy(product.close(f, Arrays.copyOfRange(acc, at, at + product.pixels())), 0, sums, at,
                product.pixels());
        }
        return sums;
    }

    /**
     * The sums of all groups, as {@link #closed} orders them.
     *
     * @param weights of the tile's outputs, which their multipliers follow
     * @param starts bias of each vector of outputs
     */
    Value[] ofGroups(Address in, Address weights, Value[] starts, Group group) {
        int size = shape.scaleGroup();
        int whole = shape.runBytes() / size;
        int steps = size / shape.depth();
        long groupBytes = (long) steps / product.stepsPerWeights() * lanes * product.weightBytes();
        Address multipliers = behind(weights);
        Value[] init = new Value[accumulators];
        Arrays.setAll(init, i -> starts[vector(i)]);
        Value[] sums = f.loop(0, whole, 1, init, (g, acc) -> add(acc, f.at(multipliers, g, lanes),
            group.add(f.at(in, g, size), f.at(weights, g, groupBytes), opened(zeros()), steps)));
        int rest = shape.stepsPerRun() - whole * steps;
        return rest == 0 ? sums : add(sums, multipliers.plus((long) whole * lanes),
            group.add(in.plus((long) whole * size), weights.plus(whole * groupBytes), opened(zeros()), rest));
    }

    /** The multipliers of a group for each vector of outputs. */
    private Value[] multipliers(Address at) {
        Value[] by = new Value[vectors.size()];
        int lane = 0;
        for (int v = 0; v < by.length; v++) {
            int n = vectors.get(v);
            by[v] = f.zext(f.load(IrType.I8.vec(n), at.plus(lane), 1), IrType.I32.vec(n));
            lane += n;
        }
        return by;
    }

    /** Adds the products of a tile, block by block, to sums that are open. */
    void addTo(LongSums total, Tile t, TileSums sums) {
        Address multipliers = behind(t.weights());
        sums.blocks(t, blockSteps(), (in, weights, index, steps) ->
            total.add(closed(sums.run(t, in, weights, opened(zeros()), steps)),
                shape.scaleGroup() == 0 ? null : multipliers(f.at(multipliers, index, lanes))));
    }

    /** Steps of a block: a group of inputs, or as many of a run as 32 bits hold, evenly. */
    private int blockSteps() {
        if (shape.scaleGroup() > 0) {
            return shape.scaleGroup() / shape.depth();
        }
        int unit = Math.max(product.stepsPerWeights(), product.stepsPerActivations());
        int most = LongSums.BLOCK * shape.inputBytes() / shape.depth() / unit * unit;
        int each = Math.ceilDiv(shape.stepsPerRun(), Math.ceilDiv(shape.stepsPerRun(), most));
        return Math.ceilDiv(each, unit) * unit;
    }

    /** Where the multipliers of a block of outputs begin. */
    private Address behind(Address weights) {
        return weights.plus(shape.loads(product.stepsPerWeights()) * lanes * product.weightBytes());
    }

    /** Vector of outputs of sum {@code i}. */
    private int vector(int i) {
        return i / product.pixels() % vectors.size();
    }

    private Value[] zeros() {
        return vectors.stream().map(n -> Value.zero(IrType.I32.vec(n))).toArray(Value[]::new);
    }

    private Value[] add(Value[] sums, Address multipliers, Value[] accumulated) {
        Value[] group = closed(accumulated);
        Value[] by = multipliers(multipliers);
        Value[] next = new Value[sums.length];
        for (int i = 0; i < next.length; i++) {
            Value exact = product.scaleShift() == 0 || shape.groupsFit() ? group[i]
                : f.ashr(group[i], Value.of(group[i].type(), product.scaleShift()));
            next[i] = f.add(sums[i], f.mul(exact, by[vector(i)]));
        }
        return next;
    }
}
