package quantwright.backend.llvm.kernel;

import java.util.Arrays;
import quantwright.backend.llvm.text.Address;
import quantwright.backend.llvm.text.FunctionBuilder;
import quantwright.backend.llvm.text.IrType;
import quantwright.backend.llvm.text.Value;

/** The sums of a register tile: the walk over its taps, unrolled as far as that pays. */
final class TileSums {
    /** Registers of weights that are loaded side by side, so that one instruction may load them. */
    private static final int STREAMED = 2;
    private final FunctionBuilder f;
    private final ProductShape shape;
    private final TileProduct product;

    TileSums(FunctionBuilder f, ProductShape shape, TileProduct product) {
        this.f = f;
        this.shape = shape;
        this.product = product;
    }

    /** One level of the walk over the taps: {@code count} places {@code stride} bytes apart. */
    private record Level(long count, long stride) { }

    /** What a part of the walk takes: its steps and the bytes of its weights. */
    private record Size(long steps, long weightBytes) {
        Size times(long n) {
            return new Size(n * steps, n * weightBytes);
        }
    }

    /** Part of the walk: from the accumulators before to those after. */
    private interface Part {
        Value[] emit(Address in, Address weights, Value[] acc);
    }

    /** The accumulators after all taps. */
    Value[] add(Tile t, Value[] acc) {
        if (product.gathers() != null) {
            var steps = new Level(shape.steps(), groups(t) * groupBytes());
            return repeat(steps, new Size(1, loadBytes(t)), t, t.in(), t.weights(), acc,
                (i, w, a) -> steps(t, i, w, a, 1));
        }
        var rows = new Level(shape.window().height(), shape.in().rowPitch() * shape.window().dilationHeight());
        var runs = new Level(shape.runsPerRow(), shape.in().pixelPitch() * shape.window().dilationWidth());
        var run = new Size(shape.stepsPerRun(), shape.loadsPerRun(product.stepsPerWeights()) * loadBytes(t));
        return repeat(rows, run.times(shape.runsPerRow()), t, t.in(), t.weights(), acc, (i, w, a) ->
            repeat(runs, run, t, i, w, a, (j, x, b) -> run(t, j, x, b, shape.stepsPerRun())));
    }

    /** Bytes of what one step reads of a group of pixels. */
    private long groupBytes() {
        return groupBytes(product);
    }

    private static long groupBytes(TileProduct product) {
        return (long) product.depth() * product.pixels();
    }

    /** Bytes of the gathered activations of so many pixels. */
    static long gatheredBytes(ProductShape shape, TileProduct product, int pixels) {
        return shape.steps() * Math.ceilDiv(pixels, product.pixels()) * groupBytes(product);
    }

    /** Copies a tile's activations to {@code to}, in the order in which its steps read them. */
    void gather(Tile t, Address to) {
        TileProduct source = product.gathers();
        long step = groups(t) * groupBytes();
        int together = source.stepsPerActivations();
        int rest = shape.stepsPerRun() % together;
        f.loop(0, shape.window().height(), 1, y -> {
            Address row = f.at(t.in(), y, shape.in().rowPitch() * shape.window().dilationHeight());
            Address rowTo = f.at(to, y, (long) shape.runsPerRow() * shape.stepsPerRun() * step);
            f.loop(0, shape.runsPerRow(), 1, x -> {
                Address run = f.at(row, x, shape.in().pixelPitch() * shape.window().dilationWidth());
                Address runTo = f.at(rowTo, x, shape.stepsPerRun() * step);
                int main = shape.stepsPerRun() - rest;
                f.loop(0, main, together, s ->
                    gather(t, f.at(run, s, product.depth()), f.at(runTo, s, step), together));
                if (rest > 0) {
                    gather(t, run.plus((long) main * product.depth()), runTo.plus(main * step), rest);
                }
            });
        });
    }

    private void gather(Tile t, Address in, Address to, int steps) {
        for (int g = 0; g < groups(t); g++) {
            Value[][] loaded = activations(product.gathers(), t, in, g, steps);
            for (int s = 0; s < steps; s++) {
                f.store(loaded[s][0], to.plus((s * groups(t) + g) * groupBytes()), 16);
            }
        }
    }

    /** A block of steps of a run. */
    interface Block {
        /**
         * Adds the block's products.
         *
         * @param index of the block in its run
         */
        void add(Address in, Address weights, Value index, int steps);
    }

    /** Walks all taps in blocks of at most so many steps, which are a whole number of loads. */
    void blocks(Tile t, int most, Block block) {
        long runBytes = shape.loadsPerRun(product.stepsPerWeights()) * loadBytes(t);
        int whole = shape.stepsPerRun() / most;
        int rest = shape.stepsPerRun() % most;
        long blockIn = (long) most * product.depth();
        long blockBytes = most / product.stepsPerWeights() * loadBytes(t);
        f.loop(0, shape.window().height(), 1, y -> {
            Address row = f.at(t.in(), y, shape.in().rowPitch() * shape.window().dilationHeight());
            Address rowWeights = f.at(t.weights(), y, shape.runsPerRow() * runBytes);
            f.loop(0, shape.runsPerRow(), 1, x -> {
                Address run = f.at(row, x, shape.in().pixelPitch() * shape.window().dilationWidth());
                Address weights = f.at(rowWeights, x, runBytes);
                f.loop(0, whole, 1, b -> block.add(f.at(run, b, blockIn), f.at(weights, b, blockBytes), b, most));
                if (rest > 0) {
                    block.add(run.plus(whole * blockIn), weights.plus(whole * blockBytes), Value.i64(whole), rest);
                }
            });
        });
    }

    /** The accumulators after so many steps of a run. */
    Value[] run(Tile t, Address in, Address weights, Value[] acc, int steps) {
        int together = Math.max(product.stepsPerActivations(), product.stepsPerWeights());
        int whole = steps / together;
        int rest = steps % together;
        var group = new Size(together, together / product.stepsPerWeights() * loadBytes(t));
        Value[] after = acc;
        if (whole > 0) {
            var groups = new Level(whole, (long) together * product.depth());
            after = repeat(groups, group, t, in, weights, after, (i, w, a) -> steps(t, i, w, a, together));
        }
        return rest == 0 ? after : steps(t, in.plus((long) whole * together * product.depth()),
            weights.plus(whole * group.weightBytes()), after, rest);
    }

    /** Groups of pixels that share accumulators. */
    int groups(Tile t) {
        return Math.ceilDiv(t.pixels(), product.pixels());
    }

    /** Index of the first accumulator of a group and vector. */
    int at(Tile t, int group, int vector) {
        return (group * t.vectors().size() + vector) * product.pixels();
    }

    Value[] accumulators(Tile t, Value[] acc, int group, int vector) {
        int at = at(t, group, vector);
        return Arrays.copyOfRange(acc, at, at + product.pixels());
    }

    private long loadBytes(Tile t) {
        return (long) ConvTiling.lanes(t.vectors()) * product.weightBytes();
    }

    /** Repeats a part at each place of a level, unrolled as far as that pays. */
    private Value[] repeat(Level level, Size size, Tile t, Address in, Address weights, Value[] acc, Part part) {
        long partBytes = size.weightBytes();
        long cost = size.steps() * t.pixels() * t.vectors().size();
        long unroll = Math.clamp(product.unrolledProducts() / cost, 1, level.count());
        // A whole number of unrolled iterations where one is near.
        for (long u = unroll; u > unroll / 2 && u > 1; u--) {
            if (level.count() % u == 0) {
                unroll = u;
                break;
            }
        }
        long main = level.count() / unroll * unroll;
        long per = unroll;
        Value[] carried = acc;
        if (main == unroll) {
            carried = unrolled(part, in, weights, level.stride(), partBytes, per, carried);
        } else {
            Value[] init = new Value[acc.length + 2];
            init[0] = f.pointer(in);
            init[1] = f.pointer(weights);
            System.arraycopy(acc, 0, init, 2, acc.length);
            Value[] after = f.loop(0, main, per, init, (i, c) -> {
                Value[] a = Arrays.copyOfRange(c, 2, c.length);
                a = unrolled(part, f.at(c[0]), f.at(c[1]), level.stride(), partBytes, per, a);
                Value[] next = new Value[c.length];
                next[0] = f.pointer(f.at(c[0]).plus(per * level.stride()));
                next[1] = f.pointer(f.at(c[1]).plus(per * partBytes));
                System.arraycopy(a, 0, next, 2, a.length);
                return next;
            });
            carried = Arrays.copyOfRange(after, 2, after.length);
        }
        if (main < level.count()) {
            carried = unrolled(part, in.plus(main * level.stride()), weights.plus(main * partBytes), level.stride(),
                partBytes, level.count() - main, carried);
        }
        return carried;
    }

    private Value[] unrolled(Part part, Address in, Address weights, long stride, long partBytes, long count,
            Value[] acc) {
        Value[] a = acc;
        Address w = weights;
        for (long u = 0; u < count; u++) {
            if (w.offset() > 0 && w.offset() + partBytes > product.reach()) {
                w = f.at(f.opaque(f.pointer(w)));
            }
            a = part.emit(in.plus(u * stride), w, a);
            w = w.plus(partBytes);
        }
        return a;
    }

    /** The steps that one load, of activations or of weights, serves; or the first of them. */
    private Value[] steps(Tile t, Address in, Address weights, Value[] acc, int steps) {
        return product.holdsActivations() ? streamWeights(t, in, weights, acc, steps)
            : streamActivations(t, in, weights, acc, steps);
    }

    private Value[] streamActivations(Tile t, Address in, Address weights, Value[] acc, int steps) {
        Value[] next = acc.clone();
        Value[][] loaded = new Value[t.vectors().size()][];
        f.barrier();
        Arrays.setAll(loaded, v -> weights(t, weights, v));
        for (int s = 0; s < steps; s++) {
            int step = s;
            if (s > 0) {
                f.barrier();
            }
            Value[][] w = new Value[loaded.length][];
            Arrays.setAll(w, v -> product.unpack(f, loaded[v], step));
            for (int g = 0; g < groups(t); g++) {
                Value[] a = activations(t, in.plus((long) s * product.depth()), g, 1)[0];
                accumulate(t, next, g, a, w);
            }
        }
        return next;
    }

    private Value[] streamWeights(Tile t, Address in, Address weights, Value[] acc, int steps) {
        Value[] next = acc.clone();
        Value[][][] a = new Value[groups(t)][][];
        f.barrier();
        Arrays.setAll(a, g -> activations(t, in, g, steps));
        int each = product.stepsPerWeights();
        for (int s = 0; s < steps; s += each) {
            f.barrier();
            Address load = weights.plus(s / each * loadBytes(t));
            int together = Math.max(1, STREAMED / product.weightRegisters());
            for (int first = 0; first < t.vectors().size(); first += together) {
                int from = first;
                Value[][] w = new Value[Math.min(together, t.vectors().size() - first)][];
                Arrays.setAll(w, v -> weights(t, load, from + v));
                for (int k = 0; k < Math.min(each, steps - s); k++) {
                    for (int v = 0; v < w.length; v++) {
                        Value[] unpacked = product.unpack(f, w[v], k);
                        for (int g = 0; g < a.length; g++) {
                            accumulate(t, next, g, from + v, a[g][s + k], unpacked);
                        }
                    }
                }
            }
        }
        return next;
    }

    private Value[] weights(Tile t, Address step, int vector) {
        int before = ConvTiling.lanes(t.vectors().subList(0, vector));
        return product.weights(f, step, before, t.vectors().get(vector), ConvTiling.lanes(t.vectors()));
    }

    private Value[][] activations(Tile t, Address in, int group, int steps) {
        return product.gathers() == null ? activations(product, t, in, group, steps)
            : product.activations(f, new Address[] {in.plus(group * groupBytes())}, steps, 0);
    }

    private Value[][] activations(TileProduct product, Tile t, Address in, int group, int steps) {
        int first = group * product.pixels();
        Address[] pixels = new Address[Math.min(product.pixels(), t.pixels() - first)];
        Arrays.setAll(pixels, i -> in.plus((first + i) / t.columns() * shape.inputRow()
            + (first + i) % t.columns() * shape.inputPixel()));
        int widest = t.vectors().stream().mapToInt(Integer::intValue).max().orElseThrow();
        return product.activations(f, pixels, steps, widest);
    }

    private void accumulate(Tile t, Value[] acc, int group, Value[] activation, Value[][] weights) {
        Value[][] before = new Value[weights.length][];
        Arrays.setAll(before, v -> accumulators(t, acc, group, v));
        Value[][] sums = product.accumulateAll(f, before, activation, weights);
        for (int v = 0; v < sums.length; v++) {
            System.arraycopy(sums[v], 0, acc, at(t, group, v), sums[v].length);
        }
    }

    private void accumulate(Tile t, Value[] acc, int group, int vector, Value[] activation, Value[] weights) {
        Value[] sums = product.accumulate(f, accumulators(t, acc, group, vector), activation, weights);
        System.arraycopy(sums, 0, acc, at(t, group, vector), sums.length);
    }
}
