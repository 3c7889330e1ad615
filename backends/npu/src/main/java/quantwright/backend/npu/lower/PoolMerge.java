package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Window2d;
import quantwright.ir.type.TensorType;

/**
 * Pools made where a product's results are: {@code pool(product(x))}, and {@code pool(join(product(x), product(y)))},
 * which is the join of the pooled products, since a pool works channel by channel.
 */
final class PoolMerge {
    private final List<Layer> layers;
    private final Set<Feature> shared;
    private final int largest;

    /**
     * Pools among layers.
     *
     * @param shared maps that lie in memory under several shapes
     * @param largest largest side of a window that the machine pools on the way out; 0 if it does not
     */
    PoolMerge(List<Layer> layers, Set<Feature> shared, int largest) {
        this.layers = layers;
        this.shared = shared;
        this.largest = largest;
    }

    /** Pools that can be made where products' results are. */
    List<Node> candidates() {
        List<Node> pools = new ArrayList<>();
        for (Layer layer : layers) {
            if (layer instanceof PoolLayer pool && !products(pool).isEmpty()) {
                pools.add(pool.node());
            }
        }
        return pools;
    }

    /** Makes those of the pools that can be with the products that they read. */
    void merge(Set<Node> pools) {
        for (Layer layer : List.copyOf(layers)) {
            if (layer instanceof PoolLayer pool && pools.contains(pool.node())) {
                List<ProductLayer> products = products(pool);
                for (ProductLayer product : products) {
                    layers.set(layers.indexOf(product), pooled(product, pool));
                }
                if (!products.isEmpty()) {
                    layers.remove(pool);
                }
            }
        }
    }

    /** The products that a pool's operand is made of, if nothing but the pool needs it; else none. */
    private List<ProductLayer> products(PoolLayer pool) {
        Feature map = pool.inputs().getFirst();
        if (!fits(pool, largest) || map.root() != map || shared.contains(map) || !isReadBy(pool)) {
            return List.of();
        }
        List<Layer> writers = layers.stream().filter(l -> l.output().root() == map).toList();
        boolean whole = writers.size() == 1 && writers.getFirst().output() == map;
        boolean parts = writers.size() > 1 && pool.output().root() == pool.output();
        boolean products = writers.stream().allMatch(l -> l instanceof ProductLayer p && p.pooling() == null
                && !p.finish().raw());
        return (whole || parts) && products ? writers.stream().map(l -> (ProductLayer) l).toList() : List.of();
    }

    /** Whether the unit behind the accumulators reduces such windows: each has a tap in the map, and all the same factor. */
    static boolean fits(PoolLayer pool, int largest) {
        Window2d w = pool.window();
        Feature in = pool.inputs().getFirst();
        boolean taps = Math.max(w.kernelH(), w.kernelW()) <= largest && w.dilationH() == 1 && w.dilationW() == 1;
        boolean inside = w.padTop() < w.kernelH() && w.padLeft() < w.kernelW()
                && (pool.output().height() - 1) * w.strideH() - w.padTop() < in.height()
                && (pool.output().width() - 1) * w.strideW() - w.padLeft() < in.width();
        return taps && inside && !pool.rule().perRow() && Math.max(w.strideH(), w.strideW()) <= largest;
    }

    private boolean isReadBy(PoolLayer pool) {
        Value read = pool.node().operand(0);
        boolean alone = read.users().size() == 1 && !pool.node().graph().isOutput(read);
        return alone && layers.stream().noneMatch(l -> l != pool
                && l.inputs().stream().anyMatch(f -> f.root() == pool.inputs().getFirst()));
    }

    private static ProductLayer pooled(ProductLayer product, PoolLayer pool) {
        Feature map = product.output();
        if (!map.isPart()) {
            return pooled(product, pool, pool.output());
        }
        Feature part = part(pool, map);
        part.join(pool.output(), map.memoryOffset() / map.elementBytes() * part.elementBytes());
        return pooled(product, pool, part);
    }

    /** A product whose results, which are {@code output} then, go through a pool. */
    static ProductLayer pooled(ProductLayer product, PoolLayer pool, Feature output) {
        return product.pooled(pool.node(), output, new Pooling(pool.window(), pool.rule(), product.output()));
    }

    /** What becomes of some channels of a pool's operand. */
    static Feature part(PoolLayer pool, Feature map) {
        TensorType whole = pool.output().type();
        int[] dims = whole.shape().toArray();
        dims[dims.length - 1] = map.channels();
        return new Feature(map.name() + "." + pool.output().name(), TensorType.of(whole.element(), dims));
    }
}
