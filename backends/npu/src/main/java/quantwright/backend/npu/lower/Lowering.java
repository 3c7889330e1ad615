package quantwright.backend.npu.lower;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import quantwright.backend.npu.plan.Feature;
import quantwright.backend.npu.plan.Halo;
import quantwright.backend.npu.plan.Layer;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.arith.QuantRange;
import quantwright.ir.arith.Quantization;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.Identity;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Op;
import quantwright.ir.op.Pad;
import quantwright.ir.op.QAdd;
import quantwright.ir.op.QAvgPool;
import quantwright.ir.op.QClamp;
import quantwright.ir.op.QConcat;
import quantwright.ir.op.QConv2d;
import quantwright.ir.op.QDense;
import quantwright.ir.op.QLookup;
import quantwright.ir.op.QMean;
import quantwright.ir.op.QMul;
import quantwright.ir.op.QReinterpret;
import quantwright.ir.op.QSoftmax;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Reshape;
import quantwright.ir.op.Slice;

/** Turns the nodes of one part of a graph into layers. */
public final class Lowering {
    /** Bytes below which a pixel's part of a join is not worth a transfer of its own. */
    static final int LEAST_PART = 32;
    private final int alignment;
    private final Merges merges;
    private final Set<Node> nodes;
    private final Map<Value, Feature> features = new LinkedHashMap<>();
    private final Map<Node, Node> fused = new HashMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private final Set<Feature> shared = new HashSet<>();

    /**
     * A lowering.
     *
     * @param part nodes in execution order, all of which {@link Support} accepts
     * @param merges what is computed together
     * @param alignment of rows in DRAM
     */
    public Lowering(List<Node> part, Merges merges, int alignment) {
        this.nodes = new HashSet<>(part);
        this.merges = merges;
        this.alignment = alignment;
        part.forEach(this::lower);
        pools().merge(merges.pools());
        if (merges.inPlace()) {
            joinInPlace();
            // A join in place makes its products those of the pool behind it.
            pools().merge(merges.pools());
        }
        padWhereThereIsNoRoom();
        for (Layer layer : layers) {
            for (int i = 0; i < layer.inputs().size(); i++) {
                layer.inputs().get(i).widen(layer.halo(i));
            }
        }
    }

    private PoolMerge pools() {
        return new PoolMerge(layers, shared, merges.largestPool());
    }

    /** Pools that could be made where products' results are, but are not. */
    public List<Node> poolCandidates() {
        return pools().candidates();
    }

    /** The layers, in order. */
    public List<Layer> layers() {
        return layers;
    }

    /** The map of a value, of this part or read by it. */
    public Feature feature(Value value) {
        return features.computeIfAbsent(value, v -> new Feature(v.name(), v.type().canonical()));
    }

    /** Whether an op keeps its operand's bytes. */
    public static boolean isAlias(Node node) {
        Op op = node.op();
        return op instanceof Reshape || op instanceof Identity
                || op instanceof QReinterpret && node.operand(0).type().storage() == node.result().type().storage();
    }

    private void lower(Node node) {
        if (isAlias(node)) {
            alias(node);
            return;
        }
        Optional<Node> follower = follower(node);
        if (follower.isPresent()) {
            fused.put(follower.get(), node);
            return;
        }
        Node product = fused.get(node);
        if (product != null) {
            layers.add(Products.layer(product, node, feature(product.operand(0)), feature(node.result()), Maps.table(node)));
            return;
        }
        List<Feature> maps = node.operands().stream().filter(v -> !Operands.isConstant(v)).map(this::feature).toList();
        layers.add(layer(node, maps, feature(node.result())));
    }

    /** The table that alone uses a product's results. */
    private Optional<Node> follower(Node node) {
        boolean product = node.op() instanceof QConv2d || node.op() instanceof QDense;
        Value result = node.results().getFirst();
        if (!merges.tables() || !product || result.users().size() != 1 || node.graph().isOutput(result)
                || result.type().storage().bits() != 8) {
            return Optional.empty();
        }
        Node user = result.users().getFirst();
        boolean table = user.op() instanceof QLookup || user.op() instanceof QClamp || user.op() instanceof Requantize;
        return table && nodes.contains(user) && user.operand(0) == result ? Optional.of(user) : Optional.empty();
    }

    private static Layer layer(Node node, List<Feature> maps, Feature out) {
        Feature in = maps.getFirst();
        return switch (node.op()) {
            case QConv2d _, QDense _ -> Products.layer(node, node, in, out, null);
            case MaxPool _, QAvgPool _, QMean _ -> Pools.layer(node, in, out);
            case QAdd _, QMul _ -> Elementwise.layer(node, maps, out);
            case QLookup _, QClamp _, Requantize _, QReinterpret _ -> new LookupLayer(node, in, out, Maps.table(node));
            case QSoftmax s -> SoftmaxLayer.of(node, s, in, out);
            case QConcat c -> concat(node, c, maps, out);
            case Slice s -> new MoveLayer(node, in, out, slice(s, in, out));
            case Pad p -> new MoveLayer(node, in, out, pad(p, in, out));
            case ChannelShuffle s -> new MoveLayer(node, in, out, new Movements.Shuffle(in, s.groups()));
            case DepthToSpace d -> new MoveLayer(node, in, out,
                    new Movements.Blocks(in, out, d.block(), d.columnRowDepth()));
            default -> throw new IllegalArgumentException("no layer computes " + node.op().mnemonic());
        };
    }

    private static Layer concat(Node node, QConcat op, List<Feature> maps, Feature out) {
        List<byte[]> tables = new ArrayList<>();
        for (Feature f : maps) {
            tables.add(Maps.requantize(op.rounding(), f.quantized(), out.quantized()));
        }
        return new ConcatLayer(node, maps, out, Support.concatAxis(op, node.result().type().shape()).orElseThrow(), tables);
    }

    private static MoveLayer.Arrangement slice(Slice s, Feature in, Feature out) {
        int[] start = spatial(s.starts().toArray(), 0);
        int[] step = spatial(s.steps().toArray(), 1);
        return new Movements.Region(in, out, start[0], step[0], start[1], step[1], start[2], 0, 0, 0, out.height(),
                out.width(), out.channels(), java.util.OptionalInt.empty());
    }

    private static MoveLayer.Arrangement pad(Pad p, Feature in, Feature out) {
        int[] before = spatial(p.before().toArray(), 0);
        QuantRange range = new QuantRange(out.zero(), out.number().min(), out.number().max());
        int value = Quantization.quantize(p.value(), out.quantized().scale(0), range);
        return new Movements.Region(in, out, 0, 1, 0, 1, 0, before[0], before[1], before[2], in.height(), in.width(),
                in.channels(), java.util.OptionalInt.of(value));
    }

    /** Entries for rows, pixels and channels of a list with one entry for each axis. */
    private static int[] spatial(int[] axes, int neutral) {
        int n = axes.length;
        return new int[] {n > 2 ? axes[n - 3] : neutral, n > 1 ? axes[n - 2] : neutral, axes[n - 1]};
    }

    private void alias(Node node) {
        Feature from = feature(node.operand(0));
        Value result = node.result();
        Feature to = new Feature(result.name(), result.type().canonical());
        if (isDense(from) && isDense(to)) {
            features.put(result, Feature.view(result.name(), result.type().canonical(), from));
            shared.add(from.root());
        } else {
            features.put(result, to);
            layers.add(new MoveLayer(node, from, to, new Movements.Reflow(from, to)));
        }
    }

    /** Whether a map's rows lie one after another in DRAM too. */
    private boolean isDense(Feature f) {
        return f.height() == 1 || f.rowBytes() % alignment == 0;
    }

    /** Joins whose every input can be written where the result has it need no layer. */
    private void joinInPlace() {
        Map<Feature, Layer> writers = new HashMap<>();
        Map<Feature, Integer> readers = new HashMap<>();
        for (Layer layer : layers) {
            writers.put(layer.output(), layer);
            layer.inputs().forEach(f -> readers.merge(f.root(), 1, Integer::sum));
        }
        layers.removeIf(layer -> {
            boolean inPlace = layer instanceof ConcatLayer join && join.isPlain() && layer.output().root() == layer.output()
                    && layer.inputs().stream().allMatch(f -> canJoin(f, layer.node(), layer.output(), writers.get(f),
                            readers.get(f.root())));
            if (inPlace) {
                int offset = 0;
                for (Feature f : layer.inputs()) {
                    f.join(layer.output(), offset);
                    offset += f.pixelPitch();
                }
            }
            return inPlace;
        });
    }

    /** Whether a map is read by a join alone, written pixel by pixel, and has pixels that DMA can move by themselves. */
    private boolean canJoin(Feature f, Node join, Feature whole, Layer writer, int readers) {
        boolean plain = f.root() == f && !shared.contains(f) && readers == 1;
        boolean moves = f.pixelPitch() % alignment == 0 && whole.pixelPitch() % alignment == 0
                && f.pixelPitch() >= LEAST_PART;
        return plain && moves && (writer instanceof ProductLayer p && !p.finish().raw() || writer instanceof PoolLayer)
                && !join.graph().isOutput(writer.node().result())
                && writer.node().result().users().stream().allMatch(u -> u == join);
    }

    /** Maps that share memory under several shapes have no halo: a consumer that needs one gets a copy. */
    private void padWhereThereIsNoRoom() {
        for (int l = 0; l < layers.size(); l++) {
            Layer layer = layers.get(l);
            for (int i = 0; i < layer.inputs().size(); i++) {
                Feature f = layer.inputs().get(i);
                if (shared.contains(f.root()) && !layer.halo(i).equals(Halo.NONE)) {
                    Feature copy = new Feature(f.name() + ".padded", f.type());
                    layers.add(l, new MoveLayer(layer.node(), f, copy, new Movements.Copy(f)));
                    layer.replaceInput(i, copy);
                    l++;
                }
            }
        }
    }
}
