package quantwright.backend.llvm.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * Register tile of a convolution: {@code rows} x {@code columns} output pixels by a block of output channels.
 *
 * @param rows      output rows in a tile; above 1 only when a tile spans the whole width
 * @param columns   output pixels of a row in a tile
 * @param block     lanes of each vector in a full channel block
 * @param blocks    full channel blocks
 * @param tail      lanes of each vector in the last, partial block; empty if there is none
 * @param flattened the spatial axes are walked as one row
 */
record ConvTiling(int rows, int columns, List<Integer> block, int blocks, List<Integer> tail, boolean flattened) {

    /** What a tile costs beside the products: measured on Zen 4, in cycles of one 512-bit operation. */
    private static final double EPILOGUE_PER_VECTOR = 2.8;
    private static final double OVERLAPPED_EPILOGUE = 2;
    private static final double TILE_OVERHEAD = 4;
    /** What an instruction that unpacks weights takes of the multipliers' time. */
    private static final double UNPACKING = 0.5;
    /** The same of one that broadcasts an activation for weights that are in registers: measured on Zen 5. */
    private static final double BROADCASTING = 0.25;
    /** Slowdown when a tile's activations evict each other from the first-level cache. */
    private static final double CONFLICT = 1.6;
    /** Weights of a block up to here stay in the first-level cache, up to the next in the second. */
    private static final double NEAR = 24 << 10;
    private static final double MIDDLE = 640 << 10;
    /** Bytes per cycle from the second-level cache, and from behind it. */
    private static final double NEAR_RATE = 26;
    private static final double MIDDLE_RATE = 12;
    private static final int CACHE_SETS = 64;
    private static final int CACHE_WAYS = 8;
    private static final int LINE = 64;

    int pixels() {
        return rows * columns;
    }

    static int lanes(List<Integer> vectors) {
        return vectors.stream().mapToInt(Integer::intValue).sum();
    }

    /** The vectors, widest first, that hold {@code channels} outputs. */
    static List<Integer> vectors(int channels, int lanes) {
        var v = new ArrayList<Integer>();
        int left = channels;
        while (left > 0) {
            int l = lanes;
            while (l > 4 && l / 2 >= left) {
                l /= 2;
            }
            v.add(l);
            left -= l;
        }
        return List.copyOf(v);
    }

    /**
     * The tile with the least estimated time.
     *
     * @param steps      steps of the product per output
     * @param product    the step, which says what registers it needs
     * @param pixelBytes distance of the inputs of neighbouring outputs
     * @param grouped    groups of inputs are summed apart, which takes a second register for each sum
     */
    static ConvTiling choose(int height, int width, int channels, long steps, VectorIsa isa, TileProduct product,
            boolean mayFlatten, long pixelBytes, boolean grouped) {
        int h = mayFlatten ? 1 : height;
        int w = mayFlatten ? height * width : width;
        ConvTiling best = null;
        double bestCost = Double.MAX_VALUE;
        int full = channels / isa.lanes();
        for (int v = 1; v <= Math.max(1, Math.min(full, 12)); v++) {
            ConvTiling[] shapes = shapes(h, w, channels, v, isa, product, mayFlatten, grouped);
            for (ConvTiling t : shapes) {
                double cost = t.cost(h, w, steps, isa, product) * (t.conflicts(pixelBytes) ? CONFLICT : 1);
                if (cost < bestCost * 0.999) {
                    bestCost = cost;
                    best = t;
                }
            }
        }
        return best;
    }

    private static ConvTiling[] shapes(int h, int w, int channels, int v, VectorIsa isa, TileProduct product,
            boolean flat, boolean grouped) {
        var list = new ArrayList<ConvTiling>();
        int per = v * isa.lanes();
        int blocks = channels / per;
        List<Integer> tail = vectors(channels - blocks * per, isa.lanes());
        List<Integer> block = blocks > 0 ? java.util.Collections.nCopies(v, isa.lanes()) : tail;
        if (blocks == 0) {
            blocks = 1;
            tail = List.of();
            block = vectors(channels, isa.lanes());
        } else if (!tail.isEmpty() && blocks == 1 && v + tail.size() <= 6) {
            // one block, wide enough for the odd channels too
            block = vectors(channels, isa.lanes());
            tail = List.of();
        }
        int n = Math.max(block.size(), tail.size());
        int most = Math.clamp(pixels(n, grouped ? 2 : 1, isa, product), 1,
                product.mostPixels());
        for (int columns = Math.min(w, most); columns >= 1; columns--) {
            list.add(new ConvTiling(1, columns, block, blocks, tail, flat));
        }
        for (int rows = 2; rows <= h && rows * w <= most; rows++) {
            list.add(new ConvTiling(rows, w, block, blocks, tail, flat));
        }
        return list.toArray(ConvTiling[]::new);
    }

    /** Pixels for whose sums, of {@code each} registers by {@code n} vectors of outputs, there are registers. */
    private static int pixels(int n, int each, VectorIsa isa, TileProduct product) {
        int room = isa.registers() - product.scratchRegisters();
        if (!product.holdsActivations()) {
            int weights = n * product.weightRegisters() * (product.stepsPerWeights() > 1 ? 2 : 1);
            return (room - weights) / (n * each);
        }
        double held = product.depth() * product.stepsPerActivations() / (4.0 * isa.lanes());
        int pixels = (int) (room / (n * each + held));
        return pixels - pixels % product.pixels();
    }

    /** The pixels of a tile lie at a power-of-two distance, so that few cache sets hold them all. */
    private boolean conflicts(long pixelBytes) {
        long sets = java.util.stream.LongStream.range(0,
                columns).map(p -> p * pixelBytes / LINE % CACHE_SETS).distinct().count();
        return columns > sets * (CACHE_WAYS - 2);
    }

    private double cost(int h, int w, long steps, VectorIsa isa, TileProduct product) {
        double perBlock = area(h, w, block, steps, isa, product);
        double perTail = tail.isEmpty() ? 0 : area(h, w, tail, steps, isa, product);
        return blocks * perBlock + perTail;
    }

    private double area(int h, int w, List<Integer> vectors, long steps, VectorIsa isa, TileProduct product) {
        int fullX = w / columns;
        int restX = w % columns;
        int fullY = h / rows;
        int restY = h % rows;
        double c = (double) fullX * fullY * tile(rows * columns, vectors, steps, isa, product);
        if (restX > 0) {
            c += (double) h * tile(restX, vectors, steps, isa, product);
        }
        if (restY > 0) {
            c += tile(restY * columns, vectors, steps, isa, product);
        }
        return c;
    }

    private double tile(int real, List<Integer> vectors, long steps, VectorIsa isa, TileProduct product) {
        int pixels = Math.ceilDiv(real, product.pixels()) * product.pixels();
        double units = 0;
        for (int l : vectors) {
            units += l == isa.lanes() ? 1 : 0.55;
        }
        double products = (pixels * product.multiplications() + UNPACKING * product.unpackings()) * units
            * isa.vectorCycles();
        if (product.unpackings() > 0 && !product.holdsActivations()) {
            products += BROADCASTING * pixels * isa.vectorCycles();
        }
        double loads = units * isa.vectorCycles() * product.weightRegisters() / product.stepsPerWeights()
            + 0.5 * pixels / product.stepsPerActivations();
        double stepInstructions = pixels * vectors.size() * product.operations()
            + pixels * (1.0 / product.stepsPerActivations() + product.preparations())
            + vectors.size() * (product.weightLoads() + product.unpackings());
        double issue = stepInstructions / isa.issueWidth();
        double latency = 4.2;
        double stepBytes = (double) lanes(vectors) * product.weightBytes() / product.stepsPerWeights();
        double panel = stepBytes * steps;
        double traffic = panel <= NEAR ? 0 : stepBytes / (panel <= MIDDLE ? NEAR_RATE : MIDDLE_RATE);
        double step = Math.max(Math.max(products, loads), Math.max(Math.max(issue, latency), traffic))
            + stepInstructions * isa.instructionCost();
        long instructions = pixels * vectors.size() * (steps + 5L) + steps * (pixels + vectors.size());
        double epilogue = instructions <= isa.overlap() ? OVERLAPPED_EPILOGUE : EPILOGUE_PER_VECTOR;
        double stores = blocks > 1 || !tail.isEmpty() ? isa.splitStore() * pixels : 0;
        return steps * step + pixels * units * epilogue + stores + TILE_OVERHEAD;
    }
}
