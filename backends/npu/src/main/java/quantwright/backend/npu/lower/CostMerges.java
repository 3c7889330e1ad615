package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.AvgPool;
import quantwright.ir.op.Concat;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QMean;
import quantwright.ir.op.Reduce;

/** What the compiler may merge, as the cost oracle sees it: from the nodes of a float or integer graph alone. */
public final class CostMerges {
    private CostMerges() {
    }

    /**
     * Whether a join takes nothing, since what it joins is written where the result has it.
     *
     * @param result layer of the join
     */
    public static boolean isInPlace(Node join, Layer result, int alignment) {
        boolean channels = switch (join.op()) {
            case Concat c -> isLast(c.axis(), join);
            case QConcat c -> isLast(c.axis(), join) && join.operands().stream().allMatch(v -> v.type().element()
                    .equals(join.result().type().element()));
            default -> false;
        };
        return channels && result.output().pixelPitch() % alignment == 0 && result.inputs().size() == join.operands().size()
                && result.inputs().stream().allMatch(f -> f.pixelPitch() % alignment == 0
                        && f.pixelPitch() >= Lowering.LEAST_PART)
                && join.operands().stream().allMatch(v -> isOnlyFor(join, v)
                        && (product(v).isPresent() || isPool(v.producer())));
    }

    /** The products that a pool reads, directly or joined, if nothing else does; none if it reads something else too. */
    public static List<Node> products(Node pool) {
        if (!isPool(pool) || !isOnlyFor(pool, pool.operand(0))) {
            return List.of();
        }
        Node before = pool.operand(0).producer();
        boolean join = before.op() instanceof Concat || before.op() instanceof QConcat;
        List<Node> products = new ArrayList<>();
        for (Value v : join ? before.operands() : List.of(pool.operand(0))) {
            Optional<Node> product = join && !isOnlyFor(before, v) ? Optional.empty() : product(v);
            if (product.isEmpty()) {
                return List.of();
            }
            products.add(product.get());
        }
        return products;
    }

    /** The pool that a product's results go to, directly or joined. */
    public static Optional<Node> pool(Node product) {
        Node at = product;
        while (at.results().getFirst().users().size() == 1) {
            at = at.results().getFirst().users().getFirst();
            boolean passes = CostLayers.isFused(at) || at.op() instanceof Concat || at.op() instanceof QConcat;
            if (!passes) {
                return products(at).contains(product) ? Optional.of(at) : Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The layer of a product with a pool behind it; empty if the machine does not pool such windows there. */
    public static Optional<Layer> pooled(Layer product, Layer pool, int largest) {
        if (!(product instanceof ProductLayer p && pool instanceof PoolLayer l) || !PoolMerge.fits(l, largest)
                || isUneven(pool.node())) {
            return Optional.empty();
        }
        Feature map = p.output();
        return Optional.of(PoolMerge.pooled(p, l, map.channels() == l.output().channels() ? l.output()
                : PoolMerge.part(l, map)));
    }

    /** The product whose results, activated, a value is. */
    private static Optional<Node> product(Value v) {
        Node at = v.producer();
        while (at != null && CostLayers.isFused(at)) {
            at = at.operand(0).producer();
        }
        return at != null && CostLayers.isProduct(at.op()) ? Optional.of(at) : Optional.empty();
    }

    private static boolean isLast(int axis, Node join) {
        int rank = join.result().type().rank();
        return axis == rank - 1 || axis == -1;
    }

    private static boolean isPool(Node node) {
        return node.op() instanceof MaxPool || node.op() instanceof AvgPool || node.op() instanceof QAvgPool
                || node.op() instanceof QMean || node.op() instanceof Reduce;
    }

    /** Averages at a border may have fewer taps, and then a factor of their own. */
    private static boolean isUneven(Node pool) {
        return pool.op() instanceof AvgPool a && a.window().isPadded()
                || pool.op() instanceof QAvgPool q && q.window().isPadded();
    }

    private static boolean isOnlyFor(Node user, Value v) {
        return !v.isInput() && v.users().size() == 1 && v.users().getFirst() == user && !user.graph().isOutput(v);
    }
}
