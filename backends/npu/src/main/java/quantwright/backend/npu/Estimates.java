package quantwright.backend.npu;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import quantwright.backend.CostOracle.Precision;
import quantwright.backend.npu.lower.CostLayers;
import quantwright.backend.npu.lower.CostMerges;
import quantwright.backend.npu.lower.Lowering;
import quantwright.backend.npu.lower.Support;
import quantwright.backend.npu.plan.CostModel;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Layer;
import quantwright.backend.npu.plan.Price;
import quantwright.backend.npu.plan.Step;
import quantwright.backend.npu.plan.Tiling;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.Quantize;

/** Layers of single nodes with the tiles that the compiler would choose, maps in the scratchpad where they fit. */
final class Estimates {
    private final CostModel model;
    private final Support support;

    Estimates(CostModel model, Support support) {
        this.model = model;
        this.support = support;
    }

    /** A node by itself, or with the pool it is made with; empty if the machine does not execute it. */
    Optional<Step> of(Node node, Precision precision) {
        Optional<Node> pool = CostMerges.pool(node).filter(p -> isMerged(p, precision));
        return pool.isPresent() ? together(node, pool.get(), precision) : alone(node, precision);
    }

    /** Whether a join or a pool takes nothing of its own: it is made where products are. */
    boolean isMerged(Node node, Precision precision) {
        Optional<Layer> layer = CostLayers.of(node, precision);
        return layer.isPresent() && CostMerges.isInPlace(node, layer.get(), model.alignment()) || isPoolMerged(node,
                new Precision(precision.activationBits(), 8));
    }

    /** As the compiler decides: if all its products are expected to be cheaper with the pool behind them. */
    private boolean isPoolMerged(Node pool, Precision precision) {
        List<Node> products = CostMerges.products(pool);
        if (products.isEmpty()) {
            return false;
        }
        Optional<List<Step>> merged = all(products, p -> together(p, pool, precision));
        Optional<List<Step>> apart = all(products, p -> alone(p, precision));
        Optional<Step> own = alone(pool, precision);
        return merged.isPresent() && apart.isPresent() && own.isPresent() && Price.of(merged.get(), model).isBelow(
                Price.of(apart.get(), model).plus(own.get().price(model)));
    }

    private static Optional<List<Step>> all(List<Node> nodes, Function<Node, Optional<Step>> step) {
        List<Optional<Step>> steps = nodes.stream().map(step).toList();
        return steps.stream().allMatch(Optional::isPresent) ? Optional.of(steps.stream().map(Optional::get).toList())
                : Optional.empty();
    }

    private Optional<Step> alone(Node node, Precision precision) {
        return CostLayers.of(node, precision).flatMap(l -> step(l, node, node.results().getFirst()));
    }

    private Optional<Step> together(Node product, Node pool, Precision precision) {
        Optional<Layer> own = CostLayers.of(product, precision);
        Optional<Layer> behind = CostLayers.of(pool, precision);
        return own.isEmpty() || behind.isEmpty() ? Optional.empty()
                : CostMerges.pooled(own.get(), behind.get(), model.parameters().outputPool())
                        .flatMap(l -> step(l, product, pool.results().getFirst()));
    }

    /** As the compiler would cut it, the largest maps leaving the scratchpad until the rest fits. */
    private Optional<Step> step(Layer layer, Node reader, Value result) {
        for (int i = 0; i < layer.inputs().size(); i++) {
            layer.inputs().get(i).widen(layer.halo(i));
        }
        List<Value> values = reader.operands().stream().filter(v -> layer.inputs().stream().anyMatch(f ->
                f.name().equals(v.name()) && f.type().shape().equals(v.type().shape()))).toList();
        for (int i = 0; i < layer.inputs().size(); i++) {
            layer.inputs().get(i).setResident(i >= values.size() || !comesFromHost(values.get(i)));
        }
        layer.output().setResident(!goesToHost(result));
        while (true) {
            long maps = layer.output().isResident() ? layer.output().whole().bytes() : 0;
            Feature largest = layer.output().isResident() ? layer.output() : null;
            for (Feature f : layer.inputs()) {
                if (f.isResident()) {
                    maps += f.whole().bytes();
                    largest = largest == null || f.whole().bytes() > largest.whole().bytes() ? f : largest;
                }
            }
            long room = model.parameters().scratchpadBytes() - maps;
            Optional<Tiling> tiling = room <= 0 ? Optional.empty() : layer.tile(model, room);
            if (tiling.isPresent() || largest == null) {
                return tiling.map(t -> new Step(layer, t));
            }
            largest.setResident(false);
        }
    }

    private boolean comesFromHost(Value v) {
        return v.isInput() || (Lowering.isAlias(v.producer()) ? comesFromHost(v.producer().operand(0))
                : isOnHost(v.producer()));
    }

    private boolean goesToHost(Value v) {
        return v.producer().graph().isOutput(v) || v.users().stream().anyMatch(u -> Lowering.isAlias(u)
                ? goesToHost(u.result()) : isOnHost(u));
    }

    /** A float graph stands for the integer one it is to become. */
    private boolean isOnHost(Node node) {
        return node.op() instanceof Quantize || node.op() instanceof Dequantize
                || !node.operands().isEmpty() && node.operand(0).type().isQuantized() && support.reason(node).isPresent();
    }
}
