package quantwright.backend.jvm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import quantwright.backend.BackendDiagnostic;
import quantwright.backend.Manifest;
import quantwright.backend.jvm.runtime.FloatRamp;
import quantwright.backend.jvm.runtime.IntegerMap;
import quantwright.backend.jvm.runtime.Step;
import quantwright.backend.jvm.runtime.Storage;
import quantwright.ir.Graph;
import quantwright.ir.Node;
import quantwright.ir.Value;
import quantwright.ir.diag.DiagnosticSink;
import quantwright.ir.loc.Location;
import quantwright.ir.op.*;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.ScalarType;
import quantwright.ir.type.TensorType;

/** A graph's nodes as steps, and what the manifest says of them. */
final class Lowering {
    private final Graph graph;
    private final JvmProgram program = new JvmProgram();
    private final Map<Value, Integer> buffers = Site.buffers();
    private final List<Manifest.Step> steps = new ArrayList<>();
    private final List<Manifest.Placed> tensors = new ArrayList<>();

    /**
     * Lowers a graph.
     *
     * @throws quantwright.ir.diag.UserErrorException naming every node without a kernel
     */
    Lowering(Graph graph) {
        this.graph = graph;
        DiagnosticSink problems = new DiagnosticSink();
        inputs(problems);
        for (Node node : graph) {
            if (node.op() instanceof Constant) {
                continue;
            }
            int before = program.steps().size();
            try {
                lower(node.op(), new Site(program, buffers, node));
            } catch (Refusal e) {
                problems.report(BackendDiagnostic.NO_KERNEL, node.location(), node.op().mnemonic() + ": "
                        + e.getMessage());
                // What follows is looked at too, so that every reason is known.
                buffers.putIfAbsent(node.result(), program.buffer(Storage.I8, 0));
                continue;
            }
            record(node, before);
        }
        problems.throwIfErrors();
        for (Value output : graph.outputs()) {
            program.output(converted(output, output(output), Site.port(output.type().canonical())));
        }
        program.place();
    }

    /** A value's buffer in another storage. */
    private int converted(Value value, int from, Storage to) {
        if (program.buffer(from).storage() == to) {
            return from;
        }
        int n = Site.size(value.type());
        int result = program.buffer(to, n);
        program.touch(from);
        program.add(new IntegerMap(from, result, n, program.buffer(from).storage(), to, 0, Long.MIN_VALUE,
                Long.MAX_VALUE));
        steps.add(new Manifest.Step(value.name(), "convert", kernel(program.steps().getLast()), 0));
        return result;
    }

    private void inputs(DiagnosticSink problems) {
        for (Value input : graph.inputs()) {
            try {
                buffers.put(input, program.buffer(Site.port(input.type().canonical()), Site.size(input.type())));
                program.input(buffers.get(input));
            } catch (Refusal e) {
                problems.report(BackendDiagnostic.NO_KERNEL, Location.UNKNOWN, "input " + input.name() + ": "
                        + e.getMessage());
            }
        }
        problems.throwIfErrors();
        for (Value input : graph.inputs()) {
            buffers.put(input, converted(input, buffers.get(input), Site.storage(input.type().canonical())));
        }
    }

    /** Outputs may be constants, which nothing has read. */
    private int output(Value value) {
        Integer known = buffers.get(value);
        return known != null ? known : Site.constant(program,
                ((Constant) value.producer().op()).data().toTensor());
    }

    private static void lower(Op op, Site site) {
        switch (op) {
            case TensorOp t -> lower(t, site);
            case QuantOp q -> lower(q, site);
            default -> throw new Refusal("no kernel takes " + op.mnemonic());
        }
    }

    private static void lower(TensorOp op, Site site) {
        switch (op) {
            case Constant _ -> throw new IllegalStateException("constants are no steps");
            case Identity _, Reshape _ -> site.alias(0);
            case Transpose t -> MovementLowering.transpose(t, site);
            case Concat c -> MovementLowering.concat(c.axis(), site, MovementLowering.operands(site));
            case Slice s -> MovementLowering.slice(s, site);
            case Pad p -> MovementLowering.pad(p, site);
            case Expand _ -> MovementLowering.expand(site);
            case Gather g -> MovementLowering.gather(g, site);
            case DepthToSpace d -> MovementLowering.depthToSpace(d, site);
            case SpaceToDepth s -> MovementLowering.spaceToDepth(s, site);
            case ChannelShuffle c -> MovementLowering.channelShuffle(c, site);
            case Where _ -> FloatLowering.where(site);
            case Cast _ -> FloatLowering.cast(site);
            case Compare c -> FloatLowering.compare(c, site);
            case Conv2d c -> ProductLowering.conv(c, site);
            case Dense _ -> ProductLowering.dense(site);
            case MatMul m -> ComputedProducts.matmul(m, site);
            case BatchNorm b -> FloatLowering.batchNorm(b, site);
            case Binary b -> FloatLowering.binary(b, site);
            case Unary u -> FloatLowering.unary(u, site);
            case Clip c -> FloatLowering.clip(c, site);
            case LeakyRelu l -> FloatLowering.ramp(FloatRamp.Kind.LEAKY_RELU, l.alpha(), 0, site);
            case Elu e -> FloatLowering.ramp(FloatRamp.Kind.ELU, e.alpha(), 0, site);
            case HardSigmoid h -> FloatLowering.ramp(FloatRamp.Kind.HARD_SIGMOID, h.alpha(), h.beta(), site);
            case MaxPool m -> FloatLowering.maxPool(m, site);
            case AvgPool a -> FloatLowering.averagePool(a, site);
            case Reduce r -> FloatLowering.reduce(r, site);
            case Softmax s -> FloatLowering.softmax(s.axis(), false, s.beta(), site);
            case LogSoftmax s -> FloatLowering.softmax(s.axis(), true, 1, site);
            case Resize r -> FloatLowering.resize(r, site);
        }
    }

    private static void lower(QuantOp op, Site site) {
        switch (op) {
            case Quantize _ -> QuantLowering.quantizing(site, true);
            case Dequantize _ -> QuantLowering.quantizing(site, false);
            case Requantize r -> QuantLowering.requantize(r, site);
            case QConv2d c -> ProductLowering.conv(c, site);
            case QDense d -> ProductLowering.dense(d, site);
            case QMatMul m -> ComputedProducts.matmul(m, site);
            case QAdd a -> QuantLowering.add(a, site);
            case QMul m -> QuantLowering.mul(m, site);
            case QAvgPool p -> QuantLowering.pool(p, site);
            case QMean m -> QuantLowering.mean(m, site);
            case QConcat c -> QuantLowering.concat(c, site);
            case QResize r -> QuantLowering.resize(r, site);
            case QLookup _ -> QuantLowering.lookup(site);
            case QSoftmax s -> QuantLowering.softmax(s, site);
            case QClamp c -> QuantLowering.clamp(c, site);
            case QReinterpret _ -> QuantLowering.reinterpret(site);
        }
    }

    /** Describes the steps of a node. */
    private void record(Node node, int before) {
        Value value = node.result();
        for (int i = before; i < program.steps().size(); i++) {
            boolean last = i == program.steps().size() - 1;
            steps.add(new Manifest.Step(value.name(), node.op().mnemonic(), kernel(program.steps().get(i)),
                    last ? macs(node) : 0));
        }
        if (program.steps().size() > before && !value.name().isEmpty()) {
            TensorType type = value.type().canonical();
            long bytes = Site.storage(type).bytes();
            tensors.add(new Manifest.Placed(value.name(), program.steps().size() - 1, buffers.get(value),
                    type.storage().toString(), extents(type),
                    Arrays.stream(type.shape().strides()).map(s -> s * bytes).boxed().toList(), 0));
        }
    }

    private static String kernel(Step step) {
        return "jvm." + step.getClass().getSimpleName();
    }

    private static long macs(Node node) {
        long results = node.result().type().shape().elementCount();
        return switch (node.op()) {
            case Conv2d _, QConv2d _ -> results * node.operand(1).type().shape().product(1, 4);
            case Dense _, QDense _, MatMul _, QMatMul _ -> results * node.operand(0).type().dim(-1);
            default -> 0;
        };
    }

    private static java.util.List<Integer> extents(TensorType type) {
        return Arrays.stream(type.shape().toArray()).boxed().toList();
    }

    /** The steps. */
    JvmProgram program() {
        return program;
    }

    /** The steps as the manifest lists them. */
    List<Manifest.Step> steps() {
        return steps;
    }

    /** Values by the step that makes them whole; their offset is the number of their buffer. */
    List<Manifest.Placed> tensors() {
        return tensors;
    }

    /** The inputs as the manifest lists them. */
    List<Manifest.Port> inputs() {
        return graph.inputs().stream().map(v -> port(v.name(), v)).toList();
    }

    /** The outputs as the manifest lists them. */
    List<Manifest.Port> outputs() {
        List<Manifest.Port> ports = new ArrayList<>();
        for (int i = 0; i < graph.outputs().size(); i++) {
            ports.add(port(graph.outputName(i), graph.outputs().get(i)));
        }
        return ports;
    }

    private static Manifest.Port port(String name, Value value) {
        TensorType type = value.type();
        ScalarType storage = type.storage();
        boolean quantized = type.element() instanceof QuantizedType.PerTensor;
        return new Manifest.Port(name, storage.toString(), extents(type), quantized ? type.quantized().scale(0) : 0,
                quantized ? type.quantized().zeroPoint(0) : 0);
    }
}
