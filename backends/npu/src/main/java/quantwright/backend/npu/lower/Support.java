package quantwright.backend.npu.lower;

import java.util.Optional;
import quantwright.ir.Node;
import quantwright.ir.op.ChannelShuffle;
import quantwright.ir.op.Dequantize;
import quantwright.ir.op.DepthToSpace;
import quantwright.ir.op.MaxPool;
import quantwright.ir.op.Pad;
import quantwright.ir.op.PadMode;
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
import quantwright.ir.op.Quantize;
import quantwright.ir.op.Requantize;
import quantwright.ir.op.Slice;
import quantwright.ir.type.QuantizedType;
import quantwright.ir.type.Shape;
import quantwright.ir.type.TensorType;
import quantwright.npu.isa.MachineParameters;
import quantwright.profiles.NpuMachine;

/** Which nodes a machine executes, and why not the others. */
public final class Support {
    private final NpuMachine machine;
    private final MachineParameters parameters;

    /** Questions about a machine. */
    public Support(NpuMachine machine, MachineParameters parameters) {
        this.machine = machine;
        this.parameters = parameters;
    }

    /** Why the machine does not execute a node; empty if it does. */
    public Optional<String> reason(Node node) {
        if (node.op() instanceof Quantize || node.op() instanceof Dequantize) {
            return Optional.of("stands between integers and the host's reals");
        }
        Optional<String> types = types(node);
        if (types.isPresent()) {
            return types;
        }
        return switch (node.op()) {
            case QConv2d _, QDense _ -> Products.reason(node, machine, parameters);
            case MaxPool _, QAvgPool _, QMean _ -> Pools.reason(node);
            case QAdd _, QMul _ -> Elementwise.reason(node);
            case QLookup _, QClamp _, Requantize _, QReinterpret _ -> Maps.reason(node);
            case QSoftmax s -> softmax(node, s);
            case QConcat c -> concatAxis(c, node.result().type().shape()).isEmpty()
                    ? Optional.of("maps are joined along rows, pixels or channels only")
                    : mapsOfBytes(node);
            case Slice s -> slice(node, s);
            case Pad p -> pad(node, p);
            case ChannelShuffle _ -> Optional.empty();
            case DepthToSpace _ -> node.operand(0).type().dim(0) == 1 ? Optional.empty() : Optional.of("batch above 1");
            default -> Optional.of("the NPU has no instruction for " + node.op().mnemonic());
        };
    }

    private Optional<String> types(Node node) {
        for (int i = 0; i < node.operands().size(); i++) {
            TensorType type = node.operand(i).type();
            if (i == 0 && !(type.element() instanceof QuantizedType.PerTensor) && !Operands.isConstant(node.operand(i))) {
                return Optional.of("computes on " + type.storage() + ", the NPU on 8- and 16-bit integers");
            }
            if (!Operands.isConstant(node.operand(i)) && type.storage().bits() != 8
                    && !(type.storage().bits() == 16 && parameters.activations16())) {
                return Optional.of("the machine takes no " + type.storage() + " maps");
            }
        }
        return Optional.empty();
    }

    private static Optional<String> softmax(Node node, QSoftmax s) {
        TensorType x = node.operand(0).type();
        return s.axis() == -1 || s.axis() == x.rank() - 1 ? Optional.empty()
                : Optional.of("softmax along an axis other than channels");
    }

    /** Tables are for 8 bits; wider maps can be joined only without a change of parameters. */
    private static Optional<String> mapsOfBytes(Node node) {
        boolean changes = node.operands().stream().anyMatch(v -> !v.type().element().equals(node.result().type().element()));
        boolean constants = node.operands().stream().anyMatch(Operands::isConstant);
        if (constants) {
            return Optional.of("joins a constant");
        }
        return changes && node.result().type().storage().bits() != 8 ? Optional.of("tables are for 8-bit values")
                : Optional.empty();
    }

    /** Axis of a concatenation as rows, pixels or channels; empty if it is none of them. */
    static Optional<ConcatLayer.Axis> concatAxis(QConcat op, Shape result) {
        int rank = result.rank();
        int axis = op.axis() < 0 ? op.axis() + rank : op.axis();
        if (axis == rank - 1) {
            return Optional.of(ConcatLayer.Axis.CHANNELS);
        }
        if (axis == rank - 2) {
            return Optional.of(ConcatLayer.Axis.PIXELS);
        }
        return result.product(0, axis) == 1 ? Optional.of(ConcatLayer.Axis.ROWS) : Optional.empty();
    }

    private static Optional<String> slice(Node node, Slice s) {
        int rank = s.starts().size();
        boolean leading = node.operand(0).type().shape().product(0, Math.max(0, rank - 3)) == 1;
        boolean forward = s.steps().stream().allMatch(step -> step > 0) && s.steps().get(rank - 1) == 1;
        return leading && forward ? Optional.empty() : Optional.of("slices with steps over channels or backwards");
    }

    private static Optional<String> pad(Node node, Pad p) {
        int rank = p.before().size();
        boolean leading = node.result().type().shape().product(0, Math.max(0, rank - 3)) == 1;
        boolean grows = p.before().stream().allMatch(b -> b >= 0) && p.after().stream().allMatch(a -> a >= 0);
        boolean bytes = node.operand(0).type().storage().bits() == 8;
        return leading && grows && bytes && p.mode() == PadMode.CONSTANT ? Optional.empty()
                : Optional.of("pads other than with a constant around rows, pixels and channels of bytes");
    }
}
